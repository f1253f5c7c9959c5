"""What registries publish about downloads: single numbers with their meaning, never added up."""

from __future__ import annotations

from datetime import datetime

from auditor.model.base import Statement


class DownloadRow(Statement):
    """One number of one registry."""

    platform: str
    title: str
    """The platform's name for people."""
    package: str
    count: int
    days: int | None = None
    """Days it covers; nothing when it counts since the first release."""
    version: str | None = None
    """The one version it is about; nothing when it is about all of them."""
    meaning: str
    as_of: datetime | None = None
    """Until when it counts: by the registry's own word, or else when the registry was asked."""
    page: str | None = None
    """Where people see the package."""

    @property
    def period(self) -> str:
        """`total`, or `30 days`."""
        return "total" if self.days is None else f"{self.days} day{'' if self.days == 1 else 's'}"


class WithoutNumbers(Statement):
    """A target whose registry gave no number, and why."""

    platform: str
    title: str
    package: str
    answered: bool
    """Whether the registry answered at all."""
    why: str


class DownloadStats(Statement):
    """The numbers about all targets, in their order; of each target the total first, then the longest period."""

    format: int = 1
    asked_at: datetime
    rows: tuple[DownloadRow, ...] = ()
    without: tuple[WithoutNumbers, ...] = ()
    notes: tuple[str, ...] = ()
    """What could not be read or asked, besides."""

    @property
    def exit_code(self) -> int:
        """0, or 3 when a registry gave no answer."""
        return 0 if all(target.answered for target in self.without) else 3
