"""How reliable each platform has been over the audited releases, and the tier that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from auditor.history.entry import Entry, SeenFailure
from auditor.model.vocabulary import Verdict

_UNDECIDED = frozenset({Verdict.PENDING, Verdict.PROPAGATING, Verdict.HELD, Verdict.UNVERIFIABLE})


class Tier(IntEnum):
    """What a platform's past says: works, works sometimes, does not work, is switched off."""

    WORKING = 1
    PARTIAL = 2
    BROKEN = 3
    OFF = 4


@dataclass(frozen=True, slots=True)
class Reliability:
    """One platform over all entries, oldest first. `attempted` counts decided releases in which it was tried."""

    platform: str
    title: str
    attempted: int
    shipped: int
    last_shipped: str | None
    """The newest tag that reached it."""
    latest: Verdict
    failing_since: str | None
    """The first tag of the unbroken row of failures that lasts until now."""

    @property
    def rate(self) -> float | None:
        """Share of the attempts that shipped, between 0 and 1."""
        return self.shipped / self.attempted if self.attempted else None

    @property
    def tier(self) -> Tier:
        """Working: the newest decided release shipped and at least nine of ten did. Broken: none of the last three did."""
        if self.latest is Verdict.NOT_ATTEMPTED:
            return Tier.OFF
        if not self.attempted:
            return Tier.PARTIAL
        if self.shipped == 0 or self.failing_for >= 3:
            return Tier.BROKEN
        return Tier.WORKING if self.failing_since is None and (self.rate or 0) >= 0.9 else Tier.PARTIAL

    failing_for: int = 0
    """Releases in that row."""


def reliability(entries: Sequence[Entry]) -> tuple[Reliability, ...]:
    """Sum up each platform over the entries, which are oldest first; in the order of first appearance."""
    platforms = dict.fromkeys(p for entry in reversed(entries) for p in entry.verdicts)
    return tuple(_of(platform, entries) for platform in platforms)


def _of(platform: str, entries: Sequence[Entry]) -> Reliability:
    mine = [entry for entry in entries if platform in entry.verdicts]
    decided = [
        e for e in mine if e.verdicts[platform] not in _UNDECIDED and e.verdicts[platform] is not Verdict.NOT_ATTEMPTED
    ]
    shipped = [e for e in decided if e.verdicts[platform].out]
    row = 0
    while row < len(decided) and not decided[-1 - row].verdicts[platform].out:
        row += 1
    return Reliability(
        platform=platform,
        title=mine[-1].titles.get(platform, platform),
        attempted=len(decided),
        shipped=len(shipped),
        last_shipped=shipped[-1].tag if shipped else None,
        latest=mine[-1].verdicts[platform],
        failing_since=decided[-row].tag if row else None,
        failing_for=row,
    )


def seen_before(entries: Sequence[Entry], signature: str) -> tuple[tuple[str, SeenFailure], ...]:
    """Tags, oldest first, in which a failure with this signature stood, each with the failure."""
    return tuple(
        (entry.tag, failure) for entry in entries for failure in entry.failures if failure.signature == signature
    )
