"""Waiting for a version: asked again politely, no longer than was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from auditor.model.live import LiveAnswer, Target
from auditor.model.vocabulary import LiveState
from auditor.registries.verification import Verification
from auditor.registries.waiting import LATEST, Clock, first_pause, wait_for
from tests.registry_standin.asking import target

ONE = target("npm", "thing", "1.0.0")
TWO = target("nuget", "Thing", "1.0.0")
PROPAGATION = {"npm": 5, "nuget": 60}


class Time:
    """A clock that stands still except when somebody sleeps."""

    def __init__(self) -> None:
        self.at = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)
        self.at += seconds

    def clock(self) -> Clock:
        return Clock(now=lambda: self.at, sleep=self.sleep, spread=lambda: 0.5)


def answer(one: Target, state: LiveState, **more: object) -> LiveAnswer:
    return LiveAnswer.model_validate({"target": one, "state": state, "reason": "So it is.", **more})


def run(
    first: Sequence[LiveAnswer], then: Callable[[Target, float], LiveState], limit: float = 900.0
) -> tuple[list[LiveAnswer], Time, list[tuple[float, str]], list[LiveAnswer]]:
    time = Time()
    asked: list[tuple[float, str]] = []
    told: list[LiveAnswer] = []

    def ask(targets: Sequence[Target]) -> list[LiveAnswer]:
        asked.extend((time.at, one.key) for one in targets)
        return [answer(one, then(one, time.at)) for one in targets]

    return wait_for(first, ask, limit, PROPAGATION, told.append, time.clock()), time, asked, told


def test_what_is_there_is_not_asked_about_again() -> None:
    first = [answer(ONE, LiveState.LIVE), answer(TWO, LiveState.HELD)]
    answers, time, asked, told = run(first, lambda one, at: LiveState.LIVE)
    assert (answers, time.slept, asked, told) == (first, [], [], [])


def test_a_version_that_appears_ends_the_wait_for_it() -> None:
    def then(one: Target, at: float) -> LiveState:
        return LiveState.LIVE if at >= 100 else LiveState.ABSENT

    answers, time, _, told = run([answer(ONE, LiveState.ABSENT)], then)
    assert [one.state for one in answers] == [LiveState.LIVE]
    assert [one.state for one in told] == [LiveState.LIVE]
    assert time.at < 200


def test_pauses_grow_and_follow_the_time_that_a_registry_takes() -> None:
    first = [answer(ONE, LiveState.ABSENT), answer(TWO, LiveState.ABSENT)]
    _, time, asked, _ = run(first, lambda one, at: LiveState.ABSENT)
    npm = [at for at, key in asked if key == ONE.key]
    nuget = [at for at, key in asked if key == TWO.key]
    pauses = [later - earlier for earlier, later in pairwise(npm)]
    assert pauses[:-1] == sorted(pauses[:-1])
    assert npm[0] < nuget[0]
    assert len(nuget) < len(npm) < 12
    assert (npm[-1], nuget[-1], time.at) == (900.0, 900.0, 900.0)


def test_an_error_does_not_unsay_an_answer() -> None:
    answers, _, _, told = run([answer(ONE, LiveState.ABSENT)], lambda one, at: LiveState.UNKNOWN)
    assert [one.state for one in answers] == [LiveState.ABSENT]
    assert told == []


def test_a_registry_that_asks_to_be_left_alone_is_left_alone() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=300)
    first = [answer(ONE, LiveState.UNKNOWN, retry_after=soon)]
    _, _, asked, _ = run(first, lambda one, at: LiveState.LIVE)
    assert 290 < asked[0][0] <= 300


def test_a_version_without_all_its_files_is_waited_for() -> None:
    first = [answer(ONE, LiveState.LIVE, missing_files=["a.whl"])]
    answers, _, asked, _ = run(first, lambda one, at: LiveState.LIVE)
    assert len(asked) == 1
    assert answers[0].missing_files == ()


@pytest.mark.parametrize(("minutes", "seconds"), [(0, 5.0), (1, 5.0), (None, 6.0), (60, 180.0), (1440, LATEST)])
def test_the_first_pause_is_a_part_of_the_time_that_it_may_take(minutes: int | None, seconds: float) -> None:
    assert first_pause(minutes) == seconds


@pytest.mark.parametrize(
    ("states", "allowed", "code"),
    [
        ([LiveState.LIVE, LiveState.LIVE_HIDDEN], (), 0),
        ([LiveState.LIVE, LiveState.ABSENT], (), 1),
        ([LiveState.UNKNOWN, LiveState.ABSENT], (), 1),
        ([LiveState.LIVE, LiveState.UNKNOWN], (), 3),
        ([LiveState.LIVE, LiveState.HELD], (), 1),
        ([LiveState.LIVE, LiveState.HELD], ("nuget",), 0),
        ([], (), 3),
    ],
)
def test_exit_codes(states: list[LiveState], allowed: tuple[str, ...], code: int) -> None:
    answers = tuple(answer(one, state) for one, state in zip((ONE, TWO), states, strict=False))
    at = datetime(2026, 3, 1, tzinfo=UTC)
    found = Verification(version="1.0.0", asked_at=at, answers=answers, allowed_to_be_held=allowed)
    assert found.exit_code == code
