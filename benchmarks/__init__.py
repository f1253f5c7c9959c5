"""Measures what tests must not: time and memory. `make bench` prints the tables."""
