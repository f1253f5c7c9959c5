"""The registry outranks the log: what became of each platform once the registries have answered.

A platform's own jobs make a claim (`Standing.verdict` by the logs); the answers confirm it or contradict it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from auditor.diagnose.causes import is_silent_skip
from auditor.diagnose.execution import Execution
from auditor.diagnose.outcomes import Standing
from auditor.model.audit import TargetOutcome
from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import Classification, LiveState, TargetSource, Verdict
from auditor.rulebook.book import Rulebook

_SLACK = timedelta(minutes=2)
"""Clocks of runners and registries differ by so much at most."""

_HAS = (LiveState.LIVE, LiveState.LIVE_HIDDEN)

_WHEN_THERE: Mapping[Verdict, Verdict] = {
    Verdict.SHIPPED: Verdict.SHIPPED,
    Verdict.ALREADY_SHIPPED: Verdict.ALREADY_SHIPPED,
    Verdict.NOT_SHIPPED: Verdict.SHIPPED_DESPITE_FAILURE,
    Verdict.NOT_ATTEMPTED: Verdict.ALREADY_SHIPPED,
    Verdict.PENDING: Verdict.SHIPPED,
    Verdict.UNVERIFIABLE: Verdict.SHIPPED,
}
_WHEN_ABSENT: Mapping[Verdict, Verdict] = {
    Verdict.SHIPPED: Verdict.GREEN_NOT_SHIPPED,
    Verdict.ALREADY_SHIPPED: Verdict.PHANTOM_SKIP,
    Verdict.UNVERIFIABLE: Verdict.NOT_SHIPPED,
}
_WORST_FIRST = (
    Verdict.NOT_SHIPPED,
    Verdict.GREEN_NOT_SHIPPED,
    Verdict.PHANTOM_SKIP,
    Verdict.PENDING,
    Verdict.PROPAGATING,
    Verdict.HELD,
    Verdict.UNVERIFIABLE,
    Verdict.NOT_ATTEMPTED,
    Verdict.SHIPPED_DESPITE_FAILURE,
    Verdict.SHIPPED,
    Verdict.ALREADY_SHIPPED,
)


@dataclass(frozen=True, slots=True)
class Window:
    """When this release's jobs ran, and how long the registry may take to show what they published."""

    began: datetime | None
    ended: datetime | None
    delay: timedelta


def weigh(
    standings: Sequence[Standing], answers: Iterable[LiveAnswer], book: Rulebook, began: datetime | None
) -> tuple[list[Standing], list[TargetOutcome]]:
    """Return the standings as the registries' answers leave them, and the outcome of every target.

    `began` is when the first run of the release started. A platform without an answer keeps the word of its jobs.
    """
    by_platform: dict[str, list[LiveAnswer]] = {}
    for answer in answers:
        by_platform.setdefault(answer.target.platform, []).append(answer)
    weighed: list[Standing] = []
    outcomes: list[TargetOutcome] = []
    for standing in standings:
        found = by_platform.pop(standing.platform, [])
        window = Window(began, _ended(standing), _delay(standing.platform, book))
        targets = [_target(standing, answer, window) for answer in found]
        outcomes += targets
        weighed.append(_weighed(standing, targets))
    for rest in by_platform.values():
        outcomes += [_unclaimed(answer) for answer in rest]
    return weighed, outcomes


def settled(executions: Sequence[Execution], standings: Sequence[Standing]) -> list[Execution]:
    """Mark the failures that need no repair because the registry has what they should have published."""
    out = {s.platform: s for s in standings if s.by_registry and s.verdict.out}
    marked = []
    for e in executions:
        missed = [p for p in e.platforms if e.outcome_for(p).failed or is_silent_skip(e)]
        if not e.harmless and missed and all(p in out for p in missed):
            first = out[missed[0]]
            e = replace(e, harmless=first.note or f"{first.platform} has this version")
        marked.append(e)
    return marked


def _ended(standing: Standing) -> datetime | None:
    ends = [e.job.completed_at for e in (standing.decisive, *standing.others) if e.job.completed_at is not None]
    return max(ends, default=None)


def _delay(platform: str, book: Rulebook) -> timedelta:
    rules = book.platforms.get(platform)
    return timedelta(minutes=(rules.registry.propagation_minutes or 0) if rules is not None else 0)


