"""Releases of any size: half of the jobs test, half publish, and every fifth that publishes fails."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.github_standin.world import AttemptState, Json, RepositoryState, TagState, World, another_job

SAMPLES = Path(__file__).resolve().parents[2] / "sample_runs"
REPOSITORY = "relaudit-samples/flotilla"
TAG = "v6.0.0"
_PATTERN = "relaudit-samples/lowtide"
_BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_ENDED = "2026-03-02T09:02:10Z"

_WORKFLOW = """\
name: Release
on:
  push:
    tags: ['v*']
jobs:
{test}  publish:
    strategy:
      fail-fast: false
      matrix:
        package: [{packages}]
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - name: Publish
        run: npm publish ./packages/${{{{ matrix.package }}}}
        env:
          NODE_AUTH_TOKEN: ${{{{ secrets.NPM_TOKEN }}}}
"""
_TEST = """\
  test:
    strategy:
      matrix:
        part: [{parts}]
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - name: Test
        run: npm test -- --part ${{{{ matrix.part }}}}
"""


def synthetic(jobs: int, log_lines: int = 400) -> World:
    """A world of one repository, `REPOSITORY`, whose release `TAG` has one run of so many jobs."""
    sample = World.of_bundles([SAMPLES / "hidden-failure"]).only()
    repository = RepositoryState(_renamed(sample.body))
    (run_attempts,) = sample.runs.values()
    run = _renamed(run_attempts[1].run)
    sha = run["head_sha"]
    tests, packages = _names(jobs)
    run |= {"head_branch": TAG, "path": ".github/workflows/release.yml", "name": "Release", "conclusion": "failure"}
    run |= {"created_at": "2026-03-02T09:00:00Z", "run_started_at": "2026-03-02T09:00:00Z", "updated_at": _ENDED}
    pattern = _renamed(run_attempts[1].jobs[0])
    attempt = AttemptState(run, [])
    for number, name in enumerate([*(f"test ({name})" for name in tests), *(f"publish ({name})" for name in packages)]):
        fails = name.startswith("publish") and (number - len(tests)) % 5 == 0
        job = _job(pattern, 70_000_000_000 + number * 7, name, fails)
        attempt.jobs.append(job)
        attempt.logs[job["id"]] = _log(job, name, fails, log_lines)
        if fails:
            attempt.annotations[job["id"]] = [_annotation(repository, sha)]
    test = _TEST.format(parts=", ".join(tests)) if tests else ""
    text = _WORKFLOW.format(test=test, packages=", ".join(packages))
    repository.files[sha] = {".github/workflows/release.yml": text.encode()}
    repository.runs[run["id"]] = {1: attempt}
    world = World({repository.name.lower(): repository})
    add_tag(repository, TAG, sha)
    return world


def add_tag(repository: RepositoryState, name: str, commit: str, annotated: bool = False) -> None:
    """Give the repository a tag; a commit that has no files yet gets the same ones as the first."""
    repository.tags[name] = TagState(name, commit, annotated)
    repository.files.setdefault(commit, dict(next(iter(repository.files.values()))))


def _names(jobs: int) -> tuple[list[str], list[str]]:
    tests = jobs // 2
    return [f"t{number:03}" for number in range(tests)], [f"p{number:03}" for number in range(jobs - tests)]


def _renamed(body: Json) -> Json:
    text = json.dumps(body).replace(_PATTERN, REPOSITORY).replace('"lowtide"', '"flotilla"')
    renamed: Json = json.loads(text)
    return renamed


def _job(pattern: Json, number: int, name: str, fails: bool) -> Json:
    end = "failure" if fails else "success"
    work = "Publish" if name.startswith("publish") else "Test"
    steps = [("Set up job", 1, "success"), ("Run actions/checkout@v5", 2, "success"), (work, 3, end)]
    steps += [("Post Run actions/checkout@v5", 6, "success"), ("Complete job", 7, "success")]
    seconds = {1: (2, 4), 2: (4, 6), 3: (6, 120), 6: (120, 121), 7: (121, 122)}
    return another_job(
        pattern,
        number,
        name=name,
        workflow_name="Release",
        head_branch=TAG,
        conclusion=end,
        created_at=_at(0),
        started_at=_at(2),
        completed_at=_at(122),
        steps=[
            {
                "name": title,
                "status": "completed",
                "conclusion": conclusion,
                "number": order,
                "started_at": _at(seconds[order][0]),
                "completed_at": _at(seconds[order][1]),
            }
            for title, order, conclusion in steps
        ],
    )


def _log(job: Json, name: str, fails: bool, lines: int) -> bytes:
    package = name.removeprefix("publish (").removeprefix("test (").removesuffix(")")
    publishes = name.startswith("publish")
    command = f"npm publish ./packages/{package}" if publishes else f"npm test -- --part {package}"
    text: list[tuple[int, str]] = [
        (2, "Current runner version: '2.331.0'"),
        (2, f"Complete job name: {name}"),
        (4, "##[group]Run actions/checkout@v5"),
        (4, "with:"),
        (4, f"  repository: {REPOSITORY}"),
        (4, "##[endgroup]"),
        (5, f"Syncing repository: {REPOSITORY}"),
        (6, f"##[group]Run {command}"),
        (6, f"\x1b[36;1m{command}\x1b[0m"),
        (6, "shell: /usr/bin/bash -e {0}"),
        (6, "##[endgroup]"),
    ]
    text += [(7 + 110 * at // max(lines, 1), f"npm notice 1.{at % 97}kB lib/module-{at:05}.js") for at in range(lines)]
    if fails:
        text += [
            (118, "npm error code ENEEDAUTH"),
            (118, "npm error need auth This command requires you to be logged in to https://npm.example/"),
            (118, "npm error need auth You need to authorize this machine using `npm adduser`"),
            (119, "##[error]Process completed with exit code 1."),
        ]
    else:
        text += [(118, f"+ @flotilla/{package}@6.0.0" if publishes else "ok")]
    text += [(120, "Post job cleanup."), (121, "Cleaning up orphan processes")]
    stamped = "".join(f"{_at(second)[:-1]}.{at % 10**7:07}Z {line}\n" for at, (second, line) in enumerate(text))
    return b"\xef\xbb\xbf" + stamped.encode()


def _annotation(repository: RepositoryState, sha: str) -> Json:
    return {
        "path": ".github",
        "blob_href": f"{repository.body['html_url']}/blob/{sha}/.github",
        "start_line": 30,
        "start_column": None,
        "end_line": 30,
        "end_column": None,
        "annotation_level": "failure",
        "title": "",
        "message": "Process completed with exit code 1.",
        "raw_details": "",
    }


def _at(seconds: int) -> str:
    return (_BEGAN + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
