"""The targets of the recorded releases, from their logs and workflow files alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.collect.bundle import read_bundle
from auditor.diagnose.executions import ExecutionReader
from auditor.diagnose.stitch import stitch
from auditor.model.live import Target
from auditor.rulebook.book import Rulebook
from auditor.targets import targets_of_release
from auditor.workflows.parse import parse_workflow

SAMPLES = Path(__file__).resolve().parents[1] / "sample_runs"


def targets(sample: str, book: Rulebook) -> dict[str, Target]:
    collected = read_bundle(SAMPLES / sample)
    workflows = {file.path: parse_workflow(file) for file in collected.facts.workflows}
    current, earlier = stitch(ExecutionReader(book, workflows, collected).read(collected.facts.attempts))
    return {target.key: target for target in targets_of_release(collected.facts, [*earlier, *current], book)}


def test_a_release_to_many_platforms(shipped_book: Rulebook) -> None:
    found = targets("contextlite-v1.0.35", shipped_book)
    assert {key: target.source.value for key, target in found.items()} == {
        "npm:contextlite": "log",
        "pypi:contextlite": "log",
        "github-releases:Michael-A-Kuykendall/contextlite": "repository",
        "docker-hub:makuykendall/contextlite": "step",
        "github-packages:@michael-a-kuykendall/contextlite": "log",
        "homebrew:contextlite": "step",
        "aur:contextlite": "step",
        "snap:contextlite": "step",
        "chocolatey:contextlite": "step",
        "winget:MichaelAKuykendall.ContextLite": "step",
    }
    assert {target.version for target in found.values()} == {"1.0.35", "v1.0.35"}
    assert all(target.evidence is not None for target in found.values() if target.source.value != "repository")


@pytest.mark.parametrize(
    ("sample", "key", "version", "source"),
    [
        ("all-green", "ghcr:ghcr.io/relaudit-samples/pagemark", "3.1.0", "log"),
        ("race", "homebrew:saltmarsh", "1.8.0", "step"),
        ("race", "scoop:saltmarsh", "1.8.0", "step"),
        ("expired-logs", "ghcr:ghcr.io/relaudit-samples/oldpier", "v1.0.3", "step"),
        ("matrix-reusable", "crates:relaudit-sample-kelpforest", "0.7.1", "log"),
        ("rerun-network", "pypi:relaudit-sample-lanternfish", "0.9.2", "log"),
    ],
)
def test_single_targets(shipped_book: Rulebook, sample: str, key: str, version: str, source: str) -> None:
    target = targets(sample, shipped_book)[key]
    assert (target.version, target.source.value) == (version, source)
