"""What a green job hides, and what it only went on after."""

from __future__ import annotations

import pytest

from auditor.model.vocabulary import Classification, Confidence, SkipReason
from auditor.rulebook.book import Rulebook
from auditor.rulebook.load import RulesFile
from tests.judging import judge, text_of
from tests.logtext import JobLog
from tests.small_rules import NPM

COMMON = r"""
platform: common
title: Anywhere
order: 900
failures:
  - id: common/throttled
    classification: rate-limited
    match: 'API rate limit exceeded'
    in_success: true
    fix: {summary: Wait.}
    docs: 'none: invented'
    examples: {match: [API rate limit exceeded]}
  - id: common/login
    classification: auth-failure
    match: 'HTTP 401'
    survivable: true
    fix: {summary: Log in.}
    docs: 'none: invented'
    examples: {match: [HTTP 401]}
  - id: common/server
    classification: network-failure
    match: 'HTTP 503'
    survivable: true
    in_success: true
    fix: {summary: Try again.}
    docs: 'none: invented'
    examples: {match: [HTTP 503]}
"""


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return Rulebook.of([RulesFile("npm.yml", NPM), RulesFile("common.yml", COMMON)])


def test_a_probe_that_ends_with_an_error_tools_go_on_after_proves_no_failed_publish(book: Rulebook) -> None:
    log = JobLog("deploy").run("Look at the release", "gh api releases/v9 || true", ["HTTP 401"])
    judged = judge(book, log, "success")
    assert (judged.classification, judged.hidden) == (Classification.SUCCESS, False)


def test_a_last_word_that_means_failure_in_green_jobs_too_is_found(book: Rulebook) -> None:
    log = JobLog("deploy").run("Look at the release", "./release.sh", ["HTTP 503"])
    judged = judge(book, log, "success")
    assert (judged.classification, judged.hidden) == (Classification.NETWORK_FAILURE, True)


@pytest.mark.parametrize(
    "script",
    [
        "npm publish || npm view tidepool",
        "npm publish \\\n  --access public || echo 'already there'",
        "npm publish ||\n  npm view tidepool",
        "if ! npm publish; then npm view tidepool; fi",
    ],
)
def test_a_version_that_is_there_already_is_no_failure_when_the_script_provides_for_one(
    book: Rulebook, script: str
) -> None:
    judged = judge(book, JobLog().run("Publish", script, ["cannot publish over 1.0.0"]), "success")
    assert (judged.classification, judged.confidence, judged.hidden) == (
        Classification.SKIPPED_BY_CONDITION,
        Confidence.MEDIUM,
        False,
    )
    assert judged.skip is SkipReason.NOTHING_TO_PUBLISH
    assert judged.platforms == ("npm",)
    assert text_of(judged) == "cannot publish over 1.0.0"
    assert any("the script goes on when its publish command fails" in reason for reason in judged.reasons)


@pytest.mark.parametrize(
    ("script", "more"),
    [
        ("npm publish || true", []),
        ("npm publish || echo failed", []),
        ("npm publish", ["##[error]Process completed with exit code 1."]),
    ],
)
def test_a_version_that_is_there_is_a_hidden_failure_where_only_any_failure_is_provided_for(
    book: Rulebook, script: str, more: list[str]
) -> None:
    judged = judge(book, JobLog().run("Publish", script, ["cannot publish over 1.0.0", *more]), "success")
    assert (judged.classification, judged.hidden) == (Classification.DUPLICATE_VERSION, True)
    assert list(judged.already) == ["npm"]


def test_a_refused_login_is_hidden_by_the_same_script(book: Rulebook) -> None:
    output = ["npm error code E401", "cannot publish over 1.0.0"]
    judged = judge(book, JobLog().run("Publish", "npm publish || true", output), "success")
    assert (judged.classification, judged.hidden) == (Classification.AUTH_FAILURE, True)


def test_a_version_that_is_taken_is_a_hidden_failure_when_nobody_looked(book: Rulebook) -> None:
    script = "npm publish &\nwait\ntest -f x || echo no"
    judged = judge(book, JobLog().run("Publish", script, ["cannot publish over 1.0.0"]), "success")
    assert (judged.classification, judged.hidden) == (Classification.DUPLICATE_VERSION, True)


def test_a_check_that_was_throttled_hides_that_nothing_was_published(book: Rulebook) -> None:
    log = (
        JobLog()
        .run("Check whether it is there", "curl releases/v1", ["API rate limit exceeded", "release found"])
        .run("Publish", "test $MISSING = false || npm publish", ["nothing to do"])
    )
    judged = judge(book, log, "success")
    assert (judged.classification, judged.hidden) == (Classification.RATE_LIMITED, True)


