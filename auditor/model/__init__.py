"""relaudit's vocabulary as frozen models. Imports nothing of the rest of the package."""
