"""The registry outranks the log: each claim of a job, against each answer of a registry."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.bundle import read_bundle
from auditor.diagnose.judged import JudgedRelease
from auditor.diagnose.release import judge, state
from auditor.diagnose.verdicts import weigh
from auditor.model.audit import Audit, PlatformOutcome
from auditor.model.live import LiveAnswer, LiveFile, Target
from auditor.model.vocabulary import LiveState, TargetSource, Verdict
from auditor.report.markdown import markdown
from tests.shipped import shipped

SAMPLES = Path(__file__).resolve().parents[1] / "sample_runs"
CONTEXTLITE = ("contextlite-v1.0.35", "v1.0.35")
ENDED = datetime(2025, 8, 20, 20, 30, tzinfo=UTC)
LONG_AFTER = ENDED + timedelta(days=500)


@cache
def judged(sample: str, tag: str) -> JudgedRelease:
    return judge(read_bundle(SAMPLES / sample, tag), shipped())


def answer(platform: str, state: LiveState, **fields: Any) -> LiveAnswer:
    target = Target(
        platform=platform,
        package=fields.pop("package", "contextlite"),
        version="1.0.35",
        source=fields.pop("source", TargetSource.STEP),
        expected_files=fields.pop("expected", ()),
    )
    return LiveAnswer(
        **{
            "target": target,
            "state": state,
            "reason": f"{platform} says {state.value}",
            "url": f"https://{platform}.example/contextlite/1.0.35",
            "asked_at": LONG_AFTER,
            **fields,
        }
    )


def with_answers(*answers: LiveAnswer, sample: tuple[str, str] = CONTEXTLITE) -> Audit:
    return state(judged(*sample), answers)


def outcome(found: Audit, platform: str) -> PlatformOutcome:
    return next(p for p in found.platforms if p.platform == platform)


@pytest.mark.parametrize(
    ("platform", "live", "verdict"),
    [
        ("npm", LiveState.LIVE, Verdict.SHIPPED),
        ("npm", LiveState.LIVE_HIDDEN, Verdict.SHIPPED),
        ("npm", LiveState.HELD, Verdict.HELD),
        ("npm", LiveState.ABSENT, Verdict.GREEN_NOT_SHIPPED),
        ("npm", LiveState.UNKNOWN, Verdict.SHIPPED),
        ("chocolatey", LiveState.LIVE, Verdict.ALREADY_SHIPPED),
        ("chocolatey", LiveState.HELD, Verdict.HELD),
        ("chocolatey", LiveState.ABSENT, Verdict.PHANTOM_SKIP),
        ("chocolatey", LiveState.UNKNOWN, Verdict.ALREADY_SHIPPED),
        ("aur", LiveState.LIVE, Verdict.SHIPPED_DESPITE_FAILURE),
        ("aur", LiveState.HELD, Verdict.HELD),
        ("aur", LiveState.ABSENT, Verdict.NOT_SHIPPED),
        ("aur", LiveState.UNKNOWN, Verdict.NOT_SHIPPED),
        ("crates", LiveState.LIVE, Verdict.ALREADY_SHIPPED),
        ("docker-hub", LiveState.LIVE, Verdict.SHIPPED_DESPITE_FAILURE),
        ("winget", LiveState.LIVE, Verdict.ALREADY_SHIPPED),
        ("winget", LiveState.ABSENT, Verdict.NOT_ATTEMPTED),
        ("winget", LiveState.HELD, Verdict.HELD),
    ],
)
def test_the_verdict_follows_from_the_claim_and_the_answer(platform: str, live: LiveState, verdict: Verdict) -> None:
    found = outcome(with_answers(answer(platform, live)), platform)
    assert found.verdict is verdict
    assert found.by_registry is (live is not LiveState.UNKNOWN)


def test_an_error_of_the_registry_changes_nothing_but_is_told() -> None:
    said = "the registry answered 503"
    found = outcome(with_answers(answer("aur", LiveState.UNKNOWN, reason=said)), "aur")
    before = outcome(with_answers(), "aur")
    assert (found.verdict, found.proved) == (before.verdict, before.proved)
    assert said in (found.note or "")


def test_a_phantom_skip_is_a_root_cause_with_the_registry_as_proof_and_a_check_that_can_say_missing() -> None:
    before = with_answers()
    found = with_answers(answer("chocolatey", LiveState.ABSENT, reason="Chocolatey has no contextlite 1.0.35"))
    (cause,) = [c for c in found.root_causes if "chocolatey" in c.platforms]
    assert "skipped as already published" in cause.title
    assert cause.evidence is not None
    assert cause.evidence.source == "registry"
    assert cause.evidence.url == "https://chocolatey.example/contextlite/1.0.35"
    assert cause.fix is not None
    assert "Id='contextlite'" in (cause.fix.snippet or "")
    assert found.tally.shipped == before.tally.shipped - 1
    assert (found.tally.contradicted, found.tally.not_shipped) == (1, before.tally.not_shipped + 1)


def test_a_failed_job_whose_version_is_there_needs_no_repair() -> None:
    before = with_answers()
    found = with_answers(answer("aur", LiveState.LIVE, published_at=ENDED - timedelta(minutes=10)))
    assert len(found.root_causes) == len(before.root_causes) - 1
    assert found.tally.despite_failure == 1
    assert found.tally.shipped_now == before.tally.shipped_now + 1
    job = found.job(outcome(found, "aur").job)
    assert job.judgement.classification.value == "auth-failure"
    assert job.harmless is not None


def test_a_version_older_than_the_release_was_not_shipped_by_it() -> None:
    old = answer("aur", LiveState.LIVE, published_at=ENDED - timedelta(days=3))
    assert outcome(with_answers(old), "aur").verdict is Verdict.ALREADY_SHIPPED
    assert with_answers(old).targets[0].from_this_release is False


def test_absence_soon_after_a_green_job_is_propagation_until_the_platforms_time_is_over() -> None:
    soon = answer("npm", LiveState.ABSENT, asked_at=datetime(2025, 8, 20, 20, 16, tzinfo=UTC))
    found = with_answers(soon)
    assert outcome(found, "npm").verdict is Verdict.PROPAGATING
    again = found.targets[0].look_again_at
    assert again is not None
    assert again > datetime(2025, 8, 20, 20, 15, tzinfo=UTC)
    assert f"{again:%H:%M}" in outcome(found, "npm").next_action
    assert found.tally.propagating == 1
    late = answer("npm", LiveState.ABSENT, asked_at=again)
    assert outcome(with_answers(late), "npm").verdict is Verdict.GREEN_NOT_SHIPPED


def test_absence_soon_after_a_failed_job_is_no_propagation() -> None:
    soon = answer("aur", LiveState.ABSENT, asked_at=datetime(2025, 8, 20, 20, 16, tzinfo=UTC))
    assert outcome(with_answers(soon), "aur").verdict is Verdict.NOT_SHIPPED


def test_a_green_platform_with_missing_files_has_not_shipped() -> None:
    half = answer(
        "pypi",
        LiveState.LIVE,
        expected=("a.whl", "a.tar.gz"),
        files=(LiveFile(name="a.whl"),),
        missing_files=("a.tar.gz",),
    )
    found = with_answers(half)
    assert outcome(found, "pypi").verdict is Verdict.GREEN_NOT_SHIPPED
    assert "a.tar.gz" in (outcome(found, "pypi").note or "")


def test_the_worst_of_several_packages_decides() -> None:
    found = with_answers(
        answer("npm", LiveState.LIVE), answer("npm", LiveState.ABSENT, package="@contextlite/linux-x64")
    )
    assert outcome(found, "npm").verdict is Verdict.GREEN_NOT_SHIPPED
    assert [t.verdict for t in found.targets] == [Verdict.SHIPPED, Verdict.GREEN_NOT_SHIPPED]
    (cause,) = [c for c in found.root_causes if "npm" in c.platforms]
    assert "@contextlite/linux-x64" in cause.title


def test_a_guessed_name_that_nobody_knows_contradicts_nothing() -> None:
    guess = answer("npm", LiveState.ABSENT, source=TargetSource.REPOSITORY, package_known=False)
    found = outcome(with_answers(guess), "npm")
    assert found.verdict is Verdict.SHIPPED
    assert "guess" in (found.note or "")


def test_a_live_version_does_not_excuse_a_part_that_failed_unless_every_expected_file_is_there() -> None:
    release = judged(*CONTEXTLITE)
    aur = replace(next(s for s in release.standings if s.platform == "aur"), partial=True)
    whole = answer("aur", LiveState.LIVE, expected=("a", "b"), files=(LiveFile(name="a"), LiveFile(name="b")))
    (silent,), _ = weigh([aur], [answer("aur", LiveState.LIVE)], release.book, release.began)
    (proved,), _ = weigh([aur], [whole], release.book, release.began)
    assert silent.verdict is Verdict.NOT_SHIPPED
    assert proved.verdict is Verdict.SHIPPED_DESPITE_FAILURE


def test_an_inherited_skip_is_no_problem_once_the_registry_has_the_version() -> None:
    found = with_answers(answer("npm", LiveState.LIVE), sample=("inherited-skip", "v1.3.0"))
    assert outcome(found, "npm").verdict is Verdict.ALREADY_SHIPPED
    assert found.root_causes == ()
    assert found.exit_code == 0


def test_the_exit_code_follows_the_verdicts() -> None:
    sample = ("all-green", "v3.1.0")
    assert with_answers(sample=sample).exit_code == 0
    assert with_answers(answer("npm", LiveState.ABSENT), sample=sample).exit_code == 1
    assert with_answers(answer("npm", LiveState.HELD), sample=sample).exit_code == 3
    assert with_answers(answer("npm", LiveState.LIVE), sample=sample).exit_code == 0


@pytest.mark.parametrize("live", list(LiveState))
def test_counts_add_up_whatever_the_registries_say(live: LiveState) -> None:
    platforms = [s.platform for s in judged(*CONTEXTLITE).standings]
    found = with_answers(*(answer(p, live) for p in platforms))
    tally = found.tally
    assert tally.platforms == tally.shipped + tally.not_shipped + tally.not_attempted + tally.open
    assert tally.shipped == tally.shipped_now + tally.already_there
    assert tally.asked == (0 if live is LiveState.UNKNOWN else len(platforms))
    assert tally.shipped == sum(p.verdict.out for p in found.platforms)
    assert markdown(found)


def test_what_no_job_publishes_is_told_and_not_counted() -> None:
    before = with_answers()
    found = with_answers(answer("rubygems", LiveState.LIVE))
    assert found.tally == before.tally
    assert [t.verdict for t in found.targets] == [Verdict.ALREADY_SHIPPED]
