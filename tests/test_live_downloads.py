"""Downloads on bad days: links that are too old, logs that break off, are gone, or are too large. See docs/reliability.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditor.collect.github import client as client_module
from auditor.collect.github.client import TRIES
from auditor.collect.github.download import Bounds
from auditor.rulebook.book import Rulebook
from tests.github_standin import Standin, World, faults
from tests.github_standin.synthetic import TAG, synthetic
from tests.github_standin.world import AttemptState, HugeLog, NoLog
from tests.live_command import Ran, run_live

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\..*"])

FAILED = 70_000_000_014
"""The job of the small world that failed."""
ITS_LOG = f"storage .*/job/{FAILED}/"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, shipped_book: Rulebook) -> None:
    monkeypatch.setattr(Rulebook, "load", lambda *_, **__: shipped_book)
    monkeypatch.setattr(client_module, "_SPREAD", lambda _: 0.0)


def small() -> World:
    """Two jobs that test, one that publishes, one that fails to: two logs are needed."""
    return synthetic(4, 20)


def many() -> World:
    """Twenty jobs, ten of which publish: their logs come in one zip."""
    return synthetic(20, 5)


def attempt(world: World) -> AttemptState:
    ((found,),) = (attempts.values() for attempts in world.only().runs.values())
    return found


def facts(ran: Ran) -> dict[str, Any]:
    return {**ran.audit, "collected_at": None}


def missing(ran: Ran) -> dict[str, str]:
    """What the audit says it lacks, without what it never needed."""
    return {each["what"]: each["why"] for each in ran.audit["missing"] if not each["why"].startswith("not needed")}


def judged(ran: Ran) -> dict[str, Any]:
    """The job that failed, as it is judged."""
    (job,) = (job for job in ran.audit["jobs"] if job["name"] == "publish (p000)")
    return dict(job)


@pytest.fixture(scope="module")
def untroubled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The audits of both worlds on a good day."""
    found = {}
    for name, world in (("small", small()), ("many", many())):
        with Standin(world) as github:
            found[name] = facts(run_live(github, TAG, tmp_path_factory.mktemp(name)))
            zips = len(github.recording.of(r"storage .*\.zip"))
            assert zips == (1 if name == "many" else 0)
    return found


def test_a_log_that_breaks_off_is_resumed_where_it_broke(untroubled: dict[str, Any], tmp_path: Path) -> None:
    world = small()
    log = attempt(world).logs[FAILED]
    assert isinstance(log, bytes)
    with Standin(world) as github:
        github.fault(ITS_LOG, faults.breaks_off(len(log) - 40))
        assert facts(run_live(github, TAG, tmp_path)) == untroubled["small"]
        first, second = github.recording.of(ITS_LOG)
    assert first.spoilt
    assert second.headers["range"] == f"bytes={len(log) - 40}-"
    assert (second.status, second.sent) == (206, 40)
    assert second.query["sig"], "with a link of its own"


def test_a_log_that_always_breaks_off_is_missed_and_never_read_in_half(tmp_path: Path) -> None:
    with Standin(small()) as github:
        github.fault(ITS_LOG, faults.resets(100), times=None)
        ran = run_live(github, TAG, tmp_path)
        assert len(github.recording.of(ITS_LOG)) == TRIES
    assert_missed(ran, "broke off")


def test_a_link_that_is_too_old_is_asked_for_anew(untroubled: dict[str, Any], tmp_path: Path) -> None:
    with Standin(small()) as github:
        github.fault(ITS_LOG, faults.stale_link(), times=2)
        assert facts(run_live(github, TAG, tmp_path)) == untroubled["small"]
        assert len(github.recording.of(f"api .*/jobs/{FAILED}/logs")) == 3


def test_links_that_are_always_too_old_are_given_up(tmp_path: Path) -> None:
    with Standin(small(), link_seconds=-1) as github:
        ran = run_live(github, TAG, tmp_path)
        assert all(each.status == 403 for each in github.recording.storage)
    assert_missed(ran, "403 AuthenticationFailed")


@pytest.mark.parametrize(
    "spoil",
    [faults.xml_with_200(), faults.interstitial(), faults.not_json()],
    ids=["XML of the storage", "a page of HTML", "a page called JSON"],
)
def test_what_is_no_log_is_never_read_as_one_although_its_status_is_200(tmp_path: Path, spoil: faults.Spoil) -> None:
    with Standin(small()) as github:
        github.fault(ITS_LOG, spoil, times=None)
        ran = run_live(github, TAG, tmp_path)
    assert_missed(ran, "is no log")
    assert "<" not in ran.out.replace("<package>", "")


def assert_missed(ran: Ran, why: str) -> None:
    """The failed job's log is missing, for this reason, and the job is judged by what GitHub says alone."""
    told = missing(ran)
    assert any(why in each for what, each in told.items() if "log of" in what), told
    assert judged(ran)["log"] == "not-collected"
    assert judged(ran)["judgement"]["classification"] == "unknown-failure"
    assert ran.code == 1


