"""A log as a stream of clean segments: whole lines, bounded memory, whatever the input.

Two forms are read. The raw form is what `GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs` gives: `<time stamp> <text>`.
The form of `gh run view --log` puts two columns in front: `<job>\t<step>\t<time stamp> <text>`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

BLOCK_BYTES = 1 << 20
_SHORT_STRETCH = 1 << 10
LINE_BYTES = 1 << 16
"""A longer line is cut here; nothing that a person could use as evidence stands further right."""

BOM = b"\xef\xbb\xbf"
_BOM = re.compile(BOM)
UNKNOWN_STEP = "UNKNOWN STEP"

# CSI, OSC and two-character escape sequences, real or spelled with a caret as some versions of `gh` do. Each expression
# begins with a fixed character, which the search for it finds quickly.
_SEQUENCE = rb"\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b\r\n]{0,2048}(?:\x07|\x1b\\)"
_ESCAPES = re.compile(rb"\x1b(?:" + _SEQUENCE + rb"|[@-Z\\-_])")
_SPELLED = re.compile(rb"\^\[(?:" + _SEQUENCE + rb")")
_NOISE = b"\r\x00\v\f"
_BOM_BEGINS, _CARET, _ESCAPE, _CARRIAGE_RETURN = BOM[0], ord("^"), 0x1B, ord("\r")
_NO_BREAK, _NO_BREAK_BEGINS = re.compile(rb"\xc2\xa0"), 0xC2
_THIN, _THIN_BEGINS = re.compile(rb"\xe2\x80[\x80-\x8a\xaf]"), 0xE2
"""No-break, thin and other blanks, which some tools put around `ERROR`; for rules they are blanks.

Two expressions, because one that begins with fixed bytes is found ten times as fast as an alternation of them.
"""
_QUIET = bytes.maketrans(_NOISE, b" " * len(_NOISE))
STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z(?: |$)")
_GH_LINE = re.compile(rb"([^\t\n]{1,1024})\t([^\t\n]{0,1024})\t(?:\xef\xbb\xbf)?" + STAMP.pattern)


@dataclass(frozen=True, slots=True)
class Segment:
    """Whole cleaned lines that belong to one job and, where the log names it, one step.

    `first` is the number, from 1, of the first line of `data` in the log. Every line of `data` ends with a line feed and
    keeps its time stamp.
    """

    first: int
    data: bytes
    job: str | None = None
    step: str | None = None
    counted: int | None = field(default=None, repr=False, compare=False)

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.data.count(b"\n") if self.counted is None else self.counted


def segments(stream: IO[bytes]) -> Iterator[Segment]:
    """Read a log in either form. Memory stays bounded by a few blocks, also for a log without line ends."""
    blocks = _whole_lines(stream)
    first_block = next(blocks, b"")
    columns = bool(_GH_LINE.match(first_block.removeprefix(BOM)))
    number = 1
    for block in _chain(first_block, blocks):
        data = _clean(block)
        lines = data.count(b"\n")
        if columns:
            yield from _by_step(data, number)
        elif data:
            yield Segment(number, data, counted=lines)
        number += lines


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _whole_lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Blocks that end at a line end. The rest of an overlong line is dropped."""
    kept = b""
    skipping = False
    for chunk in _utf8(stream):
        if skipping:
            end = chunk.find(b"\n")
            if end < 0:
                continue
            chunk, skipping = chunk[end:], False
        end = chunk.rfind(b"\n") + 1
        if end:
            yield kept + chunk[:end]
            kept = chunk[end:]
        else:
            kept += chunk
        if len(kept) > LINE_BYTES:
            kept, skipping = kept[:LINE_BYTES], True
    if kept:
        yield kept + b"\n"


