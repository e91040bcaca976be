"""Who did what to which row, and why. Append-only, hash-chained by a job."""
