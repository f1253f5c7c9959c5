"""Every sample release ends as its README says, and every section of the report counts the same."""

from __future__ import annotations

import re

import pytest

from auditor.collect.bundle import read_bundle
from auditor.model.vocabulary import CascadeHow, Classification, JobKind, LogState, SkipReason, Verdict
from auditor.report.markdown import markdown
from tests.sample_audits import SAMPLES, audit_of, job

ENDINGS = {
    "contextlite-v1.0.35": {
        "npm": "success",
        "pypi": "success",
        "github-packages": "success",
        "chocolatey": "skipped-by-condition",
        "docker-hub": "cascade-failure",
        "homebrew": "cascade-failure",
        "snap": "cascade-failure",
        "aur": "auth-failure",
        "crates": "duplicate-version",
        "winget": "skipped-by-condition",
        "flathub": "skipped-by-condition",
        "nix": "skipped-by-condition",
        "scoop": "skipped-by-condition",
    },
    "all-green": {"npm": "success", "pypi": "success", "ghcr": "success", "github-releases": "success"},
    "hub-failure-needs": {
        "crates": "cascade-failure",
        "docker-hub": "cascade-failure",
        "homebrew": "cascade-failure",
    },
    "inherited-skip": {"npm": "skipped-by-condition"},
    "race": {"ghcr": "success", "scoop": "success", "homebrew": "cascade-failure"},
    "rerun-network": {"npm": "success", "pypi": "success", "ghcr": "success", "github-releases": "success"},
    "double-trigger": {"npm": "success", "pypi": "success", "crates": "success"},
    "matrix-reusable": {"crates": "success", "pypi": "cascade-failure", "github-releases": "cascade-failure"},
    "hidden-failure": {"npm": "auth-failure", "pypi": "success", "github-releases": "success"},
    "expired-logs": {"npm": "unknown-failure", "pypi": "success", "ghcr": "success"},
    "in-progress": {
        "npm": "success",
        "docker-hub": "in-progress",
        "chocolatey": "in-progress",
        "vscode": "in-progress",
    },
    "live-truth": {
        "npm": "success",
        "pypi": "skipped-by-condition",
        "crates": "network-failure",
        "docker-hub": "success",
        "nuget": "success",
        "chocolatey": "success",
        "snap": "success",
        "aur": "auth-failure",
        "github-releases": "success",
    },
    "multi-failures": {
        "homebrew": "auth-failure",
        "docker-hub": "auth-failure",
        "winget": "auth-failure",
        "snap": "auth-failure",
        "nuget": "auth-failure",
        "chocolatey": "moderation-hold",
        "pypi": "metadata-rejected",
        "aur": "success",
    },
}

EXIT_CODES = {"all-green": 0, "rerun-network": 0, "double-trigger": 0, "in-progress": 3}


def test_every_sample_has_its_ending() -> None:
    assert {path.name for path in SAMPLES.iterdir() if path.is_dir()} == set(ENDINGS)


@pytest.mark.parametrize("name", ENDINGS)
def test_each_platform_ends_as_the_readme_says(name: str) -> None:
    assert {p.platform: p.classification.value for p in audit_of(name).platforms} == ENDINGS[name]


@pytest.mark.parametrize("name", ENDINGS)
def test_the_exit_code_says_whether_a_problem_was_found(name: str) -> None:
    assert audit_of(name).exit_code == EXIT_CODES.get(name, 1)


@pytest.mark.parametrize("name", ENDINGS)
def test_the_parts_of_the_tally_add_up(name: str) -> None:
    found = audit_of(name)
    tally = found.tally
    assert tally.platforms == len(found.platforms)
    assert tally.platforms == tally.shipped + tally.not_shipped + tally.not_attempted + tally.open
    assert tally.shipped == tally.shipped_now + tally.already_there
    assert tally.attempted == tally.platforms - tally.not_attempted
    assert tally.jobs == tally.publish_jobs + tally.hub_jobs + tally.helper_jobs == len(found.jobs)
    for cause in found.root_causes:
        assert cause.shipped_before == tally.shipped
        assert cause.shipped_after == tally.shipped + len(cause.platforms)


@pytest.mark.parametrize("name", ENDINGS)
def test_every_failure_is_counted_once_at_its_root(name: str) -> None:
    found = audit_of(name)
    roots = [key for cause in found.root_causes for key in cause.jobs]
    blocked = [key for cause in found.root_causes for key in cause.blocked_jobs]
    failing = [j.key for j in found.jobs if j.judgement.classification.failed and j.harmless is None]
    assert len(roots) == len(set(roots))
    assert not set(roots) & set(blocked)
    assert set(failing) <= set(roots) | set(blocked)


