"""Registries that need more than requests and paths: one module for each, named in the platform's `registry: protocol`."""
