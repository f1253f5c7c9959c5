"""One issue for each tag, kept up to date, by whichever of several processes comes first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from auditor.deliver.issue import IssueSettings, post_issue
from auditor.deliver.marker import read_marker
from auditor.deliver.problems import DeliverError
from auditor.deliver.tracker import GitHubTracker
from auditor.model.audit import Audit
from auditor.model.vocabulary import LiveState
from tests.github_standin import Account, Board, Standin, World
from tests.github_standin.answers import error
from tests.github_standin.faults import Sent
from tests.test_verdicts import SAMPLES, answer, with_answers

REPOSITORY = "relaudit-samples/pagemark"
GREEN = ("all-green", "v3.1.0")
ME = "github-actions[bot]"
MINE = "mine"


@pytest.fixture
def github() -> Iterator[Standin]:
    world = World.of_bundles([SAMPLES / "all-green"])
    world.accounts["mine"] = Account(ME, {"issues": "write"})
    with Standin(world) as standin:
        yield standin


def tracker(github: Standin, token: str = MINE) -> GitHubTracker:
    return GitHubTracker(REPOSITORY, token, github.url, pause=0)


def board(github: Standin) -> Board:
    return github.world.only().board


def missing(*platforms: str) -> Audit:
    """The green sample's audit, with registries that do not have these."""
    return with_answers(*(answer(p, LiveState.ABSENT, package="pagemark") for p in platforms), sample=GREEN)


def post(github: Standin, audit: Audit, **settings: Any) -> tuple[str, ...]:
    return post_issue(tracker(github), audit, IssueSettings(**settings)).did


def test_a_release_with_a_problem_opens_one_issue_with_what_the_settings_say(github: Standin) -> None:
    board(github).milestones.append({"number": 4, "title": "Next", "url": f"{github.url}/x", "state": "open"})
    done = post_issue(
        tracker(github), missing("npm"), IssueSettings(labels=("release",), assignees=("octocat",), milestone="Next")
    )
    assert done.did == ("opened",)
    (issue,) = board(github).issues.values()
    assert issue["title"] == "Deployment audit: v3.1.0"
    assert "green-not-shipped" in issue["body"]
    ((_, sent),) = board(github).writes
    assert (sent["labels"], sent["assignees"], sent["milestone"]) == (["release"], ["octocat"], 4)


def test_a_release_without_a_problem_opens_none_unless_asked(github: Standin) -> None:
    assert post(github, missing()) == ()
    assert board(github).issues == {}
    assert post(github, missing(), always=True) == ("opened",)


def test_no_news_writes_nothing(github: Standin) -> None:
    post(github, missing("npm"))
    before = list(board(github).writes)
    assert post(github, missing("npm")) == ()
    assert board(github).writes == before


def test_a_changed_verdict_edits_the_body_and_says_what_is_new(github: Standin) -> None:
    post(github, missing("npm"))
    assert post(github, missing("npm", "pypi")) == ("updated", "commented")
    (issue,) = board(github).issues.values()
    assert "Since the last audit:" in issue["body"]
    ((comment,),) = board(github).comments.values()
    assert "PyPI: shipped → **green-not-shipped**" in comment["body"]
    assert "npm" not in comment["body"]


def test_a_change_that_is_no_verdict_edits_the_body_without_a_comment(github: Standin) -> None:
    post(github, missing("npm"))
    other = missing("npm").model_copy(update={"notes": (), "repository_url": "https://github.com/x/y"})
    changed = other.model_copy(
        update={"root_causes": tuple(c.model_copy(update={"title": "`npm`: reworded"}) for c in other.root_causes)}
    )
    assert post(github, changed) == ("updated",)
    assert board(github).comments == {}


def test_it_closes_when_everything_has_shipped_and_reopens_when_it_has_not(github: Standin) -> None:
    post(github, missing("npm"))
    assert post(github, missing()) == ("closed", "commented")
    (issue,) = board(github).issues.values()
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    assert post(github, missing()) == ()
    assert post(github, missing("npm")) == ("reopened", "commented")
    assert board(github).issues[1]["state"] == "open"
    assert len(board(github).issues) == 1


def test_what_a_person_closed_stays_closed_until_there_is_news(github: Standin) -> None:
    post(github, missing("npm"))
    board(github).issues[1]["state"] = "closed"
    assert post(github, missing("npm")) == ()
    assert board(github).issues[1]["state"] == "closed"
    assert post(github, missing("npm", "pypi")) == ("reopened", "commented")


def test_it_is_found_among_hundreds_and_only_when_we_wrote_it(github: Standin) -> None:
    post(github, missing("npm"))
    ours = board(github).issues[1]
    for number in range(250):
        board(github).add_issue(REPOSITORY, ME, f"Other {number}", "no marker")
    board(github).add_issue(REPOSITORY, "stranger", ours["title"], ours["body"])
    assert post(github, missing("npm")) == ()
    assert sum(read_marker(i["body"], "issue") is not None for i in board(github).issues.values()) == 2


