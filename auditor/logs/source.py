"""Where the bytes of a job's log come from, and the answer when there are none."""

from __future__ import annotations

import io
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
class TextLog:
    """A log in memory."""

    name: str
    data: bytes

    def open(self) -> IO[bytes]:
        """Open it."""
        return io.BytesIO(self.data)