def _target(standing: Standing, answer: LiveAnswer, window: Window) -> TargetOutcome:
    fresh = _fresh(answer, window)
    if answer.state is LiveState.UNKNOWN:
        return TargetOutcome(verdict=standing.verdict, answer=answer, note="the registry gave no answer")
    if answer.state is LiveState.HELD:
        return TargetOutcome(verdict=Verdict.HELD, answer=answer, from_this_release=fresh)
    if answer.state is LiveState.ABSENT:
        return _absent(standing, answer, window)
    if answer.missing_files:
        missing = ", ".join(answer.missing_files[:5]) + (" …" if len(answer.missing_files) > 5 else "")
        verdict = Verdict.GREEN_NOT_SHIPPED if standing.verdict is Verdict.SHIPPED else Verdict.NOT_SHIPPED
        return TargetOutcome(
            verdict=verdict, answer=answer, note=f"incomplete: {missing} missing", from_this_release=fresh
        )
    if standing.partial and not answer.target.expected_files:
        note = "the version is there, but a part of its jobs failed; the registry does not tell which files should be"
        return TargetOutcome(verdict=standing.verdict, answer=answer, note=note, from_this_release=fresh)
    verdict = _WHEN_THERE.get(standing.verdict, standing.verdict)
    if _was_there_before(standing, fresh) and verdict.out:
        verdict = Verdict.ALREADY_SHIPPED
    hidden = "people do not see it: " + answer.reason if answer.state is LiveState.LIVE_HIDDEN else None
    return TargetOutcome(verdict=verdict, answer=answer, note=hidden, from_this_release=fresh)


def _absent(standing: Standing, answer: LiveAnswer, window: Window) -> TargetOutcome:
    target = answer.target
    guessed = target.source is TargetSource.REPOSITORY or (
        target.source is TargetSource.MANIFEST and standing.verdict is Verdict.SHIPPED and standing.proved
    )
    if guessed and answer.package_known is False:
        note = f"nothing is called {target.package} there; the name is a guess: name the target in relaudit.toml"
        return TargetOutcome(verdict=standing.verdict, answer=answer, note=note)
    if standing.verdict is Verdict.SHIPPED and window.ended is not None and answer.asked_at is not None:
        due = window.ended + window.delay
        if answer.asked_at < due:
            note = f"the job is green, and {_title(answer)} usually needs up to {_minutes(window.delay)}"
            return TargetOutcome(verdict=Verdict.PROPAGATING, answer=answer, note=note, look_again_at=due)
    return TargetOutcome(verdict=_WHEN_ABSENT.get(standing.verdict, standing.verdict), answer=answer)


def _fresh(answer: LiveAnswer, window: Window) -> bool | None:
    if answer.published_at is None or window.began is None:
        return None
    if answer.published_at < window.began - _SLACK:
        return False
    return window.ended is None or answer.published_at <= window.ended + window.delay + _SLACK


def _was_there_before(standing: Standing, fresh: bool | None) -> bool:
    """Whether the version is there and was not put there by these jobs."""
    if standing.verdict is Verdict.NOT_SHIPPED:
        return fresh is False or (fresh is None and standing.classification is Classification.DUPLICATE_VERSION)
    return standing.verdict is Verdict.SHIPPED and fresh is False and not standing.proved


def _weighed(standing: Standing, targets: Sequence[TargetOutcome]) -> Standing:
    known = [t for t in targets if t.answer.state is not LiveState.UNKNOWN]
    if not known:
        why = next((t.answer.reason for t in targets), None)
        return replace(standing, note=_joined(standing.note, f"the registry was asked in vain: {why}" if why else None))
    worst = min(targets, key=lambda t: _WORST_FIRST.index(t.verdict))
    decided = worst in known
    notes = [standing.note if not (decided and worst.verdict is not standing.verdict) else None, worst.note]
    if decided and worst.verdict not in (Verdict.SHIPPED,):
        notes.append(worst.answer.reason)
    return replace(
        standing,
        verdict=worst.verdict,
        by_registry=decided,
        look_again_at=worst.look_again_at,
        proved=standing.proved or decided,
        note=_joined(*notes),
    )


def _unclaimed(answer: LiveAnswer) -> TargetOutcome:
    """A target that no job of this release publishes: named in the configuration only."""
    if answer.state in _HAS:
        return TargetOutcome(verdict=Verdict.ALREADY_SHIPPED, answer=answer, note="no job of this release publishes it")
    if answer.state is LiveState.HELD:
        return TargetOutcome(verdict=Verdict.HELD, answer=answer)
    if answer.state is LiveState.ABSENT:
        return TargetOutcome(verdict=Verdict.NOT_ATTEMPTED, answer=answer, note="no job of this release publishes it")
    return TargetOutcome(verdict=Verdict.UNVERIFIABLE, answer=answer)


def _joined(*notes: str | None) -> str | None:
    said = list(dict.fromkeys(note for note in notes if note))
    return "; ".join(said) or None


def _title(answer: LiveAnswer) -> str:
    return answer.target.platform


def _minutes(delay: timedelta) -> str:
    minutes = int(delay.total_seconds() // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
