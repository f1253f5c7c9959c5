from datetime import timedelta

import pytest

from auditor.model.facts import Annotation
from auditor.model.vocabulary import Classification, Confidence, SkipReason
from auditor.rulebook.book import Rulebook
from tests.judging import judge, text_of
from tests.logtext import JobLog


def test_the_cause_in_the_failed_step_wins_over_the_runners_trailer(small_book: Rulebook) -> None:
    log = JobLog().run("Publish", "npm publish", ["cannot publish over 1.0.0"], "failure")
    judged = judge(small_book, log, "failure")
    assert judged.classification is Classification.DUPLICATE_VERSION
    assert judged.confidence is Confidence.HIGH
    assert judged.platforms == ("npm",)


def test_an_error_that_an_earlier_step_survived_is_not_the_cause(small_book: Rulebook) -> None:
    log = (
        JobLog()
        .run("Check", "npm view tidepool || true", ["npm error code E401"])
        .run("Build", "go build", ["main.go:3:4: undefined: parse"], "failure")
    )
    assert judge(small_book, log, "failure").classification is Classification.BUILD_FAILURE


def test_an_error_in_a_cleanup_step_after_the_failure_is_not_the_cause(small_book: Rulebook) -> None:
    log = (
        JobLog()
        .run("Build", "go build", ["main.go:3:4: undefined: parse"], "failure")
        .run("Report", "curl hook", ["curl: (22) The requested URL returned error: 404"])
    )
    assert judge(small_book, log, "failure").classification is Classification.BUILD_FAILURE


def test_a_retry_that_worked_does_not_win_over_what_ended_the_step(small_book: Rulebook) -> None:
    log = JobLog().run("Publish", "npm publish", ["read ECONNRESET", "cannot publish over 1.0.0"], "failure")
    assert judge(small_book, log, "failure").classification is Classification.DUPLICATE_VERSION
    log = JobLog().run("Publish", "npm publish", ["cannot publish over 1.0.0", "read ECONNRESET"], "failure")
    assert judge(small_book, log, "failure").classification is Classification.DUPLICATE_VERSION


def test_a_survivable_line_is_the_cause_when_nothing_else_is(small_book: Rulebook) -> None:
    judged = judge(small_book, JobLog().run("Publish", "npm publish", ["read ECONNRESET"], "failure"), "failure")
    assert (judged.classification, judged.confidence) == (Classification.NETWORK_FAILURE, Confidence.LOW)


def test_a_bare_403_counts_only_in_a_step_of_its_platform(small_book: Rulebook) -> None:
    here = JobLog().run("Publish", "npm publish", ["403 Forbidden"], "failure")
    there = JobLog().run("Deploy", "rsync -a dist host:", ["403 Forbidden"], "failure")
    assert judge(small_book, here, "failure").classification is Classification.AUTH_FAILURE
    assert judge(small_book, there, "failure").classification is Classification.UNKNOWN_FAILURE


def test_the_reason_after_the_headline_wins_over_the_headline(small_book: Rulebook) -> None:
    log = JobLog().run("Publish", "x", ["##[error]exchange failure: ", "", "* invalid-publisher"], "failure")
    assert text_of(judge(small_book, log, "failure")) == "* invalid-publisher"


def test_a_headline_alone_is_given_with_low_confidence(small_book: Rulebook) -> None:
    judged = judge(small_book, JobLog().run("P", "x", ["exchange failure: "], "failure"), "failure")
    assert (judged.classification, judged.confidence) == (Classification.AUTH_FAILURE, Confidence.LOW)


def test_of_many_compiler_errors_the_first_is_shown(small_book: Rulebook) -> None:
    log = JobLog().run("Build", "go build", [f"main.go:{n}:1: undefined: f{n}" for n in (3, 5, 9)], "failure")
    assert text_of(judge(small_book, log, "failure")) == "main.go:3:1: undefined: f3"


