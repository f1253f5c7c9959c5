"""Reads chosen lines of a log again, to quote them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.logs.redact import safe_line
from auditor.logs.segments import Segment, segments
from auditor.logs.source import LogSource
from auditor.model.evidence import ExcerptLine

_STAMP = re.compile(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z ?")
EXCERPT_LINE = 240
"""Characters kept of one excerpt line."""


@dataclass(frozen=True, slots=True)
class PlainLine:
    """One cleaned line of a log without its time stamp; `number` counts from 1."""

    number: int
    text: str


def lines_between(source: LogSource, first: int, last: int, most: int = 5000) -> Iterator[PlainLine]:
    """Yield the lines `first` to `last` (both from 1, inclusive), at most the last `most` of them.

    Raises `OSError` when the log cannot be read. Reading stops after `last`.
    """
    first = max(first, last - most + 1)
    with source.open() as stream:
        for segment in segments(stream):
            count = segment.data.count(b"\n")
            if segment.first + count <= first:
                continue
            if segment.first > last:
                return
            yield from _within(segment, first, last)


def _within(segment: Segment, first: int, last: int) -> Iterator[PlainLine]:
    for offset, line in enumerate(segment.data.split(b"\n")[:-1]):
        number = segment.first + offset
        if number > last:
            return
        if number >= first:
            yield PlainLine(number, _STAMP.sub(b"", line).decode("utf-8", "replace"))


def excerpt(
    source: LogSource, line: int, first: int, last: int, before: int = 6, after: int = 3
) -> tuple[ExcerptLine, ...]:
    """Quote the lines around `line` that lie between `first` and `last`, redacted and fit to print."""
    around = lines_between(source, max(first, line - before), min(last, line + after))
    return tuple(
        ExcerptLine(number=found.number, text=safe_line(found.text, EXCERPT_LINE), is_cause=found.number == line)
        for found in around
    )
