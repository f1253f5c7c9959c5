"""Version drift: which version each platform gives out, and how far that is from the newest release."""

from __future__ import annotations

from datetime import datetime

from auditor.model.base import Statement
from auditor.model.vocabulary import LiveState


class DriftRow(Statement):
    """One target in the drift table."""

    platform: str
    title: str
    """The platform's name for people."""
    package: str
    version: str
    """This release's, as the platform spells it."""
    state: LiveState
    """What the registry says about this release's version."""
    live: str | None = None
    """The version that people get there now; nothing when the registry did not tell or has none."""
    live_at: datetime | None = None
    """When that version came out there."""
    newest: str | None = None
    """The newest release of all, as the platform would spell it."""
    behind: int | None = None
    """Releases that are newer than `live`; nothing when `live` is not known."""
    since: datetime | None = None
    """When the first release came out that this platform does not have; nothing when that is not known or there is none."""

    @property
    def lags(self) -> bool:
        """Whether a newer release exists than the platform has."""
        return bool(self.behind)


class Drift(Statement):
    """The table of all targets, and what it says."""

    rows: tuple[DriftRow, ...] = ()
    newest: str | None = None
    """The newest version that is released or live anywhere, without a prefix; prereleases do not count beside releases."""
    sentence: str = ""
    """`npm 1.1.17, PyPI 1.1.17, GitHub Releases 1.1.19`."""
    verdict: str = ""
    """One sentence: who lags behind what by how much, or that nobody does."""
    lagging: tuple[str, ...] = ()
    """Keys (`platform:package`) of the targets that lag."""
    leading: tuple[str, ...] = ()
    """Keys of those that have the newest version while others lag."""
    unreleased_tags: tuple[str, ...] = ()
    """Tags that never became a release, newest first."""
