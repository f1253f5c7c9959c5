"""The zip of a run's logs: which file in it is which job's.

`GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/logs` redirects to it
(https://docs.github.com/en/rest/actions/workflow-runs). It holds one file per job, `<ordinal>_<job>.txt`, and mostly a
folder per job with one file per step, `<job>/<number>_<step>.txt`, and `<job>/system.txt`. The ordinal is not the job's
id; names are cut and lose what a path cannot hold, so that several jobs can end up with one name.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from auditor.logs.segments import BOM
from auditor.logs.source import LogSource
from auditor.logs.steps import parse_stamp
from auditor.logs.zips import ZipMember, ZipRefusedError, ZipView

NAME_UNITS = 90
"""UTF-16 code units that a job's name keeps in the zip."""

_WHOLE = re.compile(r"(-?\d{1,20})_(.*)\.txt", re.DOTALL)
_STEP = re.compile(r"(\d{1,9})_(.*)\.txt", re.DOTALL)
_HEAD_BYTES = 1 << 18
"""The header of a log, in which the runner names the job, is a few kilobytes long."""
_NAMES_JOB = re.compile(rb"Complete job name: ([^\r\n]{1,2048})")
_UNSAFE = re.compile(r'[/\\:*?"<>|\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class ArchivedStep:
    """The log of one step; `number` is the API's step number, `name` as the zip has it."""

    number: int
    name: str
    log: LogSource


@dataclass(frozen=True, slots=True)
class ArchivedJob:
    """The files of one job: its name as the zip has it, the whole log, its steps, and the runner service's notes."""

    name: str
    log: LogSource | None = None
    steps: tuple[ArchivedStep, ...] = ()
    system: LogSource | None = None
    legacy: bool = False
    """The file's ordinal is negative: it comes from an older service, and counts when there is no other."""

    @property
    def text(self) -> LogSource | None:
        """The whole job's log, made of its steps when the zip has only those."""
        if self.log is None and self.steps:
            return StepLogs(self.name, tuple(step.log for step in self.steps))
        return self.log

    @property
    def size(self) -> int:
        """About how many bytes its log has."""
        parts = [self.log] if self.log is not None else [step.log for step in self.steps]
        return sum(part.size for part in parts if isinstance(part, ZipMember))


@dataclass(frozen=True, slots=True)
class StepLogs:
    """Logs of steps read as one, each starting on a line of its own."""

    name: str
    parts: tuple[LogSource, ...]

    def open(self) -> IO[bytes]:
        """Open it. Parts are opened one after another; reading raises `OSError` when one cannot be read."""
        return io.BufferedReader(_Joined(self.parts), 1 << 16)


@dataclass(frozen=True, slots=True)
class RunLogs:
    """The logs of one attempt of a run."""

    jobs: tuple[ArchivedJob, ...]

    @classmethod
    def open(cls, source: Path | IO[bytes]) -> RunLogs:
        """Read the table of contents of a zip on disk or in a seekable stream.

        Raises `ZipRefusedError` when it is no zip, is damaged, or holds no run logs; `OSError` when it cannot be read.
        """
        return cls.of(ZipView.open(source))

    @classmethod
    def of(cls, view: ZipView) -> RunLogs:
        """Sort out the members of an open zip. Raises `ZipRefusedError` when they are not run logs."""
        jobs = _jobs(view)
        if not jobs:
            raise ZipRefusedError(
                f"{view.name} holds no run logs: files like `0_build.txt` or `build/1_Set up job.txt` are expected"
            )
        return cls(jobs)

    def find(
        self,
        job_name: str,
        started_at: datetime | None = None,
        completed_at: datetime | None = None,
        *,
        alone: bool = True,
    ) -> LogSource | None:
        """The log of the job that the API calls `job_name`, or None when there is none or no telling which.

        Jobs whose names become the same in the zip are told apart by the name that the runner prints into the log, and
        then by when the job ran; the times carry their zone. `alone` says that the attempt has no other such job: only
        then a single log of that name is taken without looking into it.
        """
        names = archive_names(job_name)
        found = next((found for name in names if (found := [job for job in self.jobs if job.name == name])), [])
        logs = [job.log for job in found if job.log is not None and not job.legacy]
        if not logs:
            logs = [job.text for job in found if job.text is not None]
        if len(logs) == 1 and alone:
            return logs[0]
        return _told_apart(logs, job_name, (started_at, completed_at), alone)


def looks_like_run_logs(path: Path) -> bool:
    """Whether a file is a readable zip most of whose members are run logs."""
    try:
        view = ZipView.open(path)
        files = sum(len(job.steps) + (job.log is not None) + (job.system is not None) for job in _jobs(view))
    except (OSError, ZipRefusedError):
        return False
    return 2 * files > len(view.members)


def archive_names(job_name: str) -> tuple[str, ...]:
    """The names under which a job can be in the zip, the usual one first.

    GitHub leaves out `/` and `:`; some of its versions leave out, or replace by `_`, everything unfit for a file name.
    """
    plain = job_name.replace("/", "").replace(":", "")
    variants = (plain, _UNSAFE.sub("", job_name), _UNSAFE.sub("_", job_name))
    return tuple(dict.fromkeys(cut_name(variant) for variant in variants))


def cut_name(name: str) -> str:
    """Cut at 90 UTF-16 code units, as GitHub does, which can leave half an emoji: U+FFFD; then trim."""
    units = name.encode("utf-16-le", "surrogatepass")
    return units[: 2 * NAME_UNITS].decode("utf-16-le", "replace").strip()


def _jobs(view: ZipView) -> tuple[ArchivedJob, ...]:
    whole: dict[str, list[tuple[int, LogSource]]] = defaultdict(list)
    steps: dict[str, list[ArchivedStep]] = defaultdict(list)
    system: dict[str, LogSource] = {}
    top = _top_folder(view.members)
    for member in view.members:
        folder, _, file = member[len(top) :].rpartition("/")
        if not folder and (match := _WHOLE.fullmatch(file)):
            whole[match[2]].append((int(match[1]), view.log(member)))
        elif folder and "/" not in folder and file == "system.txt":
            system[folder] = view.log(member)
        elif folder and "/" not in folder and (match := _STEP.fullmatch(file)):
            steps[folder].append(ArchivedStep(int(match[1]), match[2], view.log(member)))
    jobs: list[ArchivedJob] = []
    for name in dict.fromkeys([*whole, *steps]):
        logs = [(log, ordinal < 0) for ordinal, log in sorted(whole.get(name, ()), key=lambda entry: entry[0])]
        inner = tuple(sorted(steps.get(name, ()), key=lambda step: step.number))
        if len(logs) == 1:
            jobs.append(ArchivedJob(name, logs[0][0], inner, system.get(name), legacy=logs[0][1]))
            continue
        # Where several jobs share the name, nothing says whose steps these are.
        jobs += [ArchivedJob(name, log, legacy=legacy) for log, legacy in logs]
        if inner:
            jobs.append(ArchivedJob(name, None, inner, system.get(name)))
    return tuple(jobs)


def _top_folder(members: Iterable[str]) -> str:
    """`folder/` when somebody unpacked the logs and packed the folder, else nothing."""
    paths = [member.split("/") for member in members]
    if not paths or len({path[0] for path in paths}) > 1 or max(map(len, paths)) != 3:
        return ""
    return paths[0][0] + "/"


def _told_apart(
    logs: Sequence[LogSource], job_name: str, ran: tuple[datetime | None, datetime | None], alone: bool
) -> LogSource | None:
    """The one log that names this job and not another, and was written while the job ran as far as that is known."""
    heads = [(log, _head(log)) for log in logs]
    wanted = job_name.encode("utf-8", "replace").strip()
    own = [(log, head) for log, head in heads if _job_named_in(head) == wanted]
    left = own or [(log, head) for log, head in heads if _job_named_in(head) is None]
    if ran[0] is not None and not (alone and len(left) == 1):
        left = [(log, head) for log, head in left if _ran_then(head, ran[0], ran[1])]
    return left[0][0] if len(left) == 1 else None


def _job_named_in(head: bytes) -> bytes | None:
    match = _NAMES_JOB.search(head)
    return match[1].strip() if match else None


def _ran_then(head: bytes, started_at: datetime, completed_at: datetime | None) -> bool:
    stamp = parse_stamp(head.removeprefix(BOM)[:40].split(b" ", 1)[0].decode("ascii", "replace"))
    if stamp is None:
        return False
    # The API rounds to seconds, and the runner's clock is not GitHub's.
    if (stamp - started_at).total_seconds() < -2:
        return False
    return (stamp - (completed_at or started_at)).total_seconds() <= (2 if completed_at else 60)


def _head(log: LogSource) -> bytes:
    try:
        with log.open() as stream:
            return stream.read(_HEAD_BYTES)
    except OSError:
        return b""


class _Joined(io.RawIOBase):
    def __init__(self, parts: Iterable[LogSource]) -> None:
        self._parts = iter(parts)
        self._stream: IO[bytes] | None = None
        self._last = b"\n"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while True:
            if self._stream is None:
                part = next(self._parts, None)
                if part is None:
                    return 0
                self._stream = part.open()
                if self._last != b"\n":
                    self._last = buffer[:1] = b"\n"
                    return 1
            data = self._stream.read(len(buffer))
            if data:
                buffer[: len(data)] = data
                self._last = data[-1:]
                return len(data)
            self._stream.close()
            self._stream = None

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        super().close()
