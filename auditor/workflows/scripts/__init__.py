"""Reads the script of a step just far enough to say which values it can give an output. Nothing is ever run."""
