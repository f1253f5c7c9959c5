"""GitHub's bad days: what `relaudit run` does when its API fails. docs/reliability.md is the table of these tests."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.github import client as client_module
from auditor.collect.github import rate
from auditor.collect.github.client import TRIES
from auditor.rulebook.book import Rulebook
from tests.github_standin import Standin, World, faults
from tests.github_standin.answers import Answer, error
from tests.github_standin.server import CERTIFICATE
from tests.github_standin.synthetic import REPOSITORY, TAG, synthetic
from tests.github_standin.world import another_job
from tests.live_command import Ran, run_live

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\..*"])

FAILED = 70_000_000_014
"""The job of the small world that failed, so that its log must be read."""
_SPREAD = client_module._SPREAD
PLACES = {
    "the tag's runs": r"/runs\?branch=",
    "the commit's runs": r"/runs\?head_sha=",
    "the tag's commit": "/commits/",
    "the release": "/releases/tags/",
    "jobs": r"/jobs\?",
    "a workflow file": "/contents/",
    "a log's link": "api .*/logs$",
    "a log": "storage ",
}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, shipped_book: Rulebook) -> None:
    """One rulebook for all, and no waiting between attempts but what the server asks for."""
    monkeypatch.setattr(Rulebook, "load", lambda *_, **__: shipped_book)
    monkeypatch.setattr(client_module, "_SPREAD", lambda _: 0.0)


def small() -> World:
    """Two jobs that test, one that publishes, one that fails to: two logs are needed."""
    return synthetic(4, 20)


def facts(ran: Ran) -> dict[str, Any]:
    """The audit, without the time at which it was made."""
    return {**ran.audit, "collected_at": None}


@pytest.fixture(scope="module")
def untroubled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The audit of the small world on a good day."""
    with Standin(small()) as github:
        ran = run_live(github, TAG, tmp_path_factory.mktemp("untroubled"))
    assert ran.code == 1
    return facts(ran)


def missing(ran: Ran) -> dict[str, str]:
    """What the audit says it lacks, without what it never needed."""
    return {each["what"]: each["why"] for each in ran.audit["missing"] if not each["why"].startswith("not needed")}


def stopped(ran: Ran, code: int = 3) -> str:
    """The one line that a command ends with that could audit nothing."""
    assert (ran.code, ran.out) == (code, ""), ran
    assert "Traceback" not in ran.err
    (line,) = ran.err.splitlines()
    return line


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize(
    "spoil",
    [
        faults.server_error(503),
        faults.resets(),
        faults.breaks_off(20),
    ],
    ids=["503", "reset", "broken off"],
)
def test_what_passes_is_tried_again(
    untroubled: dict[str, Any], tmp_path: Path, place: str, spoil: faults.Spoil
) -> None:
    with Standin(small()) as github:
        fault = github.fault(place, spoil, times=2)
        assert facts(run_live(github, TAG, tmp_path)) == untroubled
        assert fault.done == 2


@pytest.mark.parametrize(
    "spoil",
    [faults.server_error(502), faults.resets(), faults.interstitial(), faults.hangs_up],
    ids=["502", "reset", "a page of HTML", "connection ends behind the answer"],
)
def test_a_day_on_which_everything_fails_once_changes_nothing(
    untroubled: dict[str, Any], tmp_path: Path, spoil: faults.Spoil
) -> None:
    with Standin(small()) as github:
        github.faults.append(faults.OnceEach(".", spoil))
        assert facts(run_live(github, TAG, tmp_path)) == untroubled


def test_attempts_are_spread_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_SPREAD", _SPREAD)
    with Standin(small()) as github:
        github.fault(PLACES["the tag's runs"], faults.server_error(502), times=None)
        line = stopped(run_live(github, TAG, tmp_path))
        asked = [each for each in github.recording.of("/runs$") if each.spoilt]
    assert "502" in line
    assert "(4 attempts)" in line
    assert len(asked) == TRIES
    waited = [later.began - earlier.ended for earlier, later in pairwise(asked)]
    assert all(wait >= 0.2 for wait in waited)
    assert len({round(wait, 4) for wait in waited}) > 1


def test_a_log_that_cannot_be_had_leaves_the_rest_of_the_audit(untroubled: dict[str, Any], tmp_path: Path) -> None:
    with Standin(small()) as github:
        github.fault(f"/jobs/{FAILED}/logs", faults.server_error(500), times=None)
        ran = run_live(github, TAG, tmp_path)
        assert len(github.recording.of(f"/jobs/{FAILED}/logs")) == TRIES
        assert len(github.recording.of(f"/check-runs/{FAILED}/annotations")) == 1
    (why,) = missing(ran).values()
    assert "500" in why
    assert ran.code == 1
    assert [job["name"] for job in ran.audit["jobs"]] == [job["name"] for job in untroubled["jobs"]]


