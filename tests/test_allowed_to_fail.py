"""Without a job object the log alone must tell a step that was allowed to fail from the one that failed the job."""

from __future__ import annotations

from auditor.model.vocabulary import Classification
from auditor.rulebook.book import Rulebook
from tests.judging import judge, text_of
from tests.logtext import JobLog

EXIT = "##[error]Process completed with exit code 1."
COMPILER = "main.go:3:4: undefined: parse"


def test_an_error_after_which_the_job_went_on_to_publish_did_not_fail_it(small_book: Rulebook) -> None:
    log = JobLog().run("Scan", "scan .", [COMPILER, EXIT]).run("Publish", "npm publish", ["+ tidepool@1.0.0"])
    judged = judge(small_book, log, None)
    assert (judged.classification, list(judged.proved)) == (Classification.SUCCESS, ["npm"])
    assert "after the only error that GitHub marked the job went on to publish" in judged.reasons


def test_of_two_failing_steps_the_one_after_which_the_job_did_not_publish_is_the_failed_one(
    small_book: Rulebook,
) -> None:
    log = (
        JobLog()
        .run("Scan", "scan .", [COMPILER, EXIT])
        .run("Publish", "npm publish", ["cannot publish over 1.0.0"], "failure")
    )
    judged = judge(small_book, log, None)
    assert (judged.classification, text_of(judged)) == (Classification.DUPLICATE_VERSION, "cannot publish over 1.0.0")


def test_a_publish_step_that_failed_is_told_although_the_job_went_on_to_publish_elsewhere(small_book: Rulebook) -> None:
    log = (
        JobLog()
        .run("Publish", "npm publish", ["npm error code E401", EXIT])
        .run("Publish again", "npm publish -w b", ["+ b@1.0.0"])
    )
    assert judge(small_book, log, None).classification is Classification.AUTH_FAILURE


def test_an_error_after_which_only_other_steps_ran_failed_the_job(small_book: Rulebook) -> None:
    log = JobLog().run("Build", "go build", [COMPILER, EXIT]).run("Report", "curl hook", ["sent"])
    assert judge(small_book, log, None).classification is Classification.BUILD_FAILURE


def test_the_job_object_outranks_what_the_log_suggests(small_book: Rulebook) -> None:
    log = (
        JobLog()
        .run("Build", "go build", [COMPILER, EXIT], "failure")
        .run("Publish", "npm publish", ["+ tidepool@1.0.0"])
    )
    assert judge(small_book, log, "failure").classification is Classification.BUILD_FAILURE
