"""The one error that a configuration raises."""

from __future__ import annotations


class ConfigError(ValueError):
    """The configuration is wrong; the message has one `file:line: sentence` per problem, by line."""