@pytest.mark.parametrize(
    "limit",
    [faults.retry_after(429, 1), faults.retry_after(403, 1), faults.limit_spent(403, 0), faults.secondary_limit(1)],
    ids=["429 and Retry-After", "403 and Retry-After", "X-RateLimit-Reset", "secondary"],
)
def test_a_short_limit_is_waited_for(untroubled: dict[str, Any], tmp_path: Path, limit: faults.Spoil) -> None:
    with Standin(small()) as github:
        github.fault(PLACES["jobs"], limit)
        ran = run_live(github, TAG, tmp_path)
        first, second = github.recording.of("/jobs$")
    assert facts(ran) == untroubled
    assert second.began - first.ended >= 0.9
    assert "waiting 1 s" in ran.err


def test_a_secondary_limit_that_names_no_time_is_waited_for(
    untroubled: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rate.UNKNOWN_WAIT >= 60, "GitHub asks for at least a minute"
    monkeypatch.setattr(rate, "UNKNOWN_WAIT", 0.2)
    with Standin(small()) as github:
        github.fault(PLACES["jobs"], faults.secondary_limit(None))
        ran = run_live(github, TAG, tmp_path)
        first, second = github.recording.of("/jobs$")
    assert facts(ran) == untroubled
    assert second.began - first.ended >= 0.2


@pytest.mark.parametrize(
    "limit",
    [
        faults.limit_spent(403, 1800),
        faults.limit_spent(429, 1800),
        faults.retry_after(429, 1800),
        faults.secondary_limit(1800),
    ],
    ids=["403", "429", "Retry-After", "secondary"],
)
def test_a_long_limit_stops_with_when_to_come_back_and_the_partial_audit(tmp_path: Path, limit: faults.Spoil) -> None:
    with Standin(small()) as github:
        github.fault(PLACES["a log's link"], limit, times=None)
        ran = run_live(github, TAG, tmp_path)
        assert len(github.recording.of("/logs$")) <= 2, "nothing is asked again before its time"
    assert_names_the_time(ran.err)
    assert "what follows is partial" in ran.err
    assert ran.code == 1
    assert [job["conclusion"] for job in ran.audit["jobs"]] == ["success", "success", "failure", "success"]
    assert any("come back at" in why for why in missing(ran).values())


def test_a_long_limit_on_the_first_request_is_one_line(tmp_path: Path) -> None:
    with Standin(small()) as github:
        github.fault("api ", faults.limit_spent(403, 1800), times=None)
        assert_names_the_time(stopped(run_live(github, TAG, tmp_path)))


def test_without_a_token_the_limit_comes_early_and_the_message_says_what_helps(tmp_path: Path) -> None:
    with Standin(small()) as github:
        github.rate_limit.anonymous = 0
        line = stopped(run_live(github, TAG, tmp_path, token=None))
    assert "GITHUB_TOKEN" in line
    assert_names_the_time(line, 3600)


def assert_names_the_time(text: str, seconds: int = 1800) -> None:
    """The time to come back is named, in UTC, not before it is time and at most a minute late."""
    match = re.search(r"come back at (?:(\d{4}-\d\d-\d\d) )?(\d\d:\d\d(?::\d\d)?) UTC", text)
    assert match is not None, text
    now = datetime.now(UTC)
    clock = datetime.strptime(match[2], "%H:%M:%S" if match[2].count(":") == 2 else "%H:%M").time()
    day = datetime.fromisoformat(match[1]).date() if match[1] else now.date()
    told = datetime.combine(day, clock, UTC)
    assert abs(told - now - timedelta(seconds=seconds)) < timedelta(seconds=62)


@pytest.mark.parametrize("grows", [True, False], ids=["grows", "shrinks"])
def test_a_list_that_changes_between_its_pages_loses_and_doubles_nothing(tmp_path: Path, grows: bool) -> None:
    world = synthetic(210, 1)
    (attempts,) = world.only().runs.values()
    jobs = attempts[1].jobs
    kept = {job["name"] for job in jobs[1:]}
    change = (
        (lambda: jobs.insert(0, another_job(jobs[0], 1234567, name="new"))) if grows else (lambda: jobs.__delitem__(0))
    )
    with Standin(world) as github:
        github.fault("/jobs.*per_page=100$", faults.then(change))
        ran = run_live(github, TAG, tmp_path)
    names = [job["name"] for job in ran.audit["jobs"]]
    assert kept <= set(names)
    assert len(names) == len(set(names))


def test_a_list_that_is_shorter_than_github_counts_is_said_to_be(tmp_path: Path) -> None:
    with Standin(small()) as github:
        github.fault("/jobs", faults.edited(lambda value: {**value, "total_count": 6}), times=None)
        ran = run_live(github, TAG, tmp_path)
    assert any("2" in why for what, why in missing(ran).items() if "jobs" in what), missing(ran)


@pytest.mark.parametrize("spoil", [faults.not_json(), faults.half_json()], ids=["a page of HTML", "half a value"])
def test_a_body_that_is_not_json_is_asked_for_again_and_then_missed(
    untroubled: dict[str, Any], tmp_path: Path, spoil: faults.Spoil
) -> None:
    with Standin(small()) as github:
        github.fault(PLACES["jobs"], spoil, times=2)
        assert facts(run_live(github, TAG, tmp_path / "1")) == untroubled
    with Standin(small()) as github:
        github.fault(PLACES["jobs"], spoil, times=None)
        ran = run_live(github, TAG, tmp_path / "2")
    assert ran.audit["jobs"] == []
    assert any("cannot be read" in why for why in missing(ran).values())
    assert ran.code == 3


@pytest.mark.parametrize("place", ["the tag's runs", "the commit's runs", "the tag's commit", "the release", "jobs"])
@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"workflow_runs": None, "jobs": 1},
        {"workflow_runs": ["x", {}], "jobs": [{"id": "1"}]},
        {"sha": "../x"},
    ],
    ids=json.dumps,
)
def test_json_of_another_form_ends_in_an_audit_or_in_one_line(tmp_path: Path, place: str, value: Any) -> None:
    with Standin(small()) as github:
        github.fault(PLACES[place], faults.edited(lambda _: value), times=None)
        ran = run_live(github, TAG, tmp_path)
    if ran.out:
        assert ran.code in (0, 1, 3)
        assert ran.audit["tag"] == TAG
    else:
        assert ran.code in (2, 3)
        stopped(ran, ran.code)


