"""Finds each job's log in a bundle, in any of the forms in which logs can be fetched, or says why there is none."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.collect.bundle_parts import Parts, answered_error
from auditor.collect.bundle_runs import Place, PlacedAttempt
from auditor.collect.folder import os_words
from auditor.logs.archive import RunLogs, archive_names
from auditor.logs.ghview import GhViewLog, gh_view_logs
from auditor.logs.segments import BOM
from auditor.logs.source import LogAbsent, LogSource
from auditor.logs.zips import ZipRefusedError
from auditor.model.facts import Job, Missing, Step
from auditor.model.vocabulary import LogState

_LARGEST_ANSWER = 1 << 16
_OF_JOB = re.compile(r"log of job ([0-9]{1,20})")
_ONE_LOG = re.compile(r"runs/[0-9]+/attempt-[0-9]+/logs/([1-9][0-9]{0,18})\.log")
_NOT_STARTED = frozenset({"queued", "waiting", "pending", "requested"})

Found = LogSource | LogAbsent


@dataclass(frozen=True, slots=True)
class BundleLogs:
    """The logs of a bundle's jobs, by the job's id."""

    logs: Mapping[int, Found]

    def log(self, job: Job) -> Found:
        """Return the job's log, or why there is none."""
        found = self.logs.get(job.id)
        return found or LogAbsent(LogState.NOT_COLLECTED, f"the bundle has no job {job.id}")


def find_logs(parts: Parts, attempts: Sequence[PlacedAttempt], told: Iterable[Missing]) -> BundleLogs:
    """Find the logs of all jobs; `told` is what the bundle itself says to be missing.

    Logs that should be there and are not are said to `parts`.
    """
    search = _Search(parts, attempts, told)
    logs: dict[int, Found] = {}
    for attempt in attempts:
        for job in attempt.facts.jobs:
            if isinstance(logs.get(job.id), LogAbsent | None):
                logs[job.id] = search.log_of(job, attempt.place)
    for number, found in logs.items():
        if isinstance(found, LogAbsent) and found.state is not LogState.NEVER_STARTED:
            parts.say(f"log of job {number}", found.why)
    return BundleLogs(logs)


def told_of_job(entry: Missing) -> int | None:
    """The id of the job whose log an entry of `missing` is about, if it is about one."""
    match = _OF_JOB.fullmatch(entry.what)
    return int(match[1]) if match else None


def never_started(job: Job) -> bool:
    """Whether the job has no log because no runner ever worked on it."""
    if job.status in _NOT_STARTED or job.conclusion == "skipped":
        return True
    if job.steps:
        return not any(_started(step) for step in job.steps)
    return job.status == "completed" and job.conclusion not in (None, "success") and not job.runner_name


def _started(step: Step) -> bool:
    return step.status not in _NOT_STARTED and step.conclusion != "skipped"


