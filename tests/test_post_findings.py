"""New findings on a pull request: at their lines where the diff shows them, once, and gone when they are fixed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.deliver.check_review import MOST_REMARKS, finding_key, post_findings
from auditor.deliver.dry_run_pulls import DryRunPulls
from auditor.deliver.github_pulls import GitHubPulls
from auditor.deliver.marker import read_marker
from auditor.deliver.patch_lines import right_lines
from auditor.deliver.problems import DeliverError, LockedError
from auditor.model.check_report import CheckReport, tally_of
from auditor.model.finding import Finding, Place
from auditor.model.vocabulary import Confidence, Severity
from tests.github_standin import Account, Board, Standin, World
from tests.github_standin.answers import error, not_found
from tests.github_standin.faults import Sent, secondary_limit
from tests.github_standin.reviews import changed_file, patch_of
from tests.test_post_issue import ME, REPOSITORY
from tests.test_verdicts import SAMPLES

PATH = ".github/workflows/release.yml"
TEXT = "on: push\njobs:\n  ship:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make danger\n"
LINES = {PATH: TEXT.splitlines()}
PULL = 7
HEAD = "b" * 40


def finding(line: int, path: str = PATH, check: str = "danger", message: str = "it is dangerous") -> Finding:
    return Finding(
        check=check,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        message=message,
        place=Place(path=path, line=line),
        fingerprint=f"{check}-{path}-{line}",
    )


def report(*findings: Finding) -> CheckReport:
    return CheckReport(
        repository=REPOSITORY, commit=HEAD, base="main", workflows=1, findings=findings, tally=tally_of(findings)
    )


@dataclass
class Here:
    github: Standin

    @property
    def board(self) -> Board:
        return self.github.world.only().board

    @property
    def tracker(self) -> GitHubPulls:
        return GitHubPulls(REPOSITORY, "mine", self.github.url, pause=0)

    @property
    def at_lines(self) -> list[dict[str, Any]]:
        return self.board.line_comments.get(PULL, [])

    @property
    def comments(self) -> list[str]:
        return [comment["body"] for comment in self.board.comments.get(PULL, [])]

    def changes(self, *files: dict[str, Any]) -> None:
        self.board.pulls[PULL]["files"] = list(files)

    def post(self, *findings: Finding) -> tuple[str, ...]:
        tracker = self.tracker
        return post_findings(tracker, report(*findings), tracker.pull(PULL), lambda path: LINES.get(path, [])).did


@pytest.fixture
def here() -> Iterator[Here]:
    world = World.of_bundles([SAMPLES / "all-green"])
    world.accounts["mine"] = Account(ME, {"pull-requests": "write"})
    with Standin(world) as github:
        found = Here(github)
        found.board.add_pull(REPOSITORY, PULL, head=HEAD)
        found.changes(changed_file(PATH, patch_of(TEXT)))
        yield found


def test_a_finding_on_a_line_of_the_diff_becomes_a_comment_there_in_one_review(here: Here) -> None:
    assert here.post(finding(3), finding(6)) == ("commented on 2 lines",)
    assert [(each["path"], each["line"]) for each in here.at_lines] == [(PATH, 3), (PATH, 6)]
    (review,) = here.board.reviews[PULL]
    assert (review["event"], review["commit_id"]) == ("COMMENT", HEAD)
    assert here.comments == []


def test_a_finding_elsewhere_stands_in_the_one_comment(here: Here) -> None:
    here.changes(changed_file(PATH, patch_of(TEXT, 5, 6)))
    assert here.post(finding(6), finding(3), finding(1, "Cargo.toml")) == ("commented on 1 line", "commented")
    (text,) = here.comments
    assert "release.yml:3" in text
    assert "Cargo.toml:1" in text
    assert "release.yml:6" not in text
    assert "1 new finding stands at its line." in text


@pytest.mark.parametrize("file", [changed_file(PATH, None), changed_file("other.yml", patch_of(TEXT))])
def test_without_a_patch_everything_stands_in_the_one_comment(here: Here, file: dict[str, Any]) -> None:
    here.changes(file)
    assert here.post(finding(6)) == ("commented",)
    assert here.at_lines == []


def test_a_line_that_reads_differently_in_the_diff_is_not_commented_on(here: Here) -> None:
    here.changes(changed_file(PATH, patch_of(TEXT.replace("danger", "other"))))
    assert here.post(finding(6), finding(3)) == ("commented on 1 line", "commented")
    assert [each["line"] for each in here.at_lines] == [3]


def test_without_findings_nothing_is_written(here: Here) -> None:
    assert here.post() == ()
    assert here.board.writes == []


def test_the_same_findings_are_told_once(here: Here) -> None:
    here.changes(changed_file(PATH, patch_of(TEXT, 5, 6)))
    here.post(finding(6), finding(3))
    before = list(here.board.writes)
    assert here.post(finding(6), finding(3)) == ()
    assert here.board.writes == before


def test_only_what_is_new_since_the_last_review_is_commented_on(here: Here) -> None:
    here.post(finding(3))
    assert here.post(finding(3), finding(6)) == ("commented on 1 line",)
    assert [each["line"] for each in here.at_lines] == [3, 6]


def test_a_fixed_finding_has_its_comment_folded_away_and_the_one_comment_says_so(here: Here) -> None:
    here.changes(changed_file(PATH, patch_of(TEXT, 5, 6)))
    here.post(finding(6), finding(3))
    assert here.post() == ("folded 1 outdated comment away", "updated")
    assert here.board.hidden == {here.at_lines[0]["node_id"]}
    assert here.at_lines[0]["body"].startswith("**This is not found any more.**")
    assert "**Nothing new compared with `main`.**" in here.comments[0]
    assert here.post() == ()


def test_a_finding_that_comes_back_is_told_anew(here: Here) -> None:
    here.post(finding(6))
    here.post()
    assert here.post(finding(6)) == ("commented on 1 line",)
    assert [read_marker(each["body"], "finding").closed for each in here.at_lines] == [True, False]  # type: ignore[union-attr]


def test_a_finding_that_says_something_else_now_has_its_comment_edited(here: Here) -> None:
    here.post(finding(6))
    assert here.post(finding(6, message="it is worse than that")) == ("updated 1 comment",)
    assert "worse" in here.at_lines[0]["body"]
    assert len(here.at_lines) == 1


def test_a_deleted_comment_is_written_anew(here: Here) -> None:
    here.post(finding(6))
    here.at_lines.clear()
    assert here.post(finding(6)) == ("commented on 1 line",)


def test_a_comment_deleted_while_it_is_folded_away_does_no_harm(here: Here) -> None:
    here.post(finding(6))
    here.github.fault(f"PATCH api /repos/{REPOSITORY}/pulls/comments/", lambda sent: Sent(not_found()))
    assert here.post() == ("folded 1 outdated comment away",)


def test_a_stranger_who_copies_our_comment_is_ignored(here: Here) -> None:
    here.post(finding(6))
    here.at_lines[0]["user"]["login"] = "stranger"
    assert here.post(finding(6)) == ("commented on 1 line",)
    assert here.post() == ("folded 1 outdated comment away",)
    assert here.board.hidden == {here.at_lines[1]["node_id"]}


def test_two_processes_at_once_leave_one_comment_a_finding(here: Here) -> None:
    done: list[str] = []

    def first_the_other(target: str) -> None:
        if target.endswith("/reviews") and not done:
            done.append(target)
            here.post(finding(6))

    here.board.before_write = first_the_other
    here.post(finding(6))
    live = [each for each in here.at_lines if not read_marker(each["body"], "finding").closed]  # type: ignore[union-attr]
    assert (len(here.at_lines), len(live)) == (2, 1)


def test_what_github_does_not_take_as_a_review_stands_in_the_one_comment(here: Here) -> None:
    tracker = here.tracker
    pull = tracker.pull(PULL)
    here.board.pulls[PULL]["head"]["sha"] = "c" * 40
    assert post_findings(tracker, report(finding(6)), pull).did == ("commented",)
    assert "release.yml:6" in here.comments[0]


def test_a_locked_conversation_is_told(here: Here) -> None:
    here.board.issues[PULL]["locked"] = True
    with pytest.raises(LockedError, match="locked"):
        here.post(finding(6))


@pytest.mark.parametrize("level", ["none", "read"])
def test_a_token_that_may_not_review_is_told_what_is_needed(here: Here, level: str) -> None:
    here.github.world.accounts["mine"] = Account(ME, {"pull-requests": level})
    with pytest.raises(DeliverError, match=r"pull-requests: (read|write)"):
        post_findings(here.tracker, report(finding(6)), here.tracker.pull(PULL))


def test_the_rate_limit_is_told(here: Here) -> None:
    here.github.fault(f"POST api /repos/{REPOSITORY}/pulls/{PULL}/reviews", secondary_limit(7), times=None)
    with pytest.raises(DeliverError, match="rate limit is used up"):
        here.post(finding(6))


def test_an_error_of_githubs_is_told(here: Here) -> None:
    here.github.fault(
        f"POST api /repos/{REPOSITORY}/pulls/{PULL}/reviews", lambda sent: Sent(error(500, "Server Error"))
    )
    with pytest.raises(DeliverError, match="GitHub answered 500"):
        here.post(finding(6))


def test_hundreds_of_findings_keep_to_the_limits(here: Here) -> None:
    text = "\n".join(f"line {number}" for number in range(1, 901))
    here.changes(changed_file("big.yml", patch_of(text)))
    many = [finding(number, "big.yml", message="long " * 150) for number in range(1, 901)]
    assert here.post(*many) == (f"commented on {MOST_REMARKS} lines", "commented")
    assert len(here.at_lines) == MOST_REMARKS
    assert len(here.comments[0]) <= 65_536
    assert "more findings" in here.comments[0]
    assert here.post(*many[:MOST_REMARKS]) == ("updated",)


def test_the_file_is_found_behind_many_others(here: Here) -> None:
    others = [changed_file(f"docs/{number}.md", None) for number in range(250)]
    here.changes(*others, changed_file(PATH, patch_of(TEXT)))
    assert here.post(finding(6)) == ("commented on 1 line",)


def test_a_dry_run_says_the_whole_review_and_writes_nothing(here: Here) -> None:
    said: list[str] = []
    tracker = here.tracker
    here.changes(changed_file(PATH, patch_of(TEXT, 5, 6)))
    post_findings(DryRunPulls(said.append, tracker), report(finding(6), finding(3)), tracker.pull(PULL))
    assert here.board.writes == []
    assert said[0].startswith(f"would review #{PULL} at {HEAD}")
    assert f"at {PATH}:6\n⚠️ **danger**: it is dangerous" in said[0]
    assert said[1].startswith(f"would comment on #{PULL}\n\n# Release check")


def test_a_hostile_finding_stays_text(here: Here) -> None:
    here.post(
        finding(6, message="@everyone <img src=x> ![a](b) <!-- relaudit:finding key=x --> [l](https://evil.example)")
    )
    body = here.at_lines[0]["body"]
    assert "@everyone" not in body
    assert "<img" not in body.replace("\\<img", "")
    marker = read_marker(body, "finding")
    assert marker is not None
    assert marker.key == finding_key(finding(6))


def test_lines_are_counted_through_hunks_and_deleted_lines() -> None:
    patch = "@@ -1,3 +1,3 @@ on:\n a\n-b\n+B\n c\n@@ -10 +10,2 @@\n x\n+@@ -1 +1 @@\n\\ No newline at end of file"
    assert right_lines(patch) == {1: "a", 2: "B", 3: "c", 10: "x", 11: "@@ -1 +1 @@"}


@pytest.mark.parametrize("patch", [None, "", "no patch", "Binary files differ", "@@ -1 @@\n+x"])
def test_what_is_no_patch_has_no_lines(patch: str | None) -> None:
    assert right_lines(patch) == {}


@given(st.text(alphabet=" +-\\@,01\nx", max_size=300))
def test_any_text_gives_lines_that_it_has(text: str) -> None:
    shown = right_lines(text)
    parts = text.split("\n")
    assert all(number >= 0 and any(line == part[1:] for part in parts) for number, line in shown.items())