def test_no_rule_fits_is_said_and_nothing_is_guessed(small_book: Rulebook) -> None:
    judged = judge(small_book, JobLog().run("Odd", "x", ["it went wrong"], "failure"), "failure")
    assert (judged.classification, judged.hit) == (Classification.UNKNOWN_FAILURE, None)


def test_without_a_job_object_the_step_with_githubs_error_mark_is_the_failed_one(small_book: Rulebook) -> None:
    log = (
        JobLog()
        .run("Check", "npm view x", ["npm error code E401"])
        .run("Publish", "npm publish", ["cannot publish over 1.0.0"], "failure")
    )
    judged = judge(small_book, log, None)
    assert (judged.classification, judged.confidence) == (Classification.DUPLICATE_VERSION, Confidence.HIGH)


def test_success_is_proved_by_its_line(small_book: Rulebook) -> None:
    judged = judge(small_book, JobLog().run("Publish", "npm publish", ["+ tidepool@1.0.0"]), "success")
    assert (judged.classification, judged.confidence) == (Classification.SUCCESS, Confidence.HIGH)
    assert list(judged.proved) == ["npm"]


def test_a_green_publish_step_without_its_success_line_is_not_proved(small_book: Rulebook) -> None:
    judged = judge(small_book, JobLog().run("Publish", "npm publish", ["..."]), "success")
    assert (judged.classification, judged.confidence) == (Classification.SUCCESS, Confidence.MEDIUM)
    assert "no line of the log proves the publish" in judged.reasons


def test_a_tool_that_found_nothing_to_publish_skipped(small_book: Rulebook) -> None:
    log = JobLog().run("Publish", "npm publish", ["tidepool is already published, nothing to do"])
    judged = judge(small_book, log, "success")
    assert (judged.classification, judged.skip) == (
        Classification.SKIPPED_BY_CONDITION,
        SkipReason.NOTHING_TO_PUBLISH,
    )


def test_a_publish_that_failed_inside_a_green_step_is_found(small_book: Rulebook) -> None:
    log = JobLog().run("Publish", "npm publish || true", ["npm error code E401"])
    judged = judge(small_book, log, "success")
    assert (judged.classification, judged.hidden) == (Classification.AUTH_FAILURE, True)


def test_a_failure_that_a_second_try_made_good_is_not_hidden(small_book: Rulebook) -> None:
    log = JobLog().run("Publish", "npm publish || npm publish", ["npm error code E401", "+ tidepool@1.0.0"])
    assert judge(small_book, log, "success").classification is Classification.SUCCESS


def test_an_error_line_in_a_green_job_that_publishes_nothing_is_no_alarm(small_book: Rulebook) -> None:
    log = JobLog("lint").run("Test", "make test", ["cannot publish over 1.0.0", "main.go:1:1: undefined: x"])
    assert judge(small_book, log, "success").classification is Classification.SUCCESS


def test_a_dry_run_is_not_a_publish_step(small_book: Rulebook) -> None:
    log = JobLog("check").run("Try", "npm publish --dry-run", ["npm error code E401"])
    judged = judge(small_book, log, "success")
    assert (judged.classification, judged.platforms) == (Classification.SUCCESS, ())


CANCELLED = ["##[error]The operation was canceled."]


def stopped_after(seconds: float) -> JobLog:
    log = JobLog().run("Build", "make", ["working"])
    log.at += timedelta(seconds=seconds - 8)
    return log.run("Long", "sleep", CANCELLED, "cancelled")


def test_a_person_cancels_at_any_moment(small_book: Rulebook) -> None:
    assert judge(small_book, stopped_after(437), "cancelled").classification is Classification.CANCELLED


@pytest.mark.parametrize("minutes", [15, 30, 360])
def test_a_job_stopped_on_the_minute_ran_into_its_limit(small_book: Rulebook, minutes: int) -> None:
    judged = judge(small_book, stopped_after(minutes * 60 + 4), "cancelled")
    assert judged.classification is Classification.TIMED_OUT