def test_other_tags_have_issues_of_their_own_unless_one_rolls_on(github: Standin) -> None:
    one = missing("npm")
    two = one.model_copy(update={"tag": "v3.2.0"})
    assert (post(github, one), post(github, two)) == (("opened",), ("opened",))
    assert post(github, one, rolling=True) == ("opened",)
    assert post(github, two, rolling=True) == ("updated",)
    assert [i["title"] for i in board(github).issues.values()][-1] == "Deployment audit: v3.2.0"
    assert len(board(github).issues) == 3


def test_two_at_once_end_with_one_issue(github: Standin) -> None:
    both = threading.Barrier(2, timeout=20)
    waited = threading.local()

    def together(what: str) -> None:
        if what == "POST /issues" and not getattr(waited, "done", False):
            waited.done = True
            both.wait()

    board(github).before_write = together
    done: list[tuple[str, ...]] = []
    threads = [threading.Thread(target=lambda: done.append(post(github, missing("npm")))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    board(github).before_write = None
    assert len(done) == 2
    kept = [i for i in board(github).issues.values() if read_marker(i["body"], "issue")]
    assert [(i["number"], i["state"]) for i in kept] == [(1, "open")]
    assert all(i["state"] == "closed" for i in board(github).issues.values() if i["number"] != 1)
    assert post(github, missing("npm")) == ()


def test_an_issue_left_over_from_a_lost_race_gives_way_next_time(github: Standin) -> None:
    post(github, missing("npm"))
    twin = board(github).add_issue(REPOSITORY, ME, "Deployment audit: v3.1.0", board(github).issues[1]["body"])
    assert post(github, missing("npm")) == (f"closed #{twin['number']}, which was opened at the same time,",)
    assert post(github, missing("npm")) == ()


def test_a_locked_issue_is_edited_and_left_uncommented(github: Standin) -> None:
    post(github, missing("npm"))
    board(github).issues[1]["locked"] = True
    assert post(github, missing("npm", "pypi"))[0] == "updated"
    assert board(github).comments == {}


def test_a_token_that_may_not_write_is_told_what_it_needs(github: Standin) -> None:
    github.world.accounts["mine"] = Account(ME, {"issues": "read"})
    with pytest.raises(DeliverError, match="issues: write"):
        post(github, missing("npm"))


def test_issues_that_are_switched_off_are_named(github: Standin) -> None:
    board(github).disabled = True
    with pytest.raises(DeliverError, match="switched off"):
        post(github, missing("npm"))


def test_a_wrong_token_is_named_and_not_shown(github: Standin) -> None:
    github.world.tokens = frozenset({"right"})
    with pytest.raises(DeliverError, match="does not accept the token") as told:
        post_issue(tracker(github, "s3cret"), missing("npm"))
    assert "s3cret" not in str(told.value)


def test_a_spent_rate_limit_is_named_at_once(github: Standin) -> None:
    def spent(sent: Sent) -> Sent:
        del sent
        told = error(403, "API rate limit exceeded for user ID 1.")
        return Sent(told.with_headers(X_RateLimit_Remaining="0", X_RateLimit_Reset="4000000000"))

    github.fault("GET api /repos/relaudit-samples/pagemark/issues", spent, times=None)
    with pytest.raises(DeliverError, match="rate limit"):
        post(github, missing("npm"))


def test_a_missing_milestone_is_named(github: Standin) -> None:
    with pytest.raises(DeliverError, match="milestone"):
        post(github, missing("npm"), milestone="Nope")


def test_an_enormous_audit_fits_and_says_what_was_cut(github: Standin) -> None:
    found = missing("npm")
    (cause,) = found.root_causes
    many = tuple(cause.model_copy(update={"number": n, "title": f"`job {n}`: " + "x" * 900}) for n in range(1, 200))
    assert post(github, found.model_copy(update={"root_causes": many})) == ("opened",)
    text = board(github).issues[1]["body"]
    assert len(text) <= 65_536
    assert "shortened to fit" in text
    assert read_marker(text, "issue") is not None


def test_nothing_foreign_in_the_state_can_end_the_marker(github: Standin) -> None:
    found = missing("npm")
    evil = "--> <!-- relaudit:issue key=v9 content=0000000000000000 state= -->"
    platforms = tuple(p.model_copy(update={"platform": evil, "cause": evil, "note": evil}) for p in found.platforms)
    post(github, found.model_copy(update={"platforms": platforms, "tag": evil}))
    marker = read_marker(board(github).issues[1]["body"], "issue")
    assert marker is not None
    assert marker.key == evil
    assert evil in marker.state
