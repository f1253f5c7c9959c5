"""What `gh run view RUN --log` prints: the logs of all jobs of a run in one text, two columns in front of each line.

`<job>\\t<step>\\t<time stamp> <text>`; lines without a time stamp carry the columns too, and belong to the line before
them. A byte order mark can stand in front of a step's first time stamp. https://cli.github.com/manual/gh_run_view
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from auditor.logs.segments import BOM
from auditor.logs.source import LogSource

BLOCK_BYTES = 1 << 20
_HEAD_BYTES = 1 << 12
"""Both columns fit into this much of a line's beginning."""
_LINES_TO_JUDGE = 20

_COLUMNS = re.compile(
    rb"([^\t\n]{1,1024})\t[^\t\n]{0,1024}\t(?:\xef\xbb\xbf)?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z(?:[ \r]|$)"
)

Spans = tuple[tuple[int, int], ...]
"""Where a job's lines stand: begin and end, in bytes of the text as UTF-8."""


@dataclass(frozen=True, slots=True)
class GhViewLog:
    """The lines of one job, columns included. Without `spans` each opening looks for them first."""

    source: LogSource
    job: str
    spans: Spans | None = None

    @property
    def name(self) -> str:
        """The text's name and the job's."""
        return f"{self.source.name}#{self.job}"

    def open(self) -> IO[bytes]:
        """Open it. Raises `OSError` when the text cannot be read or has no line of the job."""
        spans = self.spans
        if spans is None:
            found = gh_view_logs(self.source).get(self.job)
            if found is None or found.spans is None:
                raise OSError(f"{self.source.name} has no line of a job {self.job!r}")
            spans = found.spans
        return io.BufferedReader(_Pieces(_utf8(self.source), spans), 1 << 16)


def is_gh_view(head: bytes) -> bool:
    """Whether a text that begins like this has the columns of `gh run view --log`."""
    for codec in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if head.startswith(codec):
            head = head[: len(head) & ~1].decode("utf-16", "replace").encode("utf-8", "replace")
    lines = head.removeprefix(BOM).split(b"\n", _LINES_TO_JUDGE)
    return any(_COLUMNS.match(line) for line in lines[:_LINES_TO_JUDGE])


def job_names(source: LogSource) -> list[str]:
    """The jobs in the order of their first lines; empty when the text has another form. Raises `OSError`."""
    return list(gh_view_logs(source))


def gh_view_logs(source: LogSource) -> dict[str, GhViewLog]:
    """Each job's log, in the order of their first lines, in one pass. Raises `OSError` when the text cannot be read.

    Two jobs of the same name cannot be told apart in this form and come out as one.
    """
    spans: dict[bytes, list[tuple[int, int]]] = {}
    firsts: dict[bytes, bytes] = {}
    with _utf8(source) as stream:
        job, begin = b"", -1
        for offset, head in _line_heads(stream):
            if not (job and head.startswith(job + b"\t")):
                match = _COLUMNS.match(head)
                if match is None or match[1] == job:
                    continue
                if begin >= 0:
                    spans[job].append((begin, offset))
                job, begin = match[1], offset
                if job not in firsts:
                    firsts[job], spans[job] = head, []
                    continue
            if head == firsts[job]:
                # `gh` has been seen to print a job's log several times over; once is enough.
                if begin >= 0 and offset > begin:
                    spans[job].append((begin, offset))
                begin = -1
        if begin >= 0:
            spans[job].append((begin, -1))
    return {
        name: GhViewLog(source, name, tuple(places))
        for name, places in ((key.decode("utf-8", "replace"), places) for key, places in spans.items())
    }


def _line_heads(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The offset and the beginning of each line, however long the line is."""
    kept = b""
    start = position = 0
    while block := stream.read(BLOCK_BYTES):
        if not position and block.startswith(BOM):
            # In front of the first job's name it would make another name of it.
            start, block, position = len(BOM), block[len(BOM) :], len(BOM)
        first, *others = block.split(b"\n")
        if not others:
            kept = (kept + first[:_HEAD_BYTES])[:_HEAD_BYTES]
            position += len(block)
            continue
        yield start, (kept + first[:_HEAD_BYTES])[:_HEAD_BYTES]
        start = position + len(first) + 1
        for line in others[:-1]:
            yield start, line[:_HEAD_BYTES]
            start += len(line) + 1
        kept = others[-1][:_HEAD_BYTES]
        position += len(block)
    if kept:
        yield start, kept


def _utf8(source: LogSource) -> IO[bytes]:
    """The text in UTF-8. What PowerShell redirected to a file is UTF-16 with a byte order mark."""
    stream = source.open()
    try:
        mark = stream.read(2)
        stream.close()
        stream = source.open()
        if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return io.BufferedReader(_Transcoded(stream), 1 << 16)
    except BaseException:
        stream.close()
        raise
    return stream


class _Transcoded(io.RawIOBase):
    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            block = self._stream.read(BLOCK_BYTES)
            self._ready = self._decoder.decode(block, not block).encode("utf-8", "replace")
            if not block and not self._ready:
                return 0
        data, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Pieces(io.RawIOBase):
    """The bytes of some spans of a stream, one after another."""

    def __init__(self, stream: IO[bytes], spans: Spans) -> None:
        self._stream = stream
        self._spans = iter(spans)
        self._at = 0
        self._left: int | None = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._left == 0:
            span = next(self._spans, None)
            if span is None:
                return 0
            self._skip_to(span[0])
            self._left = None if span[1] < 0 else span[1] - span[0]
        wanted = len(buffer) if self._left is None else min(len(buffer), self._left)
        data = self._stream.read(wanted)
        if not data:
            self._left = 0
            return 0
        self._at += len(data)
        if self._left is not None:
            self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)

    def _skip_to(self, offset: int) -> None:
        if self._stream.seekable():
            self._at = self._stream.seek(offset)
        while self._at < offset:
            block = self._stream.read(min(BLOCK_BYTES, offset - self._at))
            if not block:
                return
            self._at += len(block)

    def close(self) -> None:
        self._stream.close()
        super().close()