def test_the_jobs_own_limit_decides_with_high_confidence(small_book: Rulebook) -> None:
    judged = judge(small_book, stopped_after(7 * 60 + 3), "cancelled", limit_seconds=7 * 60)
    assert (judged.classification, judged.confidence) == (Classification.TIMED_OUT, Confidence.HIGH)


def test_an_annotation_tells_a_timeout_whatever_the_duration(small_book: Rulebook) -> None:
    note = Annotation(message="The job has exceeded the maximum execution time of 8m0s")
    judged = judge(small_book, stopped_after(437), "cancelled", annotations=[note])
    assert judged.classification is Classification.TIMED_OUT


def test_an_error_before_the_success_line_did_not_end_the_step(small_book: Rulebook) -> None:
    output = ["npm error code E401", "+ tidepool@1.0.0", "curl: (22) The requested URL returned error: 404"]
    judged = judge(small_book, JobLog().run("Publish", "npm publish; ./notify", output, "failure"), "failure")
    assert judged.classification is Classification.MISSING_ARTIFACT


def test_a_log_that_breaks_off_is_judged_by_its_last_words(small_book: Rulebook) -> None:
    log = JobLog().run("Build", "make", ["cc main.c", "main.go:3:4: undefined: parse"]).breaks_off()
    assert judge(small_book, log, None).classification is Classification.BUILD_FAILURE


def test_a_log_that_breaks_off_long_after_an_error_or_does_not_break_off_is_no_failure(small_book: Rulebook) -> None:
    output = ["main.go:3:4: undefined: parse"]
    ended = JobLog().run("Build", "make", output)
    assert judge(small_book, ended, None).classification is Classification.SUCCESS
    gone_on = JobLog().run("Build", "make", [*output, *(f"cc part{number}.c" for number in range(12))]).breaks_off()
    assert judge(small_book, gone_on, None).classification is Classification.SUCCESS


def test_a_failed_job_without_a_failed_step_whose_log_breaks_off_lost_its_runner(small_book: Rulebook) -> None:
    compiling = [f"cc part{number}.c" for number in range(12)]
    judged = judge(small_book, JobLog().run("Build", "make", compiling).breaks_off(), "failure")
    assert (judged.classification, judged.confidence) == (Classification.RUNNER_FAILURE, Confidence.LOW)
    ended = judge(small_book, JobLog().run("Build", "make", compiling), "failure")
    assert ended.classification is Classification.UNKNOWN_FAILURE


def test_a_cause_is_found_in_the_log_file_that_a_later_step_shows(small_book: Rulebook) -> None:
    log = JobLog().run("Release", "tool release", ["it failed, see out/trace.log"], "failure")
    log.run("Show the trace", "cat out/trace.log", ["connecting", "main.go:3:4: undefined: parse", "closed"])
    judged = judge(small_book, log, "failure")
    assert judged.classification is Classification.BUILD_FAILURE
    assert judged.step is not None
    assert judged.step.name == "Show the trace"


def test_a_later_step_that_shows_nothing_of_the_failure_is_not_asked(small_book: Rulebook) -> None:
    log = JobLog().run("Release", "tool release", ["it failed"], "failure")
    log.run("Report", "curl https://chat.example/", ["main.go:3:4: undefined: parse"])
    assert judge(small_book, log, "failure").classification is Classification.UNKNOWN_FAILURE


def test_the_reason_of_a_step_that_left_no_line_is_looked_for_elsewhere(small_book: Rulebook) -> None:
    log = JobLog()
    log.lines.append(f"{log.lines[-1].split()[0]} ##[error]main.go:3:4: undefined: parse")
    log.steps.append(log.steps[0].model_copy(update={"name": "Publish", "number": 2, "conclusion": "failure"}))
    judged = judge(small_book, log, "failure")
    assert judged.classification is Classification.BUILD_FAILURE
