"""Where the bytes of a job's log come from, and the answer when there are none."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from auditor.model.facts import Job
from auditor.model.vocabulary import LogState


class LogSource(Protocol):
    """A log that can be read any number of times, always from its start."""

    @property
    def name(self) -> str:
        """What to call it in a message."""

    def open(self) -> IO[bytes]:
        """Open it for reading; the caller closes it. Raises `OSError` when it cannot be read."""


@dataclass(frozen=True, slots=True)
class LogAbsent:
    """There is no log: `state` names the kind, `why` says it in words."""

    state: LogState
    why: str


class LogStore(Protocol):
    """Finds the log of a job."""

    def log(self, job: Job) -> LogSource | LogAbsent:
        """Return the job's log, or why there is none."""


@dataclass(frozen=True, slots=True)
class FileLog:
    """A log file on disk."""

    path: Path

    @property
    def name(self) -> str:
        """The path."""
        return str(self.path)

    def open(self) -> IO[bytes]:
        """Open the file."""
        return self.path.open("rb")


@dataclass(frozen=True, slots=True)
class ZipLog:
    """A log inside a zip; the member's checksum is verified while it is read."""

    archive: Path
    member: str

    @property
    def name(self) -> str:
        """`archive.zip:member`."""
        return f"{self.archive}:{self.member}"

    def open(self) -> IO[bytes]:
        """Open the member. Raises `OSError` also for a damaged archive."""
        try:
            with zipfile.ZipFile(self.archive) as archive:
                return archive.open(self.member)
        except (zipfile.BadZipFile, KeyError, NotImplementedError) as error:
            raise OSError(f"{self.name}: {error}") from None


@dataclass(frozen=True, slots=True)
class TextLog:
    """A log in memory."""

    name: str
    data: bytes

    def open(self) -> IO[bytes]:
        """Open it."""
        return io.BytesIO(self.data)