def test_a_check_that_was_throttled_is_no_alarm_when_the_publish_is_proved_or_none_was_meant(book: Rulebook) -> None:
    throttled = ["API rate limit exceeded", "release found"]
    proved = (
        JobLog()
        .run("Check whether it is there", "curl releases/v1", throttled)
        .run("Publish", "npm publish", ["+ tidepool@1.0.0"])
    )
    assert judge(book, proved, "success").classification is Classification.SUCCESS
    alone = JobLog("watch").run("Check the releases", "curl releases/v1", throttled)
    assert judge(book, alone, "success").classification is Classification.SUCCESS


def test_a_check_that_goes_on_after_an_error_is_no_alarm(book: Rulebook) -> None:
    log = (
        JobLog()
        .run("Check whether it is there", "curl releases/v1", ["HTTP 503", "release found"])
        .run("Publish", "npm publish", ["nothing to do"])
    )
    assert judge(book, log, "success").classification is Classification.SUCCESS


@pytest.mark.parametrize(
    "script",
    [
        "npm publish",
        "npm run build\nnpm publish --access public",
        "npm publish || exit 1",
        "npm publish || { echo 'it failed'; exit 1; }",
        "for i in 1 2 3; do\n  if npm publish; then exit 0; fi\n  echo again\ndone\nexit 1",
    ],
)
def test_what_a_publish_command_says_was_overcome_where_the_script_would_have_failed_with_it(
    book: Rulebook, script: str
) -> None:
    output = ["npm error code E401", *(f"line {number}" for number in range(20))]
    judged = judge(book, JobLog().run("Publish", script, output), "success")
    assert (judged.classification, judged.hidden) == (Classification.SUCCESS, False)


@pytest.mark.parametrize(
    "script",
    [
        "npm publish || true",
        "npm publish &\nwait",
        "set +e\nnpm publish\necho done",
        "find . -name package.json -execdir npm publish \\;",
        "npm publish | tee publish.log",
        "if npm publish; then echo yes; fi",
        "npm publish && echo published || echo 'not published'",
        "npm publish; true",
        "out=$(echo $(npm publish))\necho $out",
    ],
)
def test_what_a_publish_command_says_counts_wherever_it_stands_when_the_script_goes_on_after_it(
    book: Rulebook, script: str
) -> None:
    output = ["npm error code E401", *(f"line {number}" for number in range(20))]
    judged = judge(book, JobLog().run("Publish", script, output), "success")
    assert (judged.classification, judged.hidden) == (Classification.AUTH_FAILURE, True)


def test_a_sentence_that_the_script_prints_is_not_evidence(book: Rulebook) -> None:
    script = 'npm publish &\nwait\necho "cannot publish over 1.0.0"'
    judged = judge(book, JobLog().run("Publish", script, ["cannot publish over 1.0.0"]), "success")
    assert judged.classification is Classification.SUCCESS


def test_the_last_words_of_a_script_count_also_when_it_ends_with_a_cheerful_line(book: Rulebook) -> None:
    log = JobLog("deploy").run(
        "Upload", "./upload.sh || true", ["npm error code E401", "wait", "for", "it", "uploaded"]
    )
    judged = judge(book, log, "success")
    assert (judged.classification, judged.hidden) == (Classification.AUTH_FAILURE, True)


def test_a_loop_that_failed_less_often_than_it_tries_went_through(book: Rulebook) -> None:
    script = "for i in 1 2 3; do npm publish && break; sleep 5; done"
    once = JobLog().run("Publish", script, ["npm error code E401", "wait"])
    assert judge(book, once, "success").classification is Classification.SUCCESS
    thrice = JobLog().run("Publish", script, ["npm error code E401"] * 3)
    assert judge(book, thrice, "success").classification is Classification.AUTH_FAILURE


def test_a_publish_step_that_was_allowed_to_fail_and_did_is_a_hidden_failure_without_a_known_line_too(
    book: Rulebook,
) -> None:
    output = ["something odd", "##[error]Process completed with exit code 1."]
    judged = judge(book, JobLog().run("Publish", "npm publish", output), "success")
    assert (judged.classification, judged.hidden) == (Classification.UNKNOWN_FAILURE, True)
    assert judged.reasons[0] == "the publish step was allowed to fail, and did"
    again = JobLog().run("Publish", "npm publish", output).run("Again", "npm publish", ["+ tidepool@1.0.0"])
    assert judge(book, again, "success").classification is Classification.SUCCESS
    other = JobLog().run("Lint", "make lint", output)
    assert judge(book, other, "success").classification is Classification.SUCCESS
