"""The checks on the samples' workflow files: what a tag would have run into, and fixes that settle what they fix."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from auditor.checks.fix_rounds import fix_in_rounds
from auditor.checks.fixing import apply_edits
from auditor.checks.running import findings
from auditor.checks.subject import subject_of
from auditor.collect.bundle import read_bundle
from auditor.model.facts import WorkflowFile
from auditor.model.finding import Finding
from auditor.report.patch import patch
from auditor.rulebook.book import Rulebook
from tests.checks_fixing import assert_same_elsewhere

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = sorted(path.name for path in (ROOT / "sample_runs").iterdir() if path.is_dir())


def files_of(sample: str) -> tuple[WorkflowFile, ...]:
    return read_bundle(ROOT / "sample_runs" / sample).facts.workflows


def look(book: Rulebook, files: tuple[WorkflowFile, ...]) -> tuple[Finding, ...]:
    return findings(subject_of(files, book))


def about(every: tuple[Finding, ...], check: str) -> set[str | None]:
    return {finding.job for finding in every if finding.check == check}


def test_the_sample_shows_the_race_the_blind_check_and_the_disabled_jobs(shipped_book: Rulebook) -> None:
    every = look(shipped_book, files_of("contextlite-v1.0.35"))
    assert {"publish-snap", "publish-homebrew"} <= about(every, "spoke-without-need")
    assert any("publish-chocolatey" in finding.message for finding in every if finding.check == "blind-check")
    assert {"publish-scoop", "publish-winget", "publish-flathub", "publish-nix"} <= about(every, "disabled-job")


def test_the_sample_of_a_double_trigger_shows_it(shipped_book: Rulebook) -> None:
    assert "double-trigger" in {finding.check for finding in look(shipped_book, files_of("double-trigger"))}


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_check_crashes_on_a_sample(shipped_book: Rulebook, sample: str) -> None:
    assert "check-crashed" not in {finding.check for finding in look(shipped_book, files_of(sample))}


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "all"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_fixes_settle_what_they_fix_and_git_takes_the_patch(
    shipped_book: Rulebook, tmp_path: Path, sample: str, unsafe: bool
) -> None:
    files = files_of(sample)
    before = {finding.fingerprint for finding in look(shipped_book, files)}
    outcome = fix_in_rounds(files, lambda given: look(shipped_book, tuple(given)), unsafe=unsafe)
    assert not [(each.finding.check, each.why) for each in outcome.refused if not each.later]
    after = look(shipped_book, tuple(WorkflowFile(path=f.path, text=outcome.after.get(f.path, f.text)) for f in files))
    left = {finding.fingerprint for finding in after}
    assert not left & {finding.fingerprint for finding in outcome.applied}
    assert not {finding.check for finding in after if finding.check == "unreadable-workflow"}
    assert bool(outcome.after) is bool(outcome.applied)
    for file in files:
        place = tmp_path / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.text.encode())
    if outcome.after:
        told = patch(outcome.before, outcome.after).encode()
        subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)  # noqa: S607
        subprocess.run(["git", "-C", str(tmp_path), "apply", "-"], input=told, check=True)  # noqa: S607
    for path, text in outcome.after.items():
        assert (tmp_path / path).read_bytes() == text.encode()
    assert before or not outcome.applied


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_single_fix_changes_nothing_but_its_lines(shipped_book: Rulebook, sample: str) -> None:
    files = {file.path: file.text for file in files_of(sample)}
    for finding in look(shipped_book, files_of(sample)):
        edits = finding.remedy.edits if finding.remedy is not None else ()
        for path in {edit.path for edit in edits}:
            own = [edit for edit in edits if edit.path == path]
            assert_same_elsewhere(files[path], apply_edits(files[path], own), own)
