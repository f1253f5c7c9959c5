"""No line that the rules know raises an alarm in a green job that went on and published."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from auditor.diagnose.explain import Explainer
from auditor.model.vocabulary import Classification
from auditor.rulebook.book import Rulebook
from auditor.rulebook.schema import FailureRule
from tests.logtext import JobLog

PUBLISHED = ["npm notice Publishing to https://npm.example/", "+ @tidepool/relay@1.2.3"]


def in_tests(lines: list[str]) -> JobLog:
    """What a passing test suite prints."""
    return (
        JobLog().run("Test", "npm test", ["running", *lines, "120 passed", "done"]).run("Out", "npm publish", PUBLISHED)
    )


def in_a_build(lines: list[str]) -> JobLog:
    """What a script said long before its end."""
    output = [*lines, "finished", "all good", "bye", "end"]
    return JobLog().run("Build", "./build.sh", output).run("Out", "npm publish", PUBLISHED)


def in_the_publish_step(lines: list[str]) -> JobLog:
    """What the publish command itself said before it published."""
    return JobLog().run("Out", "npm publish", [*lines, *PUBLISHED])


@pytest.fixture(scope="module")
def explainer(shipped_book: Rulebook) -> Explainer:
    return Explainer(shipped_book)


@pytest.fixture(scope="module")
def examples(shipped_book: Rulebook) -> list[list[str]]:
    """Every third of the examples of failure rules; GitHub's own marks, which end a step, are left out."""
    found = [
        example
        for rule in shipped_book.rules
        if isinstance(rule.written, FailureRule)
        for example in rule.written.examples.match
        if "##[" not in example and "::" not in example[:12]
    ]
    return [example.splitlines() for example in found[::3]]


@pytest.mark.parametrize("green", [in_tests, in_a_build, in_the_publish_step])
def test_a_green_job_that_published_stays_green(
    explainer: Explainer, examples: list[list[str]], green: Callable[[list[str]], JobLog]
) -> None:
    assert len(examples) > 900
    alarms = []
    for lines in examples:
        log = green(lines)
        source = log.source()
        answer = explainer.explain(source, "a.log", log.job("success"))
        if answer.classification not in (Classification.SUCCESS, Classification.SKIPPED_BY_CONDITION):
            alarms.append((answer.rule, lines))
    assert alarms == []
