"""What the law gives people over their own data: a copy in one file, an end to the account, and no keeping for ever."""
