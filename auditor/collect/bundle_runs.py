"""The runs of a bundle: `runs/<run id>/attempt-<n>/run.json`, `jobs.json` and `annotations/<job id>.json`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from auditor.collect.bundle_parts import BrokenPartError, Parts, answered_error, fact, flat
from auditor.model.facts import Annotation, Attempt, Job, Run

_PLACE = re.compile(r"runs/([1-9][0-9]{0,18})/attempt-([1-9][0-9]{0,5})/(.+)")
_LATE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """The folder of one attempt of one run."""

    run_id: int
    attempt: int

    @property
    def folder(self) -> str:
        """Its path, with a `/` at the end."""
        return f"runs/{self.run_id}/attempt-{self.attempt}/"

    def __str__(self) -> str:
        return f"run {self.run_id} attempt {self.attempt}"


@dataclass(frozen=True, slots=True)
class PlacedAttempt:
    """An attempt and the folder that it was read from."""

    place: Place
    facts: Attempt


def read_attempts(parts: Parts) -> tuple[PlacedAttempt, ...]:
    """Read all attempts, in the order in which their runs were created, then by attempt.

    What is broken or absent is said to `parts`; an attempt of which nothing can be read is left out.
    """
    places: set[Place] = set()
    for path in (*parts.files.sizes, *parts.files.refused):
        if match := _PLACE.fullmatch(path):
            places.add(Place(int(match[1]), int(match[2])))
        elif path.startswith("runs/") and path in parts.files.sizes:
            parts.say(path, "it is in no folder runs/<run id>/attempt-<n>; it is not used")
    read = [attempt for place in sorted(places) if (attempt := _attempt(parts, place)) is not None]
    created: dict[int, datetime] = {}
    for attempt in read:
        at = attempt.facts.run.created_at or _first_start(attempt.facts.jobs)
        created[attempt.place.run_id] = min(at or _LATE, created.get(attempt.place.run_id, _LATE))
    return tuple(sorted(read, key=lambda attempt: (created[attempt.place.run_id], attempt.place)))


def _attempt(parts: Parts, place: Place) -> PlacedAttempt | None:
    jobs = _jobs(parts, place)
    run = _run(parts, place)
    if run is None:
        if not jobs:
            return None
        first = jobs[0]
        run = Run(
            id=place.run_id,
            run_attempt=place.attempt,
            name=first.workflow_name,
            head_branch=first.head_branch,
            head_sha=first.head_sha,
        )
    return PlacedAttempt(place, Attempt(run=run, jobs=jobs, annotations=_annotations(parts, place, jobs)))


def _run(parts: Parts, place: Place) -> Run | None:
    path = f"{place.folder}run.json"
    try:
        run = fact(Run, parts.one(path))
        if run.id != place.run_id:
            raise BrokenPartError(f"it is about run {run.id}")
        if "run_attempt" in run.model_fields_set and run.run_attempt != place.attempt:
            raise BrokenPartError(
                f"it is about attempt {run.run_attempt}; fetch runs/{run.id}/attempts/{place.attempt}"
            )
    except BrokenPartError as error:
        parts.say(str(place), f"{path}: {error}")
        return None
    return run.model_copy(update={"run_attempt": place.attempt})


def _jobs(parts: Parts, place: Place) -> tuple[Job, ...]:
    path = f"{place.folder}jobs.json"
    what = f"jobs of {place}"
    try:
        values, total = _pages(parts.json(path))
    except BrokenPartError as error:
        parts.say(what, f"{path}: {error}")
        return ()
    jobs: dict[int, Job] = {}
    for value in values:
        try:
            job = fact(Job, value)
            if job.run_id not in (0, place.run_id):
                raise BrokenPartError(f"job {job.id} belongs to run {job.run_id}")
        except BrokenPartError as error:
            parts.say(what, f"{path}: {error}")
            continue
        own = {"run_id": place.run_id}
        if "run_attempt" not in job.model_fields_set:
            own["run_attempt"] = place.attempt
        jobs.setdefault(job.id, job.model_copy(update=own))
    if total is not None and len(values) < total:
        parts.say(what, f"{path}: {len(values)} of {total} jobs are there; fetch all pages with `gh api --paginate`")
    return tuple(jobs.values())


def _pages(values: list[Any]) -> tuple[list[Any], int | None]:
    """The job objects of all pages, and how many GitHub said there are.

    https://docs.github.com/en/rest/actions/workflow-jobs#list-jobs-for-a-workflow-run-attempt
    """
    found: list[Any] = []
    totals: list[int] = []
    for value in flat(values):
        if said := answered_error(value):
            raise BrokenPartError(f"GitHub answered “{said}” when it was fetched; fetch it again")
        if not isinstance(value, dict):
            raise BrokenPartError("pages of jobs are expected")
        if isinstance(value.get("jobs"), list):
            found.extend(value["jobs"])
            total = value.get("total_count")
            totals += [total] if isinstance(total, int) else []
        elif "id" in value:
            found.append(value)
        else:
            raise BrokenPartError("`jobs` is not there or not a list")
    return _distinct(found), max(totals, default=None)


def _distinct(values: Iterable[Any]) -> list[Any]:
    """Without the repetitions that occur when a list grows while its pages are fetched."""
    seen: set[object] = set()
    kept: list[Any] = []
    for value in values:
        key = value.get("id") if isinstance(value, dict) else None
        if isinstance(key, int | str):
            if key in seen:
                continue
            seen.add(key)
        kept.append(value)
    return kept


def _annotations(parts: Parts, place: Place, jobs: Iterable[Job]) -> dict[int, tuple[Annotation, ...]]:
    """The annotations of the jobs that have a file of them; https://docs.github.com/en/rest/checks/runs"""
    found: dict[int, tuple[Annotation, ...]] = {}
    for job in jobs:
        path = f"{place.folder}annotations/{job.id}.json"
        if not parts.has(path) and not parts.refusal(path):
            continue
        try:
            found[job.id] = tuple(fact(Annotation, value) for value in flat(parts.json(path)))
        except BrokenPartError as error:
            parts.say(f"annotations of job {job.id}", f"{path}: {error}")
    return found


def _first_start(jobs: Iterable[Job]) -> datetime | None:
    return min((at for job in jobs if (at := job.created_at or job.started_at) is not None), default=None)
