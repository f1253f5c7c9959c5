"""The logs that are needed, one by one or as one zip; and the annotations of jobs that have none."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from datetime import UTC, datetime, timedelta

from auditor.collect.bundle_logs import never_started
from auditor.collect.github import paths
from auditor.collect.github.attempts import Found
from auditor.collect.github.cache import Shelf
from auditor.collect.github.client import Client
from auditor.collect.github.download import Bounds, NoSuchLogError, download_log, download_zip
from auditor.collect.github.problems import AnswerError
from auditor.collect.github.workspace import Workspace, as_json
from auditor.logs.archive import RunLogs, archive_names
from auditor.logs.zips import ZipRefusedError
from auditor.model.facts import Job

ZIP_FROM = 8
"""Logs from which on one zip can cost less than single downloads."""
SETTLED = timedelta(hours=1)
"""After this, a log that a completed job does not have will not come any more."""
NOT_NEEDED = "not needed: the job succeeded, and publishes nothing"
EXPIRED_TOO = "expired: GitHub has deleted the logs of this attempt"
EXPIRED = "expired: GitHub answered 410 Gone"
"""How a bundle says that GitHub has deleted a log; its own message is “Server Error”."""

_GREEN = ("success", "skipped", "neutral")

log = logging.getLogger("relaudit.github")


def zip_costs_less(wanted: int, ran: int) -> bool:
    """Whether to get the logs as one zip: there are many, and at least half of what the zip holds is wanted.

    A zip is two requests, whatever is in it, but one cannot leave anything out of it, and finds a job in it by name only.
    """
    return wanted >= ZIP_FROM and 2 * wanted >= ran


class Logs:
    """Gets logs and annotations into the workspace."""

    def __init__(
        self, client: Client, repository: str, workspace: Workspace, shelf: Shelf, bounds: Bounds | None = None
    ) -> None:
        self._client = client
        self._repository = repository
        self._workspace = workspace
        self._shelf = shelf
        self._bounds = bounds or Bounds()

    async def of_run(self, attempts: Sequence[Found], needed: Sequence[Set[int]]) -> None:
        """Get the logs of a run's attempts, `needed` in each; note what cannot be had, and that the rest is not needed."""
        listed: dict[int, tuple[Found, Job]] = {}
        work = []
        for index, found in enumerate(attempts):
            own = []
            for job in found.facts.jobs:
                first = _first_listed(job, attempts[:index])
                if first is None:
                    own.append(job)
                else:
                    listed[job.id] = first
            work.append(self._of_attempt(found, own, needed[index]))
        await asyncio.gather(*work)
        for found in attempts:
            for job in found.facts.jobs:
                if job.id in listed:
                    self._as_first(found, job, *listed[job.id])

    async def _of_attempt(self, found: Found, jobs: Sequence[Job], needed: Set[int]) -> None:
        jobs = [job for job in jobs if job.conclusion != "skipped"]
        silent = [job for job in jobs if never_started(job)]
        ran = [job for job in jobs if job.status == "completed" and not never_started(job)]
        wanted = [job for job in ran if job.id in needed]
        unread = [f"log of job {job.id}" for job in ran if job.id not in needed]
        for what in unread:
            self._workspace.miss(what, NOT_NEEDED)
        self._client.progress.found("logs", len(wanted))
        left = [job for job in wanted if not self._kept(found, job)]
        self._client.progress.done("logs", len(wanted) - len(left))
        if found.final and zip_costs_less(len(left), len(ran)) and _distinct(ran):
            left = await self._zip(found, left)
        if left and self._client.token is None:
            left = await self._without_token(found, left)
        notes = [job for job in silent if job.status == "completed" and job.conclusion not in _GREEN]
        await asyncio.gather(
            *(self._single(found, job) for job in left), *(self._annotations(found, job) for job in notes)
        )
        # GitHub deletes the logs of an attempt all at once.
        if any(self._workspace.reason(f"log of job {job.id}") == EXPIRED for job in wanted):
            for what in unread:
                self._workspace.forgive(what)
                self._workspace.miss(what, EXPIRED_TOO)

    def _as_first(self, found: Found, job: Job, first: Found, original: Job) -> None:
        """A job that was not run again is listed again under a new id; its log is the one of the attempt that ran it."""
        for kind in ("logs/{}.log", "annotations/{}.json"):
            name = f"{first.folder}/{kind.format(original.id)}"
            if self._workspace.has(name):
                self._workspace.same(f"{found.folder}/{kind.format(job.id)}", name)
        why = self._workspace.reason(f"log of job {original.id}")
        if why is not None:
            self._workspace.miss(f"log of job {job.id}", why)

    async def _without_token(self, found: Found, jobs: list[Job]) -> list[Job]:
        """GitHub gives logs only to those who are logged in: one request finds out whether this one does, too."""
        if not await self._single(found, jobs[0]):
            return jobs[1:]
        for job in jobs[1:]:
            self._workspace.miss(f"log of job {job.id}", "GitHub gives logs only with a token; set GITHUB_TOKEN")
            self._client.progress.done("logs")
        failed = [job for job in jobs[1:] if job.conclusion not in _GREEN]
        await asyncio.gather(*(self._annotations(found, job) for job in failed))
        return []

    def _kept(self, found: Found, job: Job) -> bool:
        """Take the log from the cache, or the answer that there is none."""
        name = f"{found.folder}/logs/{job.id}.log"
        if self._shelf.link(name, self._workspace.path(name)):
            cut = self._shelf.read(f"{name}.cut")
            if isinstance(cut, str):
                self._workspace.miss(f"part of the log of job {job.id}", cut)
            return True
        gone = self._shelf.read(f"{name}.gone")
        if not isinstance(gone, str):
            return False
        self._workspace.miss(f"log of job {job.id}", gone)
        notes = f"{found.folder}/annotations/{job.id}.json"
        if job.conclusion in _GREEN or self._shelf.link(notes, self._workspace.path(notes)):
            return True
        self._workspace.forgive(f"log of job {job.id}")
        return False

    async def _zip(self, found: Found, jobs: list[Job]) -> list[Job]:
        """Get the zip, and return the jobs that have no log in it and are left for single downloads."""
        name = f"{found.folder}/logs.zip"
        to = self._workspace.path(name)
        if not self._shelf.link(name, to):
            path = f"{paths.attempt(self._repository, found.run_id, found.number)}/logs"
            try:
                await download_zip(self._client, path, to)
            except AnswerError as error:
                log.info("the zip of run %d attempt %d: %s", found.run_id, found.number, error)
                if error.status == 410:
                    for job in jobs:
                        await self._gone(found, job, EXPIRED)
                    return []
                return jobs
        try:
            archive = await asyncio.to_thread(RunLogs.open, to)
            left = [job for job in jobs if archive.find(job.name, job.started_at, job.completed_at) is None]
        except (ZipRefusedError, OSError) as error:
            log.info("the zip of run %d attempt %d: %s", found.run_id, found.number, error)
            to.unlink(missing_ok=True)
            return jobs
        self._shelf.keep(name, to)
        self._client.progress.done("logs", len(jobs) - len(left))
        return left

    async def _single(self, found: Found, job: Job) -> bool:
        """Get one log. Returns whether GitHub refused it for want of rights."""
        name = f"{found.folder}/logs/{job.id}.log"
        what = f"log of job {job.id}"
        try:
            path = paths.job_log(self._repository, job.id)
            cut = await download_log(self._client, path, self._workspace.path(name), self._bounds)
        except NoSuchLogError as error:
            await self._gone(found, job, EXPIRED if error.status == 410 else str(error))
            return False
        except AnswerError as error:
            self._workspace.miss(what, str(error))
            self._client.progress.done("logs")
            if job.conclusion not in _GREEN:
                await self._annotations(found, job)
            return error.status == 403
        if found.final:
            self._shelf.keep(name, self._workspace.path(name))
        if cut is not None:
            self._workspace.miss(f"part of the {what}", cut)
            if found.final:
                self._shelf.keep(f"{name}.cut", as_json(cut), only=True)
        self._client.progress.done("logs")
        return False

    async def _gone(self, found: Found, job: Job, why: str) -> None:
        """There is no log: GitHub's notes on the job are what is left. A green job has none that say more."""
        self._workspace.miss(f"log of job {job.id}", why)
        ended = job.completed_at
        settled = ended is not None and datetime.now(UTC) - ended > SETTLED
        if found.final and (settled or why == EXPIRED):
            self._shelf.keep(f"{found.folder}/logs/{job.id}.log.gone", as_json(why), only=True)
        self._client.progress.done("logs")
        if job.conclusion not in _GREEN:
            await self._annotations(found, job)

    async def _annotations(self, found: Found, job: Job) -> None:
        name = f"{found.folder}/annotations/{job.id}.json"
        if self._shelf.link(name, self._workspace.path(name)):
            return
        try:
            path = paths.check_annotations(self._repository, job.id)
            _, value = await self._client.json(path, {"per_page": 100}, expected=(404,))
        except AnswerError as error:
            self._workspace.miss(f"annotations of job {job.id}", str(error))
            return
        notes = value if isinstance(value, list) else []
        file = self._workspace.write_json(name, notes)
        if found.final:
            self._shelf.keep(name, file, only=True)


def _same_execution(job: Job, other: Job) -> bool:
    return job.completed_at is not None and (job.name, job.started_at, job.completed_at, job.conclusion) == (
        other.name,
        other.started_at,
        other.completed_at,
        other.conclusion,
    )


def _first_listed(job: Job, earlier: Iterable[Found]) -> tuple[Found, Job] | None:
    """The attempt that ran the job, and the job as listed there, where this one only lists it again."""
    for attempt in earlier:
        for other in attempt.facts.jobs:
            if job.id != other.id and _same_execution(job, other):
                return attempt, other
    return None


def _distinct(jobs: Iterable[Job]) -> bool:
    """Whether each job can be found in a zip by its name."""
    return max(Counter(archive_names(job.name)[0] for job in jobs).values(), default=0) <= 1
