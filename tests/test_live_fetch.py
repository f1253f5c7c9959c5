"""`relaudit fetch` writes a bundle that stands for itself, and `relaudit cache` manages what is kept."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.folder import BundleError
from auditor.collect.write import check_target, summary, write_bundle
from auditor.rulebook.book import Rulebook
from tests.bundle_maker import BundleMaker
from tests.github_standin import Standin
from tests.github_standin.synthetic import TAG, synthetic
from tests.live_command import Ran, environment, in_process, run_live


@pytest.fixture(autouse=True)
def _one_rulebook(monkeypatch: pytest.MonkeyPatch, shipped_book: Rulebook) -> None:
    monkeypatch.setattr(Rulebook, "load", lambda *_, **__: shipped_book)


def fetch(github: Standin, folder: Path, target: Path, *more: str) -> Ran:
    command = ["fetch", TAG, "--repo", github.world.only().name, "-o", str(target), *more]
    return in_process(command, environment(github, folder))


def audit_of(bundle: Path) -> dict[str, Any]:
    return in_process(["run", TAG, "--from", str(bundle), "--format", "json"], {}).audit


@pytest.mark.parametrize("name", ["kept", "kept.zip"])
def test_a_fetched_bundle_gives_the_live_audit(tmp_path: Path, name: str) -> None:
    with Standin(synthetic(4, 20)) as github:
        live = run_live(github, TAG, tmp_path).audit
        done = fetch(github, tmp_path, tmp_path / name)
    assert done.code == 0, done.err
    recorded = audit_of(tmp_path / name)
    assert {**recorded, "collected_at": None} == {**live, "collected_at": None}


def test_the_bundle_is_not_tied_to_the_cache(tmp_path: Path) -> None:
    with Standin(synthetic(2, 1)) as github:
        fetch(github, tmp_path, tmp_path / "kept")
        for log in (tmp_path / "kept").rglob("*.log"):
            log.write_text("changed by hand")
        github.recording.clear()
        run_live(github, TAG, tmp_path)
        assert len(github.recording) == 2, "the cache's own copy was not changed"
    assert not any(file.stat().st_nlink > 1 for file in (tmp_path / "kept").rglob("*") if file.is_file())


def test_all_logs_can_be_kept(tmp_path: Path) -> None:
    world = synthetic(4, 1)
    with Standin(world) as github:
        assert fetch(github, tmp_path, tmp_path / "kept", "--all-logs").code == 0
    (attempts,) = world.only().runs.values()
    kept = {int(file.stem) for file in (tmp_path / "kept").rglob("logs/*.log")}
    assert kept == {job["id"] for job in attempts[1].jobs}


def test_what_is_there_is_not_replaced_before_it_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "kept.zip").write_text("mine")
    with Standin(synthetic(2, 1)) as github:
        refused = fetch(github, tmp_path, tmp_path / "kept.zip")
        assert len(github.recording) == 0
        assert (tmp_path / "kept.zip").read_text() == "mine"
        assert fetch(github, tmp_path, tmp_path / "kept.zip", "--force").code == 0
    assert refused.code == 2
    assert "--force" in refused.err
    assert zipfile.is_zipfile(tmp_path / "kept.zip")


def test_a_folder_that_is_no_bundle_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter").write_text("mine")
    with pytest.raises(BundleError, match="no bundle"):
        check_target(tmp_path / "home", force=True)


def test_a_bundle_replaces_an_older_one_whole(tmp_path: Path) -> None:
    made = BundleMaker().folder(tmp_path / "made")
    old = BundleMaker()
    old["runs/1/attempt-1/jobs.json"] = {}
    old.folder(tmp_path / "kept")
    write_bundle(made, tmp_path / "kept", force=True)
    assert not (tmp_path / "kept" / "runs" / "1").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "made"]


def test_the_summary_names_what_is_missing_and_not_what_is_not_needed(tmp_path: Path) -> None:
    maker = BundleMaker()
    missing = [
        {"what": "log of job 1", "why": "not needed: it publishes nothing"},
        {"what": "log of job 2", "why": "expired: GitHub answered 410 Gone"},
    ]
    maker.header(missing=missing)
    told = summary(maker.folder(tmp_path / "kept"))
    assert told.missing == (("log of job 2", "expired: GitHub answered 410 Gone"),)
    assert told.text.startswith("1 attempt, 2 log files, ")


def test_something_missing_is_told_and_is_the_exit_code(tmp_path: Path) -> None:
    world = synthetic(2, 1)
    world.only().files.clear()
    with Standin(world) as github:
        done = fetch(github, tmp_path, tmp_path / "kept")
    assert done.code == 3
    assert "missing: " in done.err
    assert json.loads((tmp_path / "kept" / "bundle.json").read_bytes())["missing"]


def test_the_cache_is_shown_and_cleared(tmp_path: Path) -> None:
    with Standin(synthetic(2, 1)) as github:
        run_live(github, TAG, tmp_path)
        env = environment(github, tmp_path)
        assert "1 repository" in in_process(["cache", "info"], env).out
        assert "removed" in in_process(["cache", "clear"], env).out
        assert in_process(["cache", "info"], env).out.endswith(": nothing\n")
        github.recording.clear()
        run_live(github, TAG, tmp_path)
        assert len(github.recording) > 2


def test_without_a_cache_none_is_made(tmp_path: Path) -> None:
    with Standin(synthetic(2, 1)) as github:
        run_live(github, TAG, tmp_path, "--no-cache")
    assert not (tmp_path / "cache").exists()
