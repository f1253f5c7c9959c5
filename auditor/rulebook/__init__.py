"""Knowledge as data: loads `rules/` and matches all of it in one pass over a log."""