@pytest.mark.parametrize("name", ENDINGS)
def test_every_count_in_the_report_is_the_tallys(name: str) -> None:
    found = audit_of(name)
    text = markdown(found)
    rows = re.findall(
        r"^\| (?:\*\*)?(Shipped|Not shipped|Not attempted|All platforms)(?:\*\*)? \| \**(\d+)", text, re.M
    )
    tally = found.tally
    assert dict(rows) == {
        "Shipped": str(tally.shipped),
        "Not shipped": str(tally.not_shipped),
        "Not attempted": str(tally.not_attempted),
        "All platforms": str(tally.platforms),
    }
    table = text.split("## All platforms")[1].split("\n## ")[0]
    out = (" shipped |", "already-shipped |", "shipped-despite-failure |")
    assert sum(any(state in row for state in out) for row in table.splitlines()) == tally.shipped


@pytest.mark.parametrize("name", ENDINGS)
def test_evidence_from_a_log_is_the_line_it_says(name: str) -> None:
    found = audit_of(name)
    bundle = read_bundle(SAMPLES / name)
    logs = {j.id: bundle.logs.log(j) for attempt in bundle.facts.attempts for j in attempt.jobs}
    checked = 0
    for judged in found.jobs:
        cause = judged.judgement.cause
        if cause is None or cause.source != "log" or cause.line is None:
            continue
        with logs[judged.job_id].open() as stream:  # type: ignore[union-attr]
            line = stream.read().decode("utf-8-sig").split("\n")[cause.line - 1]
        plain = re.sub(r"\x1b\[[0-9;]*m|##\[error\]", "", line)
        assert cause.text.rstrip("…")[:80] in plain
        checked += 1
    assert checked or name in ("expired-logs", "inherited-skip")


class TestContextLite:
    NAME = "contextlite-v1.0.35"

    def test_three_of_thirteen_shipped_and_one_more_only_looks_like_it(self) -> None:
        tally = audit_of(self.NAME).tally
        assert (tally.shipped, tally.platforms, tally.attempted, tally.disabled) == (3, 13, 9, 4)
        assert (tally.shipped_now, tally.already_there, tally.unproved) == (3, 0, 0)
        assert (tally.not_shipped, tally.contradicted, tally.asked) == (6, 1, 8)

    def test_the_hub_is_no_platform_and_shows_the_compilers_line(self) -> None:
        hub = job(self.NAME, "build-and-release")
        assert hub.kind is JobKind.HUB
        assert hub.judgement.classification is Classification.BUILD_FAILURE
        assert (hub.failing_step, hub.failing_step_number) == ("Build multi-platform binaries", 5)
        assert hub.judgement.cause is not None
        assert ": undefined: " in hub.judgement.cause.text
        assert hub.judgement.cause.url == f"{hub.url}#step:5:{hub.judgement.cause.step_line}"

    @pytest.mark.parametrize(
        ("name", "how"),
        [
            ("publish-docker", CascadeHow.SAME_ROOT_ERROR),
            ("publish-homebrew", CascadeHow.MISSING_ARTIFACT),
            ("publish-snap", CascadeHow.MISSING_ARTIFACT),
        ],
    )
    def test_each_cascade_names_the_hub_and_how_it_is_known(self, name: str, how: CascadeHow) -> None:
        cascade = job(self.NAME, name).judgement.cascade
        assert cascade is not None
        assert (cascade.root_job, cascade.how) == (job(self.NAME, "build-and-release").key, how)

    def test_aur_and_crates_fail_by_their_own_logs(self) -> None:
        aur, crates = job(self.NAME, "publish-aur").judgement, job(self.NAME, "publish-crates").judgement
        assert aur.cascade is None
        assert crates.cascade is None
        assert aur.cause is not None
        assert "Permission denied (publickey)" in aur.cause.text
        assert crates.cause is not None
        assert "already uploaded" in crates.cause.text

    def test_chocolateys_skip_shows_its_check_and_is_not_taken_as_proof(self) -> None:
        judgement = job(self.NAME, "publish-chocolatey").judgement
        assert judgement.skip is not None
        assert judgement.skip.reason is SkipReason.EXISTENCE_CHECK
        assert "can never say “missing”" in judgement.skip.explanation
        assert judgement.cause is not None
        assert judgement.cause.step == "Check if Chocolatey package exists"
        chocolatey = next(p for p in audit_of(self.NAME).platforms if p.platform == "chocolatey")
        assert (chocolatey.verdict, chocolatey.by_registry) == (Verdict.PHANTOM_SKIP, True)

    @pytest.mark.parametrize("platform", ["winget", "flathub", "nix", "scoop"])
    def test_disabled_jobs_say_so_with_the_workflow_line(self, platform: str) -> None:
        judgement = job(self.NAME, f"publish-{platform}").judgement
        assert judgement.skip is not None
        assert judgement.skip.reason is SkipReason.DISABLED
        assert judgement.cause is not None
        assert (judgement.cause.source, judgement.cause.path) == ("workflow", ".github/workflows/publish-packages.yml")

    def test_fixing_the_hub_comes_first_and_unblocks_three(self) -> None:
        first = audit_of(self.NAME).root_causes[0]
        assert first.platforms == ("docker-hub", "homebrew", "snap")
        assert (first.shipped_before, first.shipped_after) == (3, 6)
        assert audit_of(self.NAME).plan[0].shipped_after == 6

    def test_only_checks_that_can_answer_both_ways_are_praised(self) -> None:
        check = next(p for p in audit_of(self.NAME).good_patterns if "Existence check" in p.title)
        assert {key.split("/")[1] for key in check.jobs} == {"publish-npm", "publish-pypi"}
        assert "Check if npm package exists" in check.snippet


