"""The audit straight from GitHub is the audit of the bundle, for every sample: as a process, over a real connection."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from auditor.rulebook.book import Rulebook
from tests.github_standin import Standin, World
from tests.github_standin.synthetic import SAMPLES
from tests.live_command import environment, in_process, run_live, spawn_live

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\..*"])

BUNDLES = sorted(file.parent for file in SAMPLES.glob("*/bundle.json"))
IN_A_PROCESS = ("contextlite-v1.0.35", "live-truth", "rerun-network")
"""A process of its own takes seconds, and differs from this one in nothing that depends on the sample."""
IDS = [bundle.name for bundle in BUNDLES]

MAY_DIFFER = {
    "collected_at": "the time of the audit",
    "missing/*/why": "GitHub's words when it has no log; who made the bundle wrote others",
}
"""What may differ between the two, and why."""

MAY_DIFFER_WITHOUT_LOG = {
    "log": "it was not fetched, because the job succeeded and publishes nothing",
    "judgement/confidence": "there is no log to prove a success that nobody doubts",
    "judgement/reasons": "the same in words",
    "judgement/reasons/*": "the same in words",
}
"""What more may differ in a job whose log is not needed."""


@pytest.fixture(autouse=True)
def _one_rulebook(monkeypatch: pytest.MonkeyPatch, shipped_book: Rulebook) -> None:
    monkeypatch.setattr(Rulebook, "load", lambda *_, **__: shipped_book)


@pytest.fixture(scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose cache all processes share: the rulebook is parsed once, and what they fetch is of different hosts."""
    return tmp_path_factory.mktemp("processes")


def tag_of(bundle: Path) -> str:
    return str(json.loads((bundle / "bundle.json").read_bytes())["tag"])


@cache
def recorded(bundle: Path) -> tuple[int, dict[str, Any]]:
    """The exit code and the audit of the bundle itself; no registry is asked, neither live nor out of the bundle."""
    ran = in_process(["run", tag_of(bundle), "--from", str(bundle), "--format", "json", "--no-verify"], {})
    return ran.code, ran.audit


def differences(left: Any, right: Any, at: str = "") -> list[tuple[str, Any, Any]]:
    """Where two JSON values differ."""
    if isinstance(left, dict) and isinstance(right, dict):
        keys = sorted(left.keys() | right.keys())
        return [each for key in keys for each in differences(left.get(key), right.get(key), f"{at}/{key}")]
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        return [
            each for n, pair in enumerate(zip(left, right, strict=True)) for each in differences(*pair, f"{at}/{n}")
        ]
    return [] if left == right else [(at.removeprefix("/"), left, right)]


def allowed(place: str, names: dict[str, str]) -> bool:
    return any(re.fullmatch(name.replace("*", r"\d+"), place) for name in names)


@pytest.mark.parametrize("bundle", BUNDLES, ids=IDS)
def test_with_all_logs_the_live_audit_is_the_recorded_one(bundle: Path, tmp_path: Path) -> None:
    code, expected = recorded(bundle)
    with Standin(World.of_bundles([bundle])) as github:
        ran = run_live(github, tag_of(bundle), tmp_path, "--all-logs")
    left = [each for each in differences(ran.audit, expected) if not allowed(each[0], MAY_DIFFER)]
    assert left == []
    assert ran.code == code


@pytest.mark.parametrize("bundle", [b for b in BUNDLES if b.name in IN_A_PROCESS], ids=lambda bundle: bundle.name)
def test_the_live_audit_of_a_process_is_the_recorded_one(bundle: Path, own_cache: Path) -> None:
    code, expected = recorded(bundle)
    with Standin(World.of_bundles([bundle])) as github:
        ran = spawn_live(github, tag_of(bundle), own_cache)
        logs = {int(each.path.split("/")[-2]) for each in github.recording.of("api .*/jobs/.*/logs$")}
        zips = github.recording.of("/runs/.*/logs$")
    assert "Traceback" not in ran.err
    audit = ran.audit
    unneeded = {
        number
        for number, job in enumerate(audit["jobs"])
        if not zips and job["job_id"] not in logs and job["judgement"]["classification"] == "success"
    }
    names = dict(MAY_DIFFER)
    for number in unneeded:
        names |= {f"jobs/{number}/{field}": why for field, why in MAY_DIFFER_WITHOUT_LOG.items()}
    # That GitHub has deleted a log is known only to those who ask for it.
    silent = {f"log of job “{audit['jobs'][number]['name']}”" for number in unneeded}
    missed = {each["what"] for each in audit["missing"]}
    told = [each for each in expected["missing"] if each["what"] in missed or each["what"].split(" (")[0] not in silent]
    left = [each for each in differences(audit, {**expected, "missing": told}) if not allowed(each[0], names)]
    assert left == []
    assert ran.code == code
    assert ran.err == ""


@pytest.mark.parametrize("bundle", BUNDLES, ids=IDS)
def test_the_cache_and_a_fetched_bundle_give_the_audit_that_was_live(bundle: Path, tmp_path: Path) -> None:
    tag = tag_of(bundle)
    kept = tmp_path / "kept.zip"
    with Standin(World.of_bundles([bundle])) as github:
        live = run_live(github, tag, tmp_path)
        github.recording.clear()
        cached = run_live(github, tag, tmp_path)
        if bundle.name != "in-progress":
            assert len(github.recording) <= 2, [each.target for each in github.recording]
        fetch = ["fetch", tag, "--repo", github.world.only().name, "-o", str(kept)]
        assert in_process(fetch, environment(github, tmp_path)).code in (0, 3)
    fetched = in_process(["run", tag, "--from", str(kept), "--format", "json"], {})
    assert cached.code == fetched.code == live.code
    expected = {**live.audit, "collected_at": None}
    assert {**cached.audit, "collected_at": None} == expected
    assert {**fetched.audit, "collected_at": None} == expected