def _utf8(stream: IO[bytes]) -> Iterator[bytes]:
    """The stream's blocks in UTF-8. A log that PowerShell redirected to a file is UTF-16 with a byte order mark."""
    decoder: codecs.IncrementalDecoder | None = None
    first = True
    while chunk := stream.read(BLOCK_BYTES):
        if first and chunk[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            decoder = codecs.getincrementaldecoder("utf-16")("replace")
        first = False
        yield decoder.decode(chunk).encode("utf-8", "replace") if decoder else chunk


def _clean(block: bytes) -> bytes:
    """Drop byte order marks and escape sequences; make white space of carriage returns, NULs and feeds; cut long lines."""
    # Single bytes are found much faster than texts, and mostly there are none; texts are found faster by `re` than by `bytes`.
    if _BOM_BEGINS in block:
        block = _BOM.sub(b"", block)
    if _CARET in block and b"^[[" in block:
        block = _SPELLED.sub(b"", block)
    if _ESCAPE in block:
        block = _ESCAPES.sub(b"", block)
    if _CARRIAGE_RETURN in block:
        block = block.replace(b"\r\n", b"\n")
    if any(noise in block for noise in _NOISE):
        block = block.translate(_QUIET)
    if _NO_BREAK_BEGINS in block:
        block = _NO_BREAK.sub(b" ", block)
    if _THIN_BEGINS in block:
        block = _THIN.sub(b" ", block)
    if _has_overlong(block):
        block = b"\n".join(line[:LINE_BYTES] for line in block.split(b"\n"))
    return block


def _has_overlong(block: bytes) -> bool:
    return next(overlong_lines(block, LINE_BYTES), None) is not None


def overlong_lines(data: bytes, limit: int) -> Iterator[tuple[int, int]]:
    """Where the lines begin and end that have more than `limit` bytes; it touches few of the others."""
    at = 0
    while len(data) - at > limit:
        end = data.rfind(b"\n", at, at + limit + 1)
        if end < 0:
            end = data.find(b"\n", at)
            end = len(data) if end < 0 else end
            yield at, end
        at = end + 1


def _by_step(data: bytes, number: int) -> Iterator[Segment]:
    """Take the columns off; a new segment wherever the job or the step changes."""
    prefix = b""
    job: str | None = None
    step: str | None = None
    pieces: list[bytes] = []
    at = 0
    while at < len(data):
        if not (prefix and data.startswith(prefix, at)):
            end = data.find(b"\n", at)
            parts = data[at : end if end >= 0 else len(data)].split(b"\t", 2)
            if len(parts) == 3:
                if pieces:
                    whole = b"".join(pieces)
                    lines = whole.count(b"\n")
                    yield Segment(number, whole, job, step, lines)
                    number += lines
                pieces = []
                prefix = parts[0] + b"\t" + parts[1] + b"\t"
                job = parts[0].decode("utf-8", "replace")
                step = parts[1].decode("utf-8", "replace")
                step = None if step == UNKNOWN_STEP else step
            else:
                # A line without columns belongs to the line before it.
                pieces.append(data[at : end + 1])
                at = end + 1
                continue
        end = _end_of_run(data, prefix, at)
        pieces.append(data[at + len(prefix) : end].replace(b"\n" + prefix, b"\n"))
        at = end
    if pieces:
        yield Segment(number, b"".join(pieces), job, step)


def _end_of_run(data: bytes, prefix: bytes, at: int) -> int:
    """Where the lines from `at` on stop to begin with the prefix, as the first of them does.

    Whole stretches are compared by counting, in steps that grow as long as nothing else is in between.
    """
    lead = b"\n" + prefix
    end = data.find(b"\n", at)
    stretch = _SHORT_STRETCH
    while end + 1 < len(data):
        far = data.find(b"\n", min(end + stretch, len(data) - 1))
        if data.count(b"\n", end, far) == data.count(lead, end, far):
            end, stretch = far, 2 * stretch
        elif stretch > _SHORT_STRETCH:
            stretch = _SHORT_STRETCH
        elif data.startswith(lead, end):
            end = data.find(b"\n", end + 1)
        else:
            break
    return end + 1
