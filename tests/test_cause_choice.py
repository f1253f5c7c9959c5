"""Which of several lines that rules know is shown as the cause."""

from __future__ import annotations

import pytest

from auditor.model.vocabulary import Classification, Confidence
from auditor.rulebook.book import Rulebook
from tests.judging import book_of, judge, text_of
from tests.logtext import JobLog


@pytest.fixture(scope="module")
def compiler() -> Rulebook:
    return book_of(
        {"id": "type", "classification": "build-failure", "match": "'error TS2322'"},
        {"id": "module", "classification": "build-failure", "match": "'error TS2307'"},
        {"id": "summary", "classification": "build-failure", "role": "wrapper", "match": "'^Found \\d+ errors'"},
        {"id": "probe", "classification": "build-failure", "survivable": "true", "match": "'error: probe'"},
        {"id": "assert", "classification": "test-failure", "match": "'AssertionError'"},
        {
            "id": "reason",
            "classification": "metadata-rejected",
            "match": "'is not a valid field'",
            "near": "{match: 'manifest refused', before: 5}",
            "examples": '{match: ["manifest refused\\nx is not a valid field"]}',
        },
        {"id": "headline", "classification": "metadata-rejected", "match": "'manifest refused'"},
        {"id": "taken", "classification": "duplicate-version", "match": "'already there'"},
        {"id": "conflict", "classification": "duplicate-version", "match": "'409 Conflict'"},
    )


def shown(book: Rulebook, *output: str) -> str | None:
    return text_of(judge(book, JobLog().run("Build", "make", [*output], "failure"), "failure"))


def test_of_compiler_errors_that_different_rules_know_the_first_is_shown(compiler: Rulebook) -> None:
    assert shown(compiler, "a.ts(1,1): error TS2322: x", "b.ts(9,9): error TS2307: y") == "a.ts(1,1): error TS2322: x"
    assert shown(compiler, "b.ts(9,9): error TS2307: y", "a.ts(1,1): error TS2322: x") == "b.ts(9,9): error TS2307: y"


def test_the_first_is_sought_among_lines_of_the_same_weight_only(compiler: Rulebook) -> None:
    assert shown(compiler, "error: probe", "a.ts: error TS2322: x") == "a.ts: error TS2322: x"
    assert shown(compiler, "Found 3 errors", "a.ts: error TS2322: x") == "a.ts: error TS2322: x"
    assert shown(compiler, "AssertionError: 1", "a.ts: error TS2322: x") == "a.ts: error TS2322: x"


def test_a_line_that_github_marked_is_not_given_up_for_an_earlier_one_without_mark(compiler: Rulebook) -> None:
    assert shown(compiler, "a: error TS2322: x", "##[error]b: error TS2307: y") == "b: error TS2307: y"


def test_the_reason_is_not_given_up_for_its_headline_although_that_comes_first(compiler: Rulebook) -> None:
    assert shown(compiler, "manifest refused", "licence is not a valid field") == "licence is not a valid field"


def test_what_another_tool_reported_far_above_is_not_taken_for_the_first_of_the_same_report(compiler: Rulebook) -> None:
    between = [f"compiling {n}" for n in range(20)]
    assert shown(compiler, "a: error TS2322: x", *between, "b: error TS2307: y") == "b: error TS2307: y"
    again = ["a: error TS2322: x", *between, "b: error TS2307: y", *between, "c: error TS2307: z"]
    assert shown(compiler, *again) == "b: error TS2307: y"


def test_of_refusals_by_the_target_the_last_is_shown(compiler: Rulebook) -> None:
    assert shown(compiler, "1.0 is already there", "409 Conflict") == "409 Conflict"


@pytest.fixture(scope="module")
def stopping() -> Rulebook:
    return book_of(
        {"id": "group", "classification": "cancelled", "match": "'higher priority waiting request'"},
        {"id": "stop", "classification": "cancelled", "role": "wrapper", "match": "'The operation was canceled'"},
        {"id": "lost", "classification": "runner-failure", "match": "'shutdown signal'"},
        {"id": "gone", "classification": "runner-failure", "role": "wrapper", "match": "'runner is gone'"},
    )


@pytest.mark.parametrize("conclusion", ["cancelled", "failure", None])
def test_of_the_lines_that_tell_of_a_stop_the_cause_wins_over_the_runners_words(
    stopping: Rulebook, conclusion: str | None
) -> None:
    output = [
        "##[error]Canceling since a higher priority waiting request exists",
        "##[error]The operation was canceled.",
    ]
    log = JobLog().run("Publish", "npm publish", output, conclusion or "failure")
    judged = judge(stopping, log, conclusion)
    assert judged.classification is Classification.CANCELLED
    assert text_of(judged) == "Canceling since a higher priority waiting request exists"


def test_a_lost_runner_still_wins_over_the_cancellation_that_follows(stopping: Rulebook) -> None:
    output = ["The runner is gone", "##[error]Canceling since a higher priority waiting request exists"]
    judged = judge(stopping, JobLog().run("Build", "make", output, "cancelled"), "cancelled")
    assert (judged.classification, judged.confidence) == (Classification.RUNNER_FAILURE, Confidence.MEDIUM)


def test_only_the_cause_of_a_stop_makes_sure(stopping: Rulebook) -> None:
    lost = JobLog().run("Build", "make", ["##[error]The runner has received a shutdown signal."], "failure")
    judged = judge(stopping, lost, "cancelled")
    assert (judged.classification, judged.confidence) == (Classification.RUNNER_FAILURE, Confidence.HIGH)


WARNED = "##[warning]licence is already there"


def test_a_warning_names_the_cause_when_no_other_line_of_the_failed_step_does(compiler: Rulebook) -> None:
    judged = judge(compiler, JobLog().run("Out", "x", ["uploading", WARNED, "done"], "failure"), "failure")
    assert (judged.classification, judged.confidence) == (Classification.DUPLICATE_VERSION, Confidence.LOW)
    assert text_of(judged) == "licence is already there"
    assert "only a warning of the step says so" in judged.reasons


def test_a_warning_never_wins_over_a_line_that_is_none(compiler: Rulebook) -> None:
    log = JobLog().run("Build", "x", ["Found 3 errors", WARNED], "failure")
    assert judge(compiler, log, "failure").classification is Classification.BUILD_FAILURE


@pytest.mark.parametrize("line", ["##[warning]Found 3 errors", "##[warning]error: probe", "##[notice]already there"])
def test_a_warning_that_only_wraps_or_that_tools_survive_names_no_cause(compiler: Rulebook, line: str) -> None:
    judged = judge(compiler, JobLog().run("Build", "x", [line], "failure"), "failure")
    assert judged.classification is Classification.UNKNOWN_FAILURE


def test_a_warning_in_a_green_job_hides_nothing(compiler: Rulebook) -> None:
    judged = judge(compiler, JobLog().run("Release", "./release.sh", [WARNED]), "success")
    assert judged.classification is Classification.SUCCESS


def test_a_warning_of_another_step_names_no_cause(compiler: Rulebook) -> None:
    log = JobLog().run("Before", "x", [WARNED]).run("Build", "x", ["it went wrong"], "failure")
    assert judge(compiler, log, "failure").classification is Classification.UNKNOWN_FAILURE
