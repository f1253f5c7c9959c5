"""What is new since the last audit, platform by platform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from auditor.model.audit import Audit


class Change(NamedTuple):
    """One platform whose verdict is another than before; nothing on a side means: not there."""

    platform: str
    title: str
    before: str | None
    now: str | None


def verdicts(audit: Audit) -> dict[str, str]:
    """The verdict of each platform, by its name."""
    return {outcome.platform: outcome.verdict.value for outcome in audit.platforms}


def changes(before: Mapping[str, str], audit: Audit) -> tuple[Change, ...]:
    """Compare with what was said before; in the order of the audit's table, what has gone last."""
    now = verdicts(audit)
    titles = {outcome.platform: outcome.title for outcome in audit.platforms}
    found = [Change(p, titles[p], before.get(p), word) for p, word in now.items() if before.get(p) != word]
    return tuple(found + [Change(p, p, word, None) for p, word in before.items() if p not in now])
