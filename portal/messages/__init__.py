"""Messages to people, shown in the shell."""
