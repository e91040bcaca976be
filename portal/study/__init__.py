"""Study plans and the minutes credited to them, by the server's clock."""
