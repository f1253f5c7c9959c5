from datetime import UTC, datetime, timedelta

from auditor.logs.steps import Boundary, align, parse_stamp
from auditor.model.facts import Step

START = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


def step(name: str, begin: float, end: float, conclusion: str = "success") -> Step:
    return Step(
        name=name,
        conclusion=conclusion,
        started_at=START + timedelta(seconds=int(begin)),
        completed_at=START + timedelta(seconds=int(end)),
    )


def boundary(kind: str, title: str, at: float) -> Boundary:
    moment = START + timedelta(seconds=at)
    return Boundary(kind, title, moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z")


def test_parts_of_a_composite_action_belong_to_its_step() -> None:
    steps = [step("Set up job", 0, 1), step("Publish", 1, 9), step("Notify", 9, 10), step("Complete job", 10, 10)]
    boundaries = [
        boundary("start", "", 0.2),
        boundary("run", "acme/publish@v1", 1.3),
        boundary("run", "set -e", 3.0),
        boundary("run", "twine upload", 6.0),
        boundary("run", "curl hook", 9.2),
        boundary("finish", "", 10.1),
    ]
    assert align(boundaries, steps) == [0, 1, 1, 1, 2, 3]


def test_skipped_steps_leave_no_section() -> None:
    steps = [step("Set up job", 0, 1), step("Skipped", 1, 1, "skipped"), step("Build", 1, 5)]
    assert align([boundary("start", "", 0.1), boundary("run", "make", 1.5)], steps) == [0, 2]


def test_steps_within_one_second_keep_their_order() -> None:
    steps = [step("Set up job", 0, 0), step("A", 0, 0), step("B", 0, 0), step("C", 0, 0)]
    boundaries = [boundary("start", "", 0.1), *(boundary("run", name, 0.2 + i / 10) for i, name in enumerate("abc"))]
    assert align(boundaries, steps) == [0, 1, 2, 3]


def test_a_step_named_after_its_command_is_found_by_name() -> None:
    steps = [step("Set up job", 0, 0), step("Build", 0, 0), step("Run make test", 0, 0)]
    boundaries = [boundary("start", "", 0.1), boundary("run", "make", 0.2), boundary("run", "make test", 0.3)]
    assert align(boundaries, steps) == [0, 1, 2]


def test_a_post_section_that_no_step_claims_belongs_to_none() -> None:
    steps = [step("Set up job", 0, 1), step("Build", 1, 5)]
    boundaries = [boundary("start", "", 0.1), boundary("run", "make", 1.5), boundary("post", "", 5.0)]
    assert align(boundaries, steps) == [0, 1, None]


def test_no_steps_known_means_no_owner() -> None:
    assert align([boundary("run", "x", 0)], []) == [None]


def test_stamps_are_read_to_the_microsecond() -> None:
    assert parse_stamp("2026-01-01T12:00:00.1234567Z") == START.replace(microsecond=123456)
    assert parse_stamp("2026-01-01T12:00:00Z") == START
    assert parse_stamp("not a time") is None
    assert parse_stamp("2026-13-41T12:00:00.1Z") is None
