"""One comment on a pull request, never two."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from auditor.deliver.dry_run import DryRun
from auditor.deliver.issue import post_issue
from auditor.deliver.marker import read_marker
from auditor.deliver.problems import DeliverError
from auditor.deliver.pull_request import post_audit
from auditor.deliver.tracker import GitHubTracker
from tests.github_standin import Account, Board, Standin, World
from tests.github_standin.answers import not_found
from tests.github_standin.faults import Sent
from tests.test_post_issue import ME, REPOSITORY, missing
from tests.test_verdicts import SAMPLES


@pytest.fixture
def github() -> Iterator[Standin]:
    world = World.of_bundles([SAMPLES / "all-green"])
    world.accounts["mine"] = Account(ME, {"pull-requests": "write"})
    with Standin(world) as standin:
        yield standin


def tracker(github: Standin) -> GitHubTracker:
    return GitHubTracker(REPOSITORY, "mine", github.url, pause=0)


def board(github: Standin) -> Board:
    return github.world.only().board


def bodies(github: Standin, number: int) -> list[str]:
    return [comment["body"] for comment in board(github).comments.get(number, [])]


def test_it_comments_on_the_merged_pull_request_behind_the_commit(github: Standin) -> None:
    found = missing("npm")
    assert found.commit is not None
    board(github).add_pull(REPOSITORY, 5, head=found.commit)
    board(github).add_pull(REPOSITORY, 9, head="1" * 40, merged=found.commit)
    done = post_audit(tracker(github), found)
    assert (done.number, done.did) == (9, ("commented",))
    assert "Deployment audit of `v3.1.0`" in bodies(github, 9)[0]


def test_a_second_time_it_updates_and_without_news_it_writes_nothing(github: Standin) -> None:
    board(github).add_pull(REPOSITORY, 9, head="1" * 40)
    post_audit(tracker(github), missing("npm"), 9)
    assert post_audit(tracker(github), missing("npm"), 9).did == ()
    assert post_audit(tracker(github), missing(), 9).did == ("updated",)
    assert len(bodies(github, 9)) == 1


def test_a_deleted_comment_is_written_anew(github: Standin) -> None:
    board(github).add_pull(REPOSITORY, 9, head="1" * 40)
    post_audit(tracker(github), missing("npm"), 9)
    board(github).comments[9].clear()
    assert post_audit(tracker(github), missing("npm"), 9).did == ("commented",)


def test_a_comment_deleted_between_reading_and_writing_is_written_anew(github: Standin) -> None:
    board(github).add_pull(REPOSITORY, 9, head="1" * 40)
    post_audit(tracker(github), missing("npm"), 9)
    github.fault("PATCH api /repos/relaudit-samples/pagemark/issues/comments/", lambda sent: Sent(not_found()))
    assert post_audit(tracker(github), missing(), 9).did == ("commented",)


def test_a_stranger_who_copies_the_marker_is_ignored(github: Standin) -> None:
    board(github).add_pull(REPOSITORY, 9, head="1" * 40)
    post_audit(tracker(github), missing("npm"), 9)
    ours = bodies(github, 9)[0]
    board(github).comments[9][0]["user"]["login"] = "stranger"
    assert post_audit(tracker(github), missing("npm"), 9).did == ("commented",)
    assert bodies(github, 9)[0] == ours


def test_a_second_comment_of_ours_is_folded_away(github: Standin) -> None:
    board(github).add_pull(REPOSITORY, 9, head="1" * 40)
    post_audit(tracker(github), missing("npm"), 9)
    twin = board(github).add_comment(REPOSITORY, 9, ME, bodies(github, 9)[0])
    assert post_audit(tracker(github), missing("npm"), 9).did == ("hid an outdated comment,",)
    assert board(github).hidden == {twin["node_id"]}
    assert read_marker(bodies(github, 9)[1], "comment") is None


def test_a_commit_of_no_pull_request_is_told(github: Standin) -> None:
    with pytest.raises(DeliverError, match="no pull request"):
        post_audit(tracker(github), missing("npm"))


def test_a_token_that_may_only_write_issues_can_comment_and_not_look_for_the_pull_request(github: Standin) -> None:
    github.world.accounts["mine"] = Account(ME, {"issues": "write"})
    board(github).add_pull(REPOSITORY, 9, head="1" * 40)
    assert post_audit(tracker(github), missing("npm"), 9).did == ("commented",)
    with pytest.raises(DeliverError, match="pull-requests: read"):
        post_audit(tracker(github), missing("npm"))


def test_a_dry_run_says_exactly_what_would_be_written_and_writes_nothing(github: Standin) -> None:
    board(github).add_pull(REPOSITORY, 9, head="1" * 40)
    said: list[str] = []
    post_audit(DryRun(said.append, tracker(github)), missing("npm"), 9)
    assert board(github).writes == []
    post_audit(tracker(github), missing("npm"), 9)
    assert said == [f"would comment on #9\n\n{bodies(github, 9)[0]}"]


def test_a_dry_run_of_an_issue_says_what_would_be_opened() -> None:
    said: list[str] = []
    post_issue(DryRun(said.append), missing("npm"))
    assert len(said) == 1
    assert said[0].startswith("would open an issue\ntitle: Deployment audit: v3.1.0\n\n**")
