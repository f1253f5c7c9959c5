"""What is shown of a failed step when no rule knows a line of it."""

from __future__ import annotations

import pytest

from auditor.diagnose.telling import best_line, telling_and_last_lines
from auditor.logs.source import TextLog
from auditor.rulebook.book import Rulebook
from tests.judging import judge
from tests.logtext import JobLog

TRAILER = "##[error]Process completed with exit code 1."


def best(*lines: str, before: tuple[str, ...] = ()) -> str | None:
    source = TextLog("x.log", "".join(f"{line}\n" for line in (*before, *lines)).encode())
    found = best_line(source, len(before) + 1, len(before) + len(lines))
    return found.text if found else None


def test_an_error_like_line_is_shown_rather_than_what_stands_behind_it() -> None:
    assert best("start", "widget failed to spin", "cleaning up", TRAILER) == "widget failed to spin"


def test_a_line_that_github_marked_is_shown_rather_than_an_unmarked_one() -> None:
    assert best("##[error]the gate is shut", "some error elsewhere", TRAILER) == "##[error]the gate is shut"


@pytest.mark.parametrize(
    "noise",
    [
        "debconf: delaying package configuration, since apt-utils is not installed",
        "npm warn deprecated glob@7.2.3: Glob versions prior to v9 are no longer supported",
        "npm notice 121B s/test/a.test.ts",
        "(node:2104) DeprecationWarning: The `punycode` module is deprecated.",
        "warning: unused variable: `e`",
        "WARN: colours are off",
        "[WARNING] no site to speak of",
        "[notice] A new release of pip is available: 23.2.1 -> 26.3",
        "Cache restored from key: linux-abc",
        "added 412 packages, and audited 413 packages in 9s",
        "hint: Using 'master' as the name for the initial branch",
        "  42 passed, 0 failed",
        "  found 0 errors",
        "3 vulnerabilities (1 low, 2 moderate)",
        "##[warning]Node.js 16 actions are deprecated",
        "Downloading relay-2.0.1.tar.gz (12.1 MB)",
        "100  1256  100  1256    0     0   9812      0 --:--:-- --:--:-- --:--:--  9812",
        "================",
    ],
)
def test_a_step_that_only_made_noise_shows_nothing_of_it(noise: str) -> None:
    assert best(noise, TRAILER) is None


def test_the_last_plain_words_of_a_step_are_shown_when_nothing_looks_like_an_error() -> None:
    assert best("checking the tag", "the tag is behind main", "npm warn deprecated x@1: y", TRAILER) == (
        "the tag is behind main"
    )


@pytest.mark.parametrize("telling", ["coverage is 45% and the gate is at 90%", "2 warnings are 2 too many"])
def test_words_of_noise_inside_a_sentence_make_no_noise_of_it(telling: str) -> None:
    assert best("checking", telling, TRAILER) == telling


def test_a_line_that_the_steps_before_printed_too_tells_less() -> None:
    common = "could not read the optional colour table"
    assert best("the tag cannot go there", common, TRAILER, before=(common, common)) == "the tag cannot go there"


def test_what_another_job_of_the_same_log_printed_makes_no_line_less_telling() -> None:
    other = (
        "Current runner version: '2.328.0'",
        "the tag is behind main",
        TRAILER,
        "Current runner version: '2.328.0'",
    )
    assert best("the tag is behind main", TRAILER, before=other) == "the tag is behind main"


def test_a_warning_is_shown_only_when_nothing_else_looks_like_an_error() -> None:
    assert best("gate failed", "npm warn could not find a licence", TRAILER) == "gate failed"
    assert best("working", "npm warn could not find a licence", TRAILER) == "npm warn could not find a licence"


def test_a_mark_without_words_tells_nothing() -> None:
    assert best("error: the changelog has no entry", "##[error]") == "error: the changelog has no entry"


def test_what_a_script_of_the_project_says_is_shown_rather_than_npms_words_about_it() -> None:
    npm = ["npm error code 1", "npm error path /w", "npm error A complete log of this run can be found in: /w/x.log"]
    assert best("CHANNEL is not set, refusing to publish", *npm) == "CHANNEL is not set, refusing to publish"


def test_the_most_telling_lines_come_first_and_never_the_runners_trailer() -> None:
    source = TextLog("x.log", f"a is missing\nfine\n##[error]b is shut\n{TRAILER}\n".encode())
    assert [line.text for line in telling_and_last_lines(source, 1, 4, words=0)] == [
        "##[error]b is shut",
        "a is missing",
    ]


def test_a_silent_command_is_named_in_the_reasons(small_book: Rulebook) -> None:
    judged = judge(small_book, JobLog().run("Guard", 'test -n "$TAG"', [], "failure"), "failure")
    assert judged.line is not None
    assert judged.line.text == "Process completed with exit code 1."
    assert 'the step ran “test -n "$TAG"”' in judged.reasons


def test_of_a_longer_script_the_first_command_is_named_and_the_others_are_counted(small_book: Rulebook) -> None:
    script = "# look for it\nset -e\ngrep -q relay list.txt\ntest -s out"
    judged = judge(small_book, JobLog().run("Guard", script, [], "failure"), "failure")
    assert "the step ran “grep -q relay list.txt” and 1 more command" in judged.reasons


def test_an_action_that_says_nothing_is_named_in_the_reasons(small_book: Rulebook) -> None:
    log = JobLog().uses("Guard", "acme/guard@v1", {}, ["##[error]it went wrong"], "failure")
    assert "the step ran “acme/guard@v1”" in judge(small_book, log, "failure").reasons
