"""What `ask` needs to know besides the targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from auditor.config.settings import RegistrySettings
from auditor.registries.network import Limits
from auditor.rulebook.registry_schema import Registry

FRESH = 60.0
"""Seconds in which an answer from the cache is used without asking whether it still holds."""
_DEFAULT = RegistrySettings()


@dataclass(frozen=True, slots=True)
class Settings:
    """How to ask. `registries` is what the rulebook declares, by platform; `access` what the user configured."""

    registries: Mapping[str, Registry]
    access: Mapping[str, RegistrySettings] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    """For the user's package managers, proxies and tokens; nothing is read from anywhere else."""
    folder: Path | None = None
    """The checkout, whose `.npmrc` counts."""
    home: Path | None = None
    """The user's home, whose `.npmrc` and pip configuration count."""
    cache: Path | None = None
    """Folder for answers; without one nothing is kept."""
    fresh: float = FRESH
    limits: Limits = field(default_factory=Limits)

    def access_to(self, platform: str) -> RegistrySettings:
        """What the user configured for a platform."""
        return self.access.get(platform, _DEFAULT)