class _Search:
    def __init__(self, parts: Parts, attempts: Sequence[PlacedAttempt], told: Iterable[Missing]) -> None:
        self._parts = parts
        self._told = {number: entry.why for entry in told if (number := told_of_job(entry)) is not None}
        self._single = {int(m[1]): path for path in parts.files.sizes if (m := _ONE_LOG.fullmatch(path))}
        ran = {a.place: [job.name for job in a.facts.jobs if not never_started(job)] for a in attempts}
        self._names = {place: Counter(names) for place, names in ran.items()}
        self._archive_names = {place: Counter(archive_names(name)[0] for name in names) for place, names in ran.items()}
        self._archives: dict[Place, RunLogs | None] = {}
        self._views: dict[Place, dict[str, GhViewLog]] = {}
        self._broken: dict[Place, str] = {}

    def log_of(self, job: Job, place: Place) -> Found:
        """The log of a job that the attempt at `place` lists; an attempt also lists jobs that ran in an earlier one."""
        spoiled: LogAbsent | None = None
        path = self._single.get(job.id)
        if path is not None:
            spoiled = self._spoiled(path)
            if spoiled is None:
                return self._parts.files.log(path)
        for where in dict.fromkeys((place, Place(place.run_id, job.run_attempt))):
            found = self._in_archive(job, where) or self._in_view(job, where)
            if found is not None:
                return found
        absent = self._absent(job, place)
        return spoiled if spoiled is not None and absent.state is LogState.NOT_COLLECTED else absent

    def _absent(self, job: Job, place: Place) -> LogAbsent:
        told = self._told.get(job.id, "")
        if told.startswith("expired:"):
            return LogAbsent(LogState.EXPIRED, told)
        if told.startswith("never started:"):
            return LogAbsent(LogState.NEVER_STARTED, told)
        if never_started(job):
            return LogAbsent(LogState.NEVER_STARTED, "never started: no runner worked on this job")
        path = f"{place.folder}logs/{job.id}.log"
        if why := self._parts.refusal(path):
            return LogAbsent(LogState.UNREADABLE, f"{path}: {why}")
        if told:
            return LogAbsent(LogState.NOT_COLLECTED, told)
        if job.status == "in_progress":
            return LogAbsent(LogState.NOT_COLLECTED, "the job was still running; GitHub gives a log when it has ended")
        if why := self._broken.get(place):
            return LogAbsent(LogState.UNREADABLE, why)
        others = [
            name for name, found in (("logs.zip", self._archives), ("gh-run-view.log", self._views)) if found.get(place)
        ]
        why = f"{path} is not in the bundle"
        if others:
            why += f", and {' and '.join(others)} beside it has nothing that is surely this job's"
        return LogAbsent(LogState.NOT_COLLECTED, why)

    def _spoiled(self, path: str) -> LogAbsent | None:
        """Why the file is no log: what a download that failed leaves behind."""
        size = self._parts.files.sizes[path]
        try:
            with self._parts.files.log(path).open() as stream:
                head = stream.read(_LARGEST_ANSWER + 1)
        except OSError as error:
            return LogAbsent(LogState.UNREADABLE, f"{path}: {os_words(error)}")
        if not head:
            return LogAbsent(LogState.NOT_COLLECTED, f"{path} is empty; fetch it again")
        if head.startswith(b"PK\x03\x04"):
            return LogAbsent(LogState.UNREADABLE, f"{path} is a zip; name it logs.zip, beside jobs.json")
        text = head.removeprefix(BOM).lstrip()
        if size > _LARGEST_ANSWER or text[:1] not in (b"{", b"<"):
            return None
        return _judged_answer(path, text)

    def _in_archive(self, job: Job, place: Place) -> LogSource | None:
        if place not in self._archives:
            self._archives[place] = self._open_archive(place)
        archive = self._archives[place]
        if archive is None:
            return None
        alone = self._archive_names.get(place, Counter())[archive_names(job.name)[0]] <= 1
        return archive.find(job.name, job.started_at, job.completed_at, alone=alone)

    def _open_archive(self, place: Place) -> RunLogs | None:
        path = f"{place.folder}logs.zip"
        why = self._parts.refusal(path)
        if why is None and not self._parts.has(path):
            return None
        try:
            if why is None:
                return RunLogs.of(self._parts.files.archive(path))
        except ZipRefusedError as error:
            why = str(error)
        except OSError as error:
            why = os_words(error)
        self._broken[place] = f"{path}: {why}"
        return None

    def _in_view(self, job: Job, place: Place) -> LogSource | None:
        if place not in self._views:
            self._views[place] = self._open_view(place)
        # Several jobs of one name are not told apart in this form.
        alone = self._names.get(place, Counter())[job.name] <= 1
        return self._views[place].get(job.name) if alone else None

    def _open_view(self, place: Place) -> dict[str, GhViewLog]:
        path = f"{place.folder}gh-run-view.log"
        why = self._parts.refusal(path)
        if why is None and not self._parts.has(path):
            return {}
        found: dict[str, GhViewLog] = {}
        try:
            if why is None:
                found = gh_view_logs(self._parts.files.seekable_log(path))
                why = None if found else "it is not what `gh run view --log` prints"
        except ZipRefusedError as error:
            why = str(error)
        except OSError as error:
            why = os_words(error)
        if why is not None:
            self._broken[place] = f"{path}: {why}"
        return found


def _judged_answer(path: str, text: bytes) -> LogAbsent | None:
    """GitHub's API answers a failed request with JSON, its storage with XML; a log begins with neither."""
    if text.startswith(b"<?xml") and b"<Error>" in text:
        return LogAbsent(LogState.NOT_COLLECTED, f"{path} holds the storage's answer that there is no such log")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    said = answered_error(value)
    if said is None:
        return None
    if value.get("status") == "410":
        return LogAbsent(LogState.EXPIRED, f"expired: GitHub answered “{said}”")
    return LogAbsent(LogState.NOT_COLLECTED, f"{path} holds GitHub's answer “{said}”")
