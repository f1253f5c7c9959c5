"""The settings of a repository: `relaudit.toml`, or `[tool.relaudit]` in `pyproject.toml`."""

from auditor.config.errors import ConfigError
from auditor.config.load import load_config, parse_config, place_of
from auditor.config.settings import (
    CheckCommand,
    CheckSettings,
    Config,
    ConfiguredTarget,
    RegistrySettings,
    SecretSettings,
    VerifySettings,
)

__all__ = [
    "CheckCommand",
    "CheckSettings",
    "Config",
    "ConfigError",
    "ConfiguredTarget",
    "RegistrySettings",
    "SecretSettings",
    "VerifySettings",
    "load_config",
    "parse_config",
    "place_of",
]