@pytest.mark.parametrize("place", ["jobs", "a log's link", "a log"])
def test_a_connection_that_hangs_is_given_up_and_tried_again(
    untroubled: dict[str, Any], tmp_path: Path, place: str
) -> None:
    with Standin(small()) as github:
        github.fault(PLACES[place], faults.hangs())
        assert facts(run_live(github, TAG, tmp_path, "--timeout", "1")) == untroubled


def test_a_server_that_always_hangs_is_missed(tmp_path: Path) -> None:
    with Standin(small()) as github:
        github.fault(f"/jobs/{FAILED}/logs", faults.hangs(), times=None)
        ran = run_live(github, TAG, tmp_path, "--timeout", "0.6")
    assert ran.code == 1
    assert any("did not answer in time" in why for why in missing(ran).values())


def test_an_answer_that_drips_for_ever_is_given_up(
    untroubled: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "LONGEST_ANSWER", 1.0)
    with Standin(small()) as github:
        github.fault(PLACES["jobs"], faults.drips(1, 0.05))
        assert facts(run_live(github, TAG, tmp_path)) == untroubled


def test_a_certificate_that_cannot_be_trusted_is_one_line_and_no_request(
    untroubled: dict[str, Any], tmp_path: Path
) -> None:
    with Standin(small(), tls=True) as github:
        line = stopped(run_live(github, TAG, tmp_path / "1"))
        assert "certificate" in line
        assert "SSL_CERT_FILE" in line
        assert len(github.recording) == 0
        trusted = {"SSL_CERT_FILE": str(CERTIFICATE)}
        ran = run_live(github, TAG, tmp_path / "2", env=trusted)
        assert len(github.recording.api) > 5
    # Storage speaks plain HTTP here, and that is not followed from an encrypted API.
    assert all("not encrypted" in why for what, why in missing(ran).items() if what.startswith("log of"))
    assert len(github.recording.storage) == 0


def test_a_server_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with Standin(small()) as github:
        pass
    assert "cannot be reached" in stopped(run_live(github, TAG, tmp_path))


def test_a_token_that_github_refuses_is_one_line_that_names_where_it_came_from(tmp_path: Path) -> None:
    world = small()
    world.tokens = frozenset({"another"})
    with Standin(world) as github:
        line = stopped(run_live(github, TAG, tmp_path), 2)
        assert all(count == 1 for count in _counts(github).values()), "a refused token is not sent twice"
    assert "GITHUB_TOKEN" in line
    assert "401" in line


def test_a_renamed_repository_is_followed_on_the_same_host(untroubled: dict[str, Any], tmp_path: Path) -> None:
    world = small()
    world.only().renamed_from = ("relaudit-samples/armada",)
    with Standin(world) as github:
        ran = run_live(github, TAG, tmp_path, "--repo", "relaudit-samples/armada")
        assert all("authorization" in each.headers for each in github.recording.api)
    assert ran.code == 1
    assert [job["judgement"] for job in ran.audit["jobs"]] == [job["judgement"] for job in untroubled["jobs"]]


def test_a_redirect_that_goes_in_circles_ends(tmp_path: Path) -> None:
    with Standin(small()) as github:
        circle = Answer(302, b"", {"Location": f"/repos/{REPOSITORY}/actions/runs?branch={TAG}"})
        github.fault(PLACES["the tag's runs"], faults.answers(circle), times=None)
        assert "redirect" in stopped(run_live(github, TAG, tmp_path))
        assert len(github.recording.of("/runs$")) < 10


def test_a_forbidden_part_is_missed_and_the_message_says_so(tmp_path: Path) -> None:
    with Standin(small()) as github:
        github.fault("/contents/", faults.answers(error(403, "Resource not accessible by integration")), times=None)
        ran = run_live(github, TAG, tmp_path)
        assert len(github.recording.of("/contents/")) == 1, "what is forbidden is not asked again"
    assert ran.code == 1
    assert any("not accessible by integration" in why for why in missing(ran).values())


def _counts(github: Standin) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in github.recording:
        key = f"{each.target} {sorted(each.query.items())}"
        counts[key] = counts.get(key, 0) + 1
    return counts