def test_a_hub_that_fails_names_itself_at_every_skipped_spoke() -> None:
    for name in ("crates.io", "Docker Hub", "Homebrew tap"):
        cascade = job("hub-failure-needs", name).judgement.cascade
        assert cascade is not None
        assert (cascade.root_job.split("/")[1], cascade.how) == ("Test", CascadeHow.NEEDS)


def test_an_inherited_skip_is_a_problem_although_nothing_failed() -> None:
    found = audit_of("inherited-skip")
    judgement = job("inherited-skip", "publish").judgement
    assert judgement.skip is not None
    assert judgement.skip.reason is SkipReason.INHERITED_SKIP
    assert "changelog" in judgement.skip.explanation
    assert found.root_causes[0].platforms == ("npm",)
    assert found.root_causes[0].fix is not None
    assert "!failure() && !cancelled()" in (found.root_causes[0].fix.snippet or "")


def test_a_race_names_the_hub_and_asks_for_needs() -> None:
    found = audit_of("race")
    raced = next(j for j in found.jobs if j.judgement.cascade is not None)
    assert raced.judgement.cascade is not None
    assert raced.judgement.cascade.how is CascadeHow.RACE
    hub = found.job(raced.judgement.cascade.root_job)
    assert hub.judgement.classification is Classification.SUCCESS
    (cause,) = found.root_causes
    assert cause.fix is not None
    assert "needs: [" in (cause.fix.snippet or "")


def test_the_last_attempt_counts_and_the_first_is_told() -> None:
    found = audit_of("rerun-network")
    npm = job("rerun-network", "npm")
    assert (npm.attempt, npm.carried_over) == (2, False)
    assert any(j.carried_over for j in found.jobs)
    assert [(e.attempt, e.classification) for e in found.earlier if e.key == npm.key] == [
        (1, Classification.NETWORK_FAILURE)
    ]


def test_a_second_run_that_meets_its_own_versions_is_harmless() -> None:
    found = audit_of("double-trigger")
    duplicates = [j for j in found.jobs if j.judgement.classification is Classification.DUPLICATE_VERSION]
    assert len(duplicates) == 3
    assert all(j.harmless is not None for j in duplicates)
    assert any(note.title == "The same workflow ran twice" for note in found.notes)


def test_matrix_legs_and_called_workflows_are_matched_to_their_jobs() -> None:
    leg = job("matrix-reusable", "build (windows-latest, aarch64)")
    assert leg.workflow_job == "build"
    called = next(j for j in audit_of("matrix-reusable").jobs if j.name.startswith("publish / crates"))
    assert called.workflow_job == "crates"
    cascade = job("matrix-reusable", "wheels").judgement.cascade
    assert cascade is not None
    assert cascade.root_job == leg.key


def test_a_swallowed_publish_failure_is_found_in_the_green_job() -> None:
    npm = next(j for j in audit_of("hidden-failure").jobs if "npm" in j.judgement.platforms)
    assert npm.conclusion == "success"
    assert npm.judgement.hidden
    assert npm.judgement.classification is Classification.AUTH_FAILURE


def test_an_expired_log_is_called_expired_and_missing() -> None:
    found = audit_of("expired-logs")
    assert {j.log for j in found.jobs} == {LogState.EXPIRED}
    assert len(found.missing) == len(found.jobs)
    assert found.tally.unproved == found.tally.shipped


def test_what_still_runs_is_open_and_not_failed() -> None:
    found = audit_of("in-progress")
    assert found.tally.open == 3
    assert found.tally.not_shipped == 0
