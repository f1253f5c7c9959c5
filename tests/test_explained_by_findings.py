"""The audit names the lines of the workflow files in which its failures could have been read beforehand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from auditor.checks.running import known_ids
from auditor.collect.bundle import read_bundle
from auditor.diagnose.explained import explains
from auditor.diagnose.release import audit
from auditor.model.audit import Audit
from auditor.model.vocabulary import CascadeHow, Classification, SkipReason
from auditor.report.markdown import markdown
from tests.shipped import shipped

SAMPLES = Path(__file__).resolve().parents[1] / "sample_runs"


@cache
def audited(sample: str) -> Audit:
    return audit(read_bundle(SAMPLES / sample, None), shipped())


def told(sample: str, job: str) -> set[str]:
    found = audited(sample)
    return {finding.check for each in found.jobs if each.name == job for finding in each.findings}


def test_every_entry_names_a_check_and_an_outcome_that_exist() -> None:
    words = {c.value for c in Classification} | {f"cascade:{h.value}" for h in CascadeHow}
    words |= {f"skip:{r.value}" for r in SkipReason} | {"hidden", "repeated"}
    for check, outcomes in explains().items():
        assert check in known_ids()
        assert outcomes <= words, check


def test_a_spoke_that_raced_its_hub_is_told_where_its_need_is_missing() -> None:
    assert "spoke-without-need" in told("race", "Update Homebrew tap")


def test_a_skip_by_a_blind_check_is_told_where_the_check_is_blind() -> None:
    assert "blind-check" in told("contextlite-v1.0.35", "publish-chocolatey")
    assert "disabled-job" in told("contextlite-v1.0.35", "publish-winget")


def test_repeated_versions_are_explained_by_the_double_trigger() -> None:
    found = audited("double-trigger")
    repeated = [job for job in found.jobs if job.harmless]
    assert repeated
    for job in repeated:
        assert "double-trigger" in {finding.check for finding in job.findings}


def test_an_inherited_skip_and_a_swallowed_failure_are_explained() -> None:
    assert "inherited-skip" in told("inherited-skip", "publish")
    assert any("swallowed-failure" in {f.check for f in job.findings} for job in audited("hidden-failure").jobs)


def test_a_release_that_went_well_is_told_nothing() -> None:
    assert all(job.findings == () for job in audited("all-green").jobs)


def test_the_report_links_the_line() -> None:
    found = audited("contextlite-v1.0.35")
    finding = next(f for job in found.jobs for f in job.findings if f.check == "blind-check")
    text = markdown(found)
    assert "**Readable in the workflow file:**" in text
    assert f"/blob/{found.commit}/{finding.place.path}#L{finding.place.line}" in text
