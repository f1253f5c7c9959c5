"""Attempts of a run become one story, however GitHub lists the jobs that were not run again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from auditor.collect.bundle import read_bundle
from auditor.diagnose.release import audit
from auditor.model.audit import Audit
from auditor.rulebook.book import Rulebook
from tests.bundle_maker import BundleMaker, job, page, run
from tests.logtext import JobLog

SAMPLE = Path(__file__).resolve().parents[1] / "sample_runs" / "rerun-network"


def audit_of(folder: Path, book: Rulebook) -> Audit:
    return audit(read_bundle(folder), book)


def test_jobs_absent_from_a_later_attempt_and_jobs_listed_again_mean_the_same(
    tmp_path: Path, shipped_book: Rulebook
) -> None:
    shutil.copytree(SAMPLE, tmp_path / "bundle")
    (jobs,) = (tmp_path / "bundle" / "runs").glob("*/attempt-2/jobs.json")
    body = json.loads(jobs.read_text())
    began = json.loads((jobs.parent / "run.json").read_text())["run_started_at"]
    again = [each for each in body["jobs"] if each["started_at"] >= began]
    assert 0 < len(again) < len(body["jobs"])
    jobs.write_text(json.dumps({"total_count": len(again), "jobs": again}))
    listed, absent = audit_of(SAMPLE, shipped_book), audit_of(tmp_path / "bundle", shipped_book)
    assert [(p.platform, p.verdict, p.proved) for p in absent.platforms] == [
        (p.platform, p.verdict, p.proved) for p in listed.platforms
    ]
    assert {(j.key, j.attempt, j.carried_over) for j in absent.jobs} == {
        (j.key, j.attempt, j.carried_over) for j in listed.jobs
    }
    assert [(e.key, e.attempt) for e in absent.earlier] == [(e.key, e.attempt) for e in listed.earlier]


def publish_twice(outcomes: list[tuple[str, str]]) -> BundleMaker:
    """One npm job over several attempts: (output line, conclusion) of each."""
    bundle = BundleMaker()
    for path in [path for path in bundle.files if path.startswith("runs/")]:
        del bundle[path]
    for number, (line, conclusion) in enumerate(outcomes, start=1):
        log = JobLog("npm").run("Publish", "npm publish", [line], conclusion)
        text = log.text()
        steps = json.loads(log.job(conclusion).model_dump_json())["steps"]
        folder = f"runs/7/attempt-{number}/"
        start = f"2026-03-0{number}T12:00:00Z"
        bundle[f"{folder}run.json"] = run(7, number, conclusion=conclusion)
        bundle[f"{folder}jobs.json"] = page(
            job(70 + number, "npm", conclusion=conclusion, steps=steps, run_attempt=number, started_at=start)
        )
        bundle[f"{folder}logs/{70 + number}.log"] = text
    return bundle


SHIPPED = ("+ tidepool@1.2.3", "success")
TAKEN = ("npm error You cannot publish over the previously published versions: 1.2.3.", "failure")
RESET = ("npm error network read ECONNRESET", "failure")


@pytest.mark.parametrize(
    ("outcomes", "verdict", "exit_code"),
    [
        ([RESET, SHIPPED], "shipped", 0),
        ([SHIPPED, TAKEN], "shipped", 0),
        ([RESET, TAKEN], "not-shipped", 1),
        ([RESET, RESET], "not-shipped", 1),
    ],
)
def test_the_last_decisive_attempt_wins_and_what_has_shipped_stays_shipped(
    tmp_path: Path, shipped_book: Rulebook, outcomes: list[tuple[str, str]], verdict: str, exit_code: int
) -> None:
    found = audit_of(publish_twice(outcomes).folder(tmp_path), shipped_book)
    (platform,) = found.platforms
    assert (platform.verdict, found.exit_code) == (verdict, exit_code)
    assert len(found.earlier) == 1


def test_a_duplicate_after_a_success_says_who_shipped_it(tmp_path: Path, shipped_book: Rulebook) -> None:
    found = audit_of(publish_twice([SHIPPED, TAKEN]).folder(tmp_path), shipped_book)
    (judged,) = found.jobs
    assert judged.harmless == "npm was shipped by “npm” in run 7, attempt 1"
