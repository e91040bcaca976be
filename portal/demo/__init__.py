"""A demonstration that looks like a site in its busy season. Every name, text, number and picture in it is invented."""
