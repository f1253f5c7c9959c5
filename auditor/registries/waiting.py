"""Waits for versions that are on their way: asks each registry again as often as it is likely to have news."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from auditor.model.live import LiveAnswer, Target
from auditor.model.vocabulary import LiveState
from auditor.registries.verification import LIVE

SOONEST = 5.0
LATEST = 300.0
"""Seconds: the shortest and the longest pause between two questions about one target."""
_GROWTH = 1.5

Asks = Callable[[Sequence[Target]], Sequence[LiveAnswer]]
Tells = Callable[[LiveAnswer], None]


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, and a way to let it pass; tests have their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    spread: Callable[[], float] = random.random


CLOCK = Clock()
"""The real one."""


@dataclass(slots=True)
class _Waited:
    answer: LiveAnswer
    pause: float
    due: float = field(default=0.0)


def first_pause(propagation_minutes: int | None) -> float:
    """Seconds until it is worth asking again: a twentieth of the time that a version may take."""
    return min(max(SOONEST, (2 if propagation_minutes is None else propagation_minutes) * 3.0), LATEST)


def is_settled(answer: LiveAnswer) -> bool:
    """Whether asking again is of no use: it is there, or somebody's decision is waited for."""
    if answer.state is LiveState.HELD:
        return True
    return answer.state in LIVE and not answer.missing_files


def wait_for(
    answers: Sequence[LiveAnswer],
    ask: Asks,
    limit: float,
    propagation: Mapping[str, int | None],
    told: Tells,
    clock: Clock | None = None,
) -> list[LiveAnswer]:
    """Ask again about what is not settled, for at most `limit` seconds; the last time when they are over.

    `propagation` is in minutes by platform. `told` hears of every answer whose state is another than the one before.
    Returns the newest answers in their order.
    """
    clock = clock or CLOCK
    end = clock.now() + limit
    waited = [_Waited(answer, first_pause(propagation.get(answer.target.platform))) for answer in answers]
    for one in waited:
        one.due = _due(one, clock, end)
    while open_ones := [one for one in waited if not is_settled(one.answer)]:
        now = clock.now()
        if now >= end:
            break
        soonest = min(one.due for one in open_ones)
        if soonest > now:
            clock.sleep(soonest - now)
        now = clock.now()
        turn = [one for one in open_ones if one.due <= now or now >= end]
        for one, answer in zip(turn, ask([one.answer.target for one in turn]), strict=True):
            changed = answer.state is not one.answer.state
            # An error after an answer does not unsay it.
            if answer.state is not LiveState.UNKNOWN or one.answer.state is LiveState.UNKNOWN:
                one.answer = answer
                if changed:
                    told(answer)
            one.pause = min(one.pause * _GROWTH, LATEST)
            one.due = _due(one, clock, end, answer.retry_after)
    return [one.answer for one in waited]


def _due(one: _Waited, clock: Clock, end: float, retry_after: datetime | None = None) -> float:
    """When to ask next: spread by chance, not before the registry wants it, and once more at the very end."""
    pause = one.pause * (0.8 + 0.4 * clock.spread())
    retry_after = retry_after or one.answer.retry_after
    if retry_after is not None:
        pause = max(pause, (retry_after - datetime.now(UTC)).total_seconds())
    return min(clock.now() + pause, end)
