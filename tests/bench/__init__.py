"""How fast pages are, as ratios to what this machine can do at best; run by `make bench`, never by pytest."""