def test_logs_that_github_has_deleted_are_expired_and_not_asked_for_again(tmp_path: Path) -> None:
    world = small()
    attempt(world).logs[FAILED] = NoLog(410)
    with Standin(world) as github:
        ran = run_live(github, TAG, tmp_path)
        assert len(github.recording.of(f"/jobs/{FAILED}/logs")) == 1
        assert len(github.recording.of("/annotations")) == 1
    assert judged(ran)["log"] == "expired"
    assert any("expired" in why for why in missing(ran).values())


def test_a_log_that_never_was_is_told_from_one_that_is_gone(tmp_path: Path) -> None:
    world = small()
    attempt(world).logs[FAILED] = NoLog(404)
    with Standin(world) as github:
        ran = run_live(github, TAG, tmp_path)
        assert len(github.recording.of(f"/jobs/{FAILED}/logs")) == 1
    assert judged(ran)["log"] in ("not-collected", "never-started")
    assert any("404" in why for why in missing(ran).values())


def test_a_job_that_never_started_is_not_asked_for_its_log(tmp_path: Path) -> None:
    world = small()
    (job,) = (job for job in attempt(world).jobs if job["id"] == FAILED)
    job |= {"steps": [], "runner_name": "", "runner_id": 0}
    attempt(world).logs[FAILED] = NoLog(404)
    with Standin(world) as github:
        ran = run_live(github, TAG, tmp_path)
        assert github.recording.of(f"/jobs/{FAILED}/logs") == []
        assert len(github.recording.of(f"/check-runs/{FAILED}/annotations")) == 1
    assert judged(ran)["log"] == "never-started"


def test_without_a_token_logs_are_refused_and_the_audit_says_what_helps(tmp_path: Path) -> None:
    with Standin(small()) as github:
        ran = run_live(github, TAG, tmp_path, token=None)
        assert 1 <= len(github.recording.of("/logs$")) <= 2, "what is refused is not asked again"
        assert github.recording.storage == []
    assert any("GITHUB_TOKEN" in why for why in missing(ran).values())
    assert ran.code == 1


@pytest.mark.parametrize(
    "spoil",
    [
        faults.stale_link(),
        faults.server_error(503),
        faults.breaks_off(3000),
        faults.resets(3000),
        faults.xml_with_200(),
    ],
    ids=["link too old", "503", "broken off", "reset", "XML"],
)
def test_a_zip_that_fails_for_a_while_comes_all_the_same(
    untroubled: dict[str, Any], tmp_path: Path, spoil: faults.Spoil
) -> None:
    with Standin(many()) as github:
        github.fault("storage .*zip", spoil, times=2)
        assert facts(run_live(github, TAG, tmp_path)) == untroubled["many"]


@pytest.mark.parametrize(
    "spoil", [faults.stale_link(), faults.interstitial(), faults.damaged()], ids=["link too old", "HTML", "damaged"]
)
def test_logs_come_one_by_one_where_the_zip_cannot_be_had(
    untroubled: dict[str, Any], tmp_path: Path, spoil: faults.Spoil
) -> None:
    with Standin(many()) as github:
        github.fault("storage .*zip", spoil, times=None)
        audit = facts(run_live(github, TAG, tmp_path))
        assert len(github.recording.of("storage .*/job/")) == 10
    # The zip brings the logs of jobs that need none along; nothing else may differ.
    for name in ("platforms", "root_causes", "plan", "tally", "runs"):
        assert audit[name] == untroubled["many"][name]
    publishing = [[job for job in each["jobs"] if "publish" in job["name"]] for each in (audit, untroubled["many"])]
    assert publishing[0] == publishing[1]


def test_a_log_that_drips_is_waited_for_as_long_as_it_comes(untroubled: dict[str, Any], tmp_path: Path) -> None:
    with Standin(small()) as github:
        github.fault(ITS_LOG, faults.drips(200, 0.1))
        assert facts(run_live(github, TAG, tmp_path, "--timeout", "0.8")) == untroubled["small"]


def test_of_a_log_of_2_gb_both_ends_are_read_and_the_audit_says_so(
    untroubled: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bounds.__init__, "__defaults__", (1 << 18, 1 << 18))
    world = small()
    whole = attempt(world).logs[FAILED]
    assert isinstance(whole, bytes)
    attempt(world).logs[FAILED] = HugeLog(2_000_000_000, whole)
    with Standin(world) as github:
        ran = run_live(github, TAG, tmp_path)
        assert github.recording.sent < 50_000_000
    told = missing(ran)
    assert any("1,907.3 MiB" in why and "the last" in why for why in told.values()), told
    expected = {job["name"]: job["judgement"] for job in untroubled["small"]["jobs"]}["publish (p000)"]
    assert judged(ran)["judgement"]["classification"] == expected["classification"]
    assert judged(ran)["judgement"]["cause"]["text"] == expected["cause"]["text"]
    kept = sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file())
    assert kept < 2_000_000


def test_of_a_huge_log_of_unknown_length_the_beginning_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bounds.__init__, "__defaults__", (1 << 18, 1 << 18))
    world = small()
    attempt(world).logs[FAILED] = HugeLog(2_000_000_000)
    with Standin(world) as github:
        github.fault(ITS_LOG, faults.length_untold, times=None)
        ran = run_live(github, TAG, tmp_path)
        assert github.recording.sent < 50_000_000
    assert any("only the first" in why for why in missing(ran).values()), missing(ran)
    assert ran.code == 1
