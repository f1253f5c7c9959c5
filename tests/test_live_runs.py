"""Which runs belong to a tag, and what is asked for to find them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.bundle import read_bundle
from auditor.collect.github import tag as tags
from auditor.collect.github.address import Server
from auditor.collect.github.cache import Cache
from auditor.collect.github.gather import Wanted, gathered
from auditor.collect.github.problems import GitHubError, NoRunsError, NoSuchRepositoryError, NoSuchTagError
from auditor.collect.github.token import Token
from auditor.diagnose.log_needs import LogNeeds
from auditor.model.facts import ReleaseFacts
from auditor.rulebook.book import Rulebook
from tests.github_standin import Standin, World
from tests.github_standin.synthetic import REPOSITORY, SAMPLES, TAG, add_tag, synthetic
from tests.github_standin.world import RepositoryState, another_run

OTHER = "0123456789abcdef0123456789abcdef01234567"
FOLLOWER = b"on:\n  workflow_run:\n    workflows: [Release]\n    types: [completed]\njobs:\n  a:\n    runs-on: x\n    steps: []\n"


@pytest.fixture
def gather(shipped_book: Rulebook, tmp_path: Path) -> Callable[..., ReleaseFacts]:
    def run(github: Standin, tag: str = TAG, repository: str = REPOSITORY, **more: Any) -> ReleaseFacts:
        server = Server(github.url, "github.example")
        more = {"cache": Cache(tmp_path / "cache"), "token": Token("t", "GITHUB_TOKEN"), **more}
        with gathered(Wanted(repository, tag, server, **more), LogNeeds(shipped_book)) as release:
            return read_bundle(release.folder, tag).facts

    return run


def runs_of(facts: ReleaseFacts) -> set[int]:
    return {attempt.run.id for attempt in facts.attempts}


def why(facts: ReleaseFacts) -> dict[str, str]:
    return {entry.what: entry.why for entry in facts.missing if not entry.why.startswith("not needed")}


def small() -> tuple[World, RepositoryState, int]:
    world = synthetic(2, 1)
    return world, world.only(), next(iter(world.only().runs))


def first_run(repository: RepositoryState) -> Any:
    return next(iter(repository.runs.values()))[1]


def add_run(repository: RepositoryState, number: int, **changes: Any) -> None:
    """One more run, with one job of its own."""
    pattern = first_run(repository)
    attempt = another_run(pattern, number, **changes)
    job = copy.deepcopy(pattern.jobs[0]) | {"id": number * 10, "run_id": number, "run_attempt": 1}
    repository.runs[number] = {1: replace(attempt, jobs=[job], logs={}, annotations={})}


@contextmanager
def renamed(new: str) -> Iterator[Standin]:
    """The small release under a tag of another name."""
    world, repository, _ = small()
    (commit,) = repository.files
    repository.tags.clear()
    add_tag(repository, new, commit, annotated=True)
    first_run(repository).run["head_branch"] = new
    with Standin(world) as github:
        yield github


@pytest.mark.parametrize("name", ["v1.2.3+build.5", "cli/v2.0.0", "@acme/widget@1.0", "v1 %2F", "release#7", "ü-1"])
def test_tags_of_any_form_and_annotated_ones_lead_to_their_commit_and_runs(
    gather: Callable[..., ReleaseFacts], name: str
) -> None:
    with renamed(name) as github:
        facts = gather(github, name)
    assert len(facts.attempts) == 1
    assert facts.commit == facts.attempts[0].run.head_sha
    assert why(facts) == {}


def test_a_tag_may_be_given_as_git_writes_it_in_full(gather: Callable[..., ReleaseFacts]) -> None:
    world, _, number = small()
    with Standin(world) as github:
        assert runs_of(gather(github, f"refs/tags/{TAG}")) == {number}


def test_no_more_is_asked_than_the_rule_allows(gather: Callable[..., ReleaseFacts]) -> None:
    world = synthetic(12, 1)
    with Standin(world) as github:
        facts = gather(github)
        logs = github.recording.of("api .*/logs$")
        assert len(github.recording.api) <= 4 + len(facts.attempts) + len(facts.workflows) + len(logs)
        assert len(github.recording.storage) == len(logs)


def test_a_second_audit_of_a_finished_release_asks_twice_and_finds_the_same(
    gather: Callable[..., ReleaseFacts],
) -> None:
    world, _, _ = small()
    with Standin(world) as github:
        first = gather(github)
        github.recording.clear()
        second = gather(github)
        assert len(github.recording) == 2
    assert second.model_copy(update={"collected_at": first.collected_at}) == first


def test_without_a_cache_everything_is_asked_again(gather: Callable[..., ReleaseFacts]) -> None:
    world, _, _ = small()
    with Standin(world) as github:
        gather(github, cache=Cache(None))
        first = len(github.recording)
        gather(github, cache=Cache(None))
        assert len(github.recording) == 2 * first


def test_a_new_attempt_is_fetched_and_the_old_one_is_not(gather: Callable[..., ReleaseFacts]) -> None:
    world, repository, number = small()
    with Standin(world) as github:
        gather(github)
        old = first_run(repository)
        jobs = json.loads(json.dumps(old.jobs))
        for job in jobs:
            job |= {"id": job["id"] + 500, "run_attempt": 2, "started_at": "2026-03-05T09:00:00Z"}
        again = {**old.run, "run_attempt": 2, "updated_at": "2026-03-05T10:00:00Z"}
        logs = {job["id"]: next(iter(old.logs.values())) for job in jobs}
        repository.runs[number][2] = replace(old, run=again, jobs=jobs, logs=logs)
        github.recording.clear()
        facts = gather(github)
        assert len(github.recording.of(r"/attempts/2/jobs")) == 1
        assert github.recording.of(r"/attempts/1/jobs") == []
    assert [(one.run.id, one.run.run_attempt, len(one.jobs)) for one in facts.attempts] == [
        (number, 1, 2),
        (number, 2, 2),
    ]


def test_all_attempts_jobs_come_in_one_request_and_carried_over_logs_are_not_fetched_twice(
    gather: Callable[..., ReleaseFacts],
) -> None:
    bundle = SAMPLES / "rerun-network"
    said = json.loads((bundle / "bundle.json").read_bytes())
    with Standin(World.of_bundles([bundle])) as github:
        facts = gather(github, said["tag"], said["repository"])
        listed = [each for each in github.recording.api if each.path.endswith("/jobs")]
        assert [each.query.get("filter") for each in listed] == ["all"]
        logs = [each.path for each in github.recording.of("api .*/jobs/.*/logs$")]
    carried = {
        job.id for job in facts.attempts[1].jobs if job.started_at in {j.started_at for j in facts.attempts[0].jobs}
    }
    assert carried
    assert not any(str(job) in path for job in carried for path in logs)


def test_a_moved_tag_has_the_runs_of_both_commits(gather: Callable[..., ReleaseFacts]) -> None:
    world, repository, number = small()
    add_run(repository, 5, head_sha=OTHER)
    with Standin(world) as github:
        assert runs_of(gather(github)) == {number, 5}


def test_a_pull_request_from_a_branch_with_the_tags_name_is_none_of_its_runs(
    gather: Callable[..., ReleaseFacts],
) -> None:
    world, repository, number = small()
    add_run(repository, 5, event="pull_request")
    with Standin(world) as github:
        assert runs_of(gather(github)) == {number}


@pytest.mark.parametrize("listens", [True, False], ids=["follows the release", "follows something else"])
def test_a_workflow_that_follows_one_of_the_tags_is_taken_in(
    gather: Callable[..., ReleaseFacts], listens: bool
) -> None:
    world, repository, number = small()
    text = FOLLOWER if listens else FOLLOWER.replace(b"Release", b"Nightly")
    next(iter(repository.files.values()))[".github/workflows/after.yml"] = text
    when = first_run(repository).run["updated_at"]
    changes = {
        "event": "workflow_run",
        "head_branch": "main",
        "path": ".github/workflows/after.yml",
        "created_at": when,
    }
    add_run(repository, 5, name="After", **changes)
    with Standin(world) as github:
        first = gather(github)
        github.recording.clear()
        assert runs_of(gather(github)) == runs_of(first)
        assert len(github.recording) == 2
    assert runs_of(first) == ({number, 5} if listens else {number})


def test_a_follower_that_came_long_after_is_somebody_elses(gather: Callable[..., ReleaseFacts]) -> None:
    world, repository, number = small()
    next(iter(repository.files.values()))[".github/workflows/after.yml"] = FOLLOWER
    changes = {"event": "workflow_run", "head_branch": "main", "path": ".github/workflows/after.yml"}
    add_run(repository, 5, created_at="2026-07-01T00:00:00Z", **changes)
    with Standin(world) as github:
        assert runs_of(gather(github)) == {number}


def test_a_run_can_be_named_by_hand(gather: Callable[..., ReleaseFacts]) -> None:
    world, repository, number = small()
    add_run(repository, 5, event="push", head_branch="main", head_sha=OTHER)
    with Standin(world) as github:
        assert runs_of(gather(github, extra_runs=(5,))) == {number, 5}
        with pytest.raises(GitHubError, match="has no run 6"):
            gather(github, extra_runs=(6,))


def test_more_than_a_hundred_runs_and_jobs_are_all_there(gather: Callable[..., ReleaseFacts]) -> None:
    world = synthetic(230, 1)
    for number in range(2, 130):
        add_run(world.only(), number, event="pull_request")
    with Standin(world) as github:
        facts = gather(github)
        pages = [each.query.get("page") for each in github.recording.api if "branch" in each.query]
        assert pages == [None, "2"]
    assert len(facts.attempts[0].jobs) == 230


def test_of_a_tag_that_moves_every_night_only_the_newest_runs_are_read(gather: Callable[..., ReleaseFacts]) -> None:
    world, repository, number = small()
    for night in range(2, 80):
        add_run(repository, night, head_sha=f"{night:040x}", created_at=f"2025-{night % 12 + 1:02}-01T00:00:00Z")
    with Standin(world) as github:
        facts = gather(github)
    assert number in runs_of(facts)
    assert len(runs_of(facts)) == tags.MOST_RUNS
    assert why(facts)["older runs"] == f"the tag has 79 runs; only the newest {tags.MOST_RUNS} are read"


def test_a_tag_that_was_deleted_is_audited_by_its_runs(gather: Callable[..., ReleaseFacts]) -> None:
    world, repository, number = small()
    repository.tags.clear()
    with Standin(world) as github:
        facts = gather(github)
    assert runs_of(facts) == {number}
    assert "no such tag any more" in why(facts)["tag"]


def test_the_three_ways_of_finding_nothing_are_told_apart(gather: Callable[..., ReleaseFacts]) -> None:
    world, repository, _ = small()
    add_tag(repository, "v6.0.1", OTHER)
    with Standin(world) as github:
        with pytest.raises(NoSuchTagError, match=rf"has no tag 6\.0\.0; nearest: {TAG}"):
            gather(github, "6.0.0")
        with pytest.raises(NoRunsError, match=rf"no workflow run .* v6\.0\.1 .*nearest tags with runs: {TAG}"):
            gather(github, "v6.0.1")
        with pytest.raises(NoSuchRepositoryError, match="the token from GITHUB_TOKEN may not see it"):
            gather(github, TAG, "acme/nothing")
        with pytest.raises(NoSuchRepositoryError, match="for a private one set GITHUB_TOKEN"):
            gather(github, TAG, "acme/nothing", token=None)


def test_runs_of_the_commit_on_other_refs_are_named_when_the_tag_has_none(gather: Callable[..., ReleaseFacts]) -> None:
    world, repository, number = small()
    first_run(repository).run["head_branch"] = "main"
    with Standin(world) as github, pytest.raises(NoRunsError, match=rf"{number} \(Release, push on main\).*--run ID"):
        gather(github)


@pytest.mark.parametrize(
    ("tag", "names", "first"),
    [
        ("1.2.3", ["v1.2.4", "v1.2.3", "v1.2.2"], "v1.2.3"),
        ("v1.2.3", ["cli-1.2.3", "v1.2.4"], "cli-1.2.3"),
        ("v1.23", ["v0.9", "v1.2.3", "nightly"], "v1.2.3"),
    ],
)
def test_the_nearest_tag_is_the_one_that_was_meant(tag: str, names: list[str], first: str) -> None:
    assert tags.nearest(tag, names)[0] == first


def test_hostile_names_of_tags_are_made_printable() -> None:
    assert tags.nearest("v1", ["v1\x1b[31m\n"]) == ["v1\ufffd[31m\ufffd"]
