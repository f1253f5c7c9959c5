"""Which of all matched lines is the cause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.model.vocabulary import Classification, Role
from auditor.rulebook.book import COMMON
from auditor.rulebook.reading import Hit
from auditor.rulebook.schema import FailureRule

_ROLES = {Role.CAUSE: 2, Role.WRAPPER: 1, Role.TRAILER: 0}

FIRST_COUNTS = frozenset(
    {
        Classification.BUILD_FAILURE,
        Classification.TEST_FAILURE,
        Classification.DEPENDENCY_FAILURE,
        Classification.METADATA_REJECTED,
    }
)
"""Tools print many lines of these; people read the first one, because the others often follow from it."""


def failure(hit: Hit) -> FailureRule | None:
    """The failure rule of a hit, or None when the hit is good news."""
    return hit.rule.written if isinstance(hit.rule.written, FailureRule) else None


def eligible(hits: Iterable[Hit], platforms: Sequence[str]) -> list[Hit]:
    """Failure hits that may speak in a step or job of these platforms."""
    found = []
    for hit in hits:
        rule = failure(hit)
        if rule is None:
            continue
        if rule.needs_platform and hit.rule.platform != COMMON and hit.rule.platform not in platforms:
            continue
        found.append(hit)
    return found


ONE_REPORT = 12
"""Errors of one tool's report stand at most so many lines apart; further up, another tool may have spoken."""

_WEIGHT = 5
"""So many parts of a hit's strength tell how much it says; the others, where it stands."""


def strength(hit: Hit, platforms: Sequence[str]) -> tuple[int, ...]:
    """How strongly a hit speaks; compare tuples, higher wins. The line's place in the log decides between equals."""
    rule = failure(hit)
    if rule is None:
        return (-1,)
    own = 2 if hit.rule.platform in platforms else 1
    return (
        _ROLES[rule.role],
        int(not rule.survivable),
        own,
        int(rule.near is not None),
        int(hit.marked),
        hit.number,
        int(hit.rule.platform != COMMON) + int(hit.rule.native),
    )


def decisive(hits: Iterable[Hit], platforms: Sequence[str]) -> Hit | None:
    """The hit that tells the cause, or None when no rule may speak."""
    candidates = eligible(hits, platforms)
    if not candidates:
        return None
    best = max(candidates, key=lambda hit: strength(hit, platforms))
    if classification_of(best) not in FIRST_COUNTS:
        return best
    weight = strength(best, platforms)[:_WEIGHT]
    alike = [hit for hit in candidates if classification_of(hit) is classification_of(best)]
    return _first_of([hit for hit in alike if strength(hit, platforms)[:_WEIGHT] == weight], best)


def _first_of(alike: Sequence[Hit], best: Hit) -> Hit:
    """The first line of the best one's rule, or of other rules' lines that lead up to it without a larger gap."""
    first = min((hit for hit in alike if hit.rule.id == best.rule.id), key=lambda hit: hit.number)
    for hit in sorted(alike, key=lambda hit: (-hit.number, hit.rule.platform != COMMON)):
        if first.number - ONE_REPORT <= hit.number < first.number:
            first = hit
    return first


def classification_of(hit: Hit) -> Classification | None:
    """What the hit's rule calls the failure; nothing for good news."""
    rule = failure(hit)
    return rule.classification if rule is not None else None
