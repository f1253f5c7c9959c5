"""The samples that hold registries' answers: what really shipped, whatever the jobs' colours say."""

from __future__ import annotations

import json

import pytest

from auditor.api.verification import stored_answers
from auditor.collect.bundle import read_bundle
from auditor.collect.folder import open_files
from auditor.diagnose.release import audit
from auditor.model.audit import TargetOutcome
from auditor.model.vocabulary import LiveState, Verdict
from tests.sample_audits import SAMPLES, audit_of, job
from tests.shipped import shipped

VERDICTS = {
    "contextlite-v1.0.35": {
        "npm": "shipped",
        "pypi": "shipped",
        "github-packages": "shipped",
        "chocolatey": "phantom-skip",
        "docker-hub": "not-shipped",
        "homebrew": "not-shipped",
        "snap": "not-shipped",
        "aur": "not-shipped",
        "crates": "not-shipped",
        "winget": "not-attempted",
        "flathub": "not-attempted",
        "nix": "not-attempted",
        "scoop": "not-attempted",
    },
    "live-truth": {
        "npm": "shipped",
        "pypi": "already-shipped",
        "crates": "shipped-despite-failure",
        "docker-hub": "shipped",
        "nuget": "propagating",
        "chocolatey": "held",
        "snap": "green-not-shipped",
        "aur": "not-shipped",
        "github-releases": "shipped",
    },
}


def test_the_samples_with_answers_are_those_with_verdicts() -> None:
    assert {file.parent.name for file in SAMPLES.glob("*/registries")} == set(VERDICTS)
    assert all(stored_answers(open_files(SAMPLES / name)) for name in VERDICTS)


@pytest.mark.parametrize("name", VERDICTS)
def test_the_registries_decide_as_the_readme_says(name: str) -> None:
    assert {p.platform: p.verdict.value for p in audit_of(name).platforms} == VERDICTS[name]


@pytest.mark.parametrize("name", VERDICTS)
def test_every_answer_of_a_sample_is_needed_and_every_question_answered(name: str) -> None:
    replay = stored_answers(open_files(SAMPLES / name))
    assert replay is not None
    assert replay.problems == []
    asked = {target.answer.target.key for target in audit_of(name).targets}
    assert asked == {target.key for target in replay.targets}
    assert not [t for t in audit_of(name).targets if "bundle holds no answer" in t.answer.reason]


class TestContextLite:
    NAME = "contextlite-v1.0.35"

    def test_by_its_logs_alone_chocolatey_would_count_without_proof(self) -> None:
        found = audit(read_bundle(SAMPLES / self.NAME), shipped())
        chocolatey = next(p for p in found.platforms if p.platform == "chocolatey")
        assert (chocolatey.verdict, chocolatey.proved) == (Verdict.ALREADY_SHIPPED, False)
        assert (found.tally.shipped, found.tally.unproved) == (4, 1)

    def test_the_phantom_skip_is_a_problem_of_its_own_with_a_check_that_can_say_missing(self) -> None:
        (cause,) = [c for c in audit_of(self.NAME).root_causes if "chocolatey" in c.platforms]
        assert "skipped as already published, but Chocolatey does not have contextlite 1.0.35" in cause.title
        assert cause.evidence is not None
        assert (cause.evidence.source, cause.shipped_after) == ("registry", 4)
        assert cause.fix is not None
        assert "Id='contextlite'" in (cause.fix.snippet or "")

    def test_the_versions_are_those_that_were_made_public(self) -> None:
        drift = audit_of(self.NAME).drift
        assert drift is not None
        assert drift.sentence.startswith("npm 1.1.17, PyPI 1.1.17, GitHub Releases 1.1.19, Docker Hub nothing")
        assert drift.lagging == ("npm:contextlite", "pypi:contextlite")

    def test_what_is_reconstructed_says_so_in_every_stored_answer(self) -> None:
        stored = [
            file
            for file in (SAMPLES / self.NAME / "registries").rglob("*.json")
            if file.name not in ("bases.json", "targets.json")
        ]
        assert stored
        assert all(json.loads(file.read_bytes())["note"].startswith("Reconstructed.") for file in stored)


class TestLiveTruth:
    NAME = "live-truth"

    def target(self, platform: str) -> TargetOutcome:
        return next(t for t in audit_of(self.NAME).targets if t.answer.target.platform == platform)

    def test_the_tally_follows_the_registries_and_not_the_colours(self) -> None:
        tally = audit_of(self.NAME).tally
        assert (tally.shipped, tally.not_shipped, tally.open, tally.platforms) == (5, 2, 2, 9)
        assert (tally.despite_failure, tally.already_there, tally.contradicted) == (1, 1, 1)
        assert (tally.held, tally.propagating, tally.failed_jobs) == (1, 1, 2)

    def test_provenance_names_the_attempt_that_made_the_bytes(self) -> None:
        npm = self.target("npm")
        made = npm.answer.provenance
        assert made is not None
        assert (made.run_id, made.attempt, made.commit) == (23197440612, 1, audit_of(self.NAME).commit)
        assert npm.from_this_release

    def test_a_version_of_the_day_before_was_not_shipped_by_this_release(self) -> None:
        assert self.target("pypi").from_this_release is False

    def test_what_may_still_appear_says_when_to_look_again(self) -> None:
        again = self.target("nuget").look_again_at
        assert again is not None
        assert again > (self.target("nuget").answer.asked_at or again)

    def test_an_error_of_a_registry_leaves_the_log_s_word(self) -> None:
        hub = self.target("docker-hub")
        assert (hub.answer.state, hub.verdict) == (LiveState.UNKNOWN, Verdict.SHIPPED)
        assert "503" in hub.answer.reason

    def test_only_two_problems_need_a_repair(self) -> None:
        assert [cause.platforms for cause in audit_of(self.NAME).root_causes] == [("aur",), ("snap",)]
        assert job(self.NAME, "crates").harmless is not None

    def test_the_drift_table_has_who_lags_and_what_never_became_a_release(self) -> None:
        drift = audit_of(self.NAME).drift
        assert drift is not None
        behind = {row.platform: row.behind for row in drift.rows}
        assert behind == {
            "npm": 0,
            "pypi": 0,
            "crates": 0,
            "github-releases": 0,
            "nuget": 1,
            "snap": 1,
            "aur": 2,
            "chocolatey": 2,
            "docker-hub": None,
        }
        assert drift.unreleased_tags == ("v2.1.1",)
        since = {row.platform: row.since for row in drift.rows}
        assert f"{since['aur']:%Y-%m-%d} {since['snap']:%Y-%m-%d}" == "2026-02-10 2026-03-17"
