"""The attempts of one run: its own body, those of earlier attempts, and the jobs of all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from auditor.collect.bundle_parts import BrokenPartError, fact
from auditor.collect.github import paths
from auditor.collect.github.cache import Shelf
from auditor.collect.github.client import Client
from auditor.collect.github.pages import Listed, listed
from auditor.collect.github.problems import AnswerError
from auditor.collect.github.workspace import Workspace, as_json
from auditor.model.facts import Attempt, Job, Run

MOST_ATTEMPTS = 100
"""GitHub allows fifty re-runs."""


@dataclass(frozen=True, slots=True)
class Found:
    """One attempt as far as it is known. `final`: it ended, and nothing about it will change."""

    run_id: int
    number: int
    facts: Attempt
    final: bool

    @property
    def folder(self) -> str:
        """Its folder in the bundle."""
        return paths.folder(self.run_id, self.number)


class Attempts:
    """Gets the attempts of runs into the workspace."""

    def __init__(self, client: Client, repository: str, workspace: Workspace, shelf: Shelf) -> None:
        self._client = client
        self._repository = repository
        self._workspace = workspace
        self._shelf = shelf

    async def of(self, body: dict[str, Any]) -> list[Found]:
        """Get all attempts of a run, given what the listing says of its last one. What fails is noted as missing."""
        run_id = body["id"]
        last = body.get("run_attempt")
        last = min(last, MOST_ATTEMPTS) if type(last) is int and last > 0 else 1
        ended = body.get("status") == "completed"
        finals = {number: number < last or ended for number in range(1, last + 1)}
        jobs, bodies = await asyncio.gather(
            self._jobs(run_id, finals), asyncio.gather(*(self._earlier(run_id, number) for number in range(1, last)))
        )
        self._workspace.write_json(f"{paths.folder(run_id, last)}/run.json", body)
        found = []
        for number, said in zip(finals, [*bodies, body], strict=True):
            facts = _attempt(run_id, number, said, jobs.get(number, ()))
            done = finals[number] and all(job.status == "completed" for job in facts.jobs)
            found.append(Found(run_id, number, facts, done))
        return found

    async def _earlier(self, run_id: int, number: int) -> dict[str, Any] | None:
        name = f"{paths.folder(run_id, number)}/run.json"
        if self._shelf.link(name, self._workspace.path(name)):
            value = self._shelf.read(name)
            return value if isinstance(value, dict) else None
        try:
            _, value = await self._client.json(paths.attempt(self._repository, run_id, number))
        except AnswerError as error:
            self._workspace.miss(f"run {run_id} attempt {number}", str(error))
            return None
        if not isinstance(value, dict):
            self._workspace.miss(f"run {run_id} attempt {number}", "GitHub's answer is not an object")
            return None
        self._shelf.keep(name, self._workspace.write_json(name, value))
        return value

    async def _jobs(self, run_id: int, finals: dict[int, bool]) -> dict[int, list[Any]]:
        """The job objects of each attempt. Several attempts that are not known yet are asked for at once."""
        known: dict[int, list[Any]] = {}
        for number, final in finals.items():
            name = f"{paths.folder(run_id, number)}/jobs.json"
            kept = self._shelf.read(name) if final else None
            if isinstance(kept, dict) and isinstance(kept.get("jobs"), list):
                self._shelf.link(name, self._workspace.path(name))
                known[number] = kept["jobs"]
        wanted = [number for number in finals if number not in known]
        if not wanted:
            return known
        try:
            if len(wanted) == 1:
                got = {wanted[0]: await self._listed(f"{paths.attempt(self._repository, run_id, wanted[0])}/jobs")}
            else:
                everything = await self._listed(f"{paths.run(self._repository, run_id)}/jobs", filter="all")
                got = _by_attempt(everything, wanted)
        except AnswerError as error:
            for number in wanted:
                self._workspace.miss(f"jobs of run {run_id} attempt {number}", str(error))
            return known
        for number, jobs in got.items():
            name = f"{paths.folder(run_id, number)}/jobs.json"
            file = self._workspace.write(name, as_json({"total_count": jobs.total, "jobs": jobs.entries}))
            ended = finals[number] and all(job.get("status") == "completed" for job in jobs.entries)
            if ended and jobs.entries and not jobs.short:
                self._shelf.keep(name, file)
            known[number] = list(jobs.entries)
        return known

    async def _listed(self, path: str, **params: str) -> Listed:
        return await listed(self._client, path, params, "jobs")


def _by_attempt(jobs: Listed, numbers: Iterable[int]) -> dict[int, Listed]:
    """Sort the jobs of all attempts into theirs; what GitHub counts and did not give is the last one's."""
    sorted_in: dict[int, list[dict[str, Any]]] = {number: [] for number in numbers}
    for job in jobs.entries:
        sorted_in.get(job.get("run_attempt") or 1, []).append(job)
    last = max(sorted_in)
    return {
        number: Listed(tuple(own), len(own) + (jobs.short if number == last else 0))
        for number, own in sorted_in.items()
    }


def _attempt(run_id: int, number: int, body: dict[str, Any] | None, jobs: Iterable[Any]) -> Attempt:
    """The facts that decide what else to fetch. Whatever is wrong in them is told when the bundle is read."""
    try:
        run = fact(Run, body)
    except BrokenPartError:
        run = Run(id=run_id)
    read = []
    for value in jobs:
        try:
            read.append(fact(Job, value))
        except BrokenPartError:
            continue
    return Attempt(run=run.model_copy(update={"run_attempt": number}), jobs=tuple(read))
