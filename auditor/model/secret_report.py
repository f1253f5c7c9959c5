"""The names of the secrets that a release needs, and what is known of them. A value is never in it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from auditor.model.base import Statement


class SecretState(StrEnum):
    """Whether a secret that is read is defined where it is read."""

    THERE = "there"
    MISSING = "missing"
    UNKNOWN = "unknown"


class SecretPlace(Statement):
    """One place in which a secret is defined; `where` is `repository`, `organisation`, or `environment <name>`."""

    where: str
    created_at: datetime | None = None
    updated_at: datetime | None = None
    days: int | None = None
    """Whole days since it was last changed."""


class SecretReader(Statement):
    """One job that reads the secret."""

    path: str
    job: str
    line: int
    environment: str | None = None
    platforms: tuple[str, ...] = ()


class SecretRow(Statement):
    """One secret, by name."""

    name: str
    state: SecretState
    places: tuple[SecretPlace, ...] = ()
    readers: tuple[SecretReader, ...] = ()
    old: bool = False
    why: str | None = None
    """Why it is missing, or cannot be known."""


class PlatformNeeds(Statement):
    """What a human must do for one platform, the most urgent first; empty when there is nothing."""

    platform: str
    title: str
    secrets: tuple[str, ...] = ()
    trusted: bool = False
    """Its jobs publish with a short-lived token, and read no secret."""
    to_do: tuple[str, ...] = ()


class SecretReport(Statement):
    """All of it. `unseen` says in sentences what could not be looked at."""

    repository: str | None = None
    asked: bool = False
    """GitHub was asked which secrets exist."""
    older_than_days: int = 365
    secrets: tuple[SecretRow, ...] = ()
    unused: tuple[SecretRow, ...] = ()
    """Defined for the repository or its environments, and read by no workflow."""
    platforms: tuple[PlatformNeeds, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """1 when a secret is missing, or older than asked for; 3 when it could not be known and nothing is missing."""
        if any(row.state is SecretState.MISSING or row.old for row in self.secrets):
            return 1
        return 3 if self.asked and any(row.state is SecretState.UNKNOWN for row in self.secrets) else 0
