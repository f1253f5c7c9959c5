"""Reads chosen lines of a log again, to quote them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.logs.redact import MASK, key_body, safe_line
from auditor.logs.segments import Segment, segments
from auditor.logs.source import LogSource
from auditor.model.evidence import ExcerptLine

_STAMP = re.compile(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z ?")
EXCERPT_LINE = 240
"""Characters kept of one excerpt line."""

_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_PUBLIC_BEGINS = re.compile(r"-----BEGIN (?:[A-Z0-9 ]{0,40}(?:CERTIFICATE|PUBLIC KEY)|PGP SIGNATURE|SSH SIGNATURE)")
_KEY_WORDS = b"PRIVATE KEY"
_KEY_HEADER = re.compile(r"\s{0,40}(?:[A-Z][A-Za-z-]{1,30}: .{0,200})?")
_LONGEST_KEY = 400
_MOST_STRAYS = 3


@dataclass(frozen=True, slots=True)
class PlainLine:
    """One cleaned line of a log without its time stamp; `number` counts from 1."""

    number: int
    text: str


def lines_between(source: LogSource, first: int, last: int, most: int = 5000) -> Iterator[PlainLine]:
    """Yield the lines `first` to `last` (both from 1, inclusive), at most the last `most` of them.

    Lines inside a private key are masked, also when it begins further up. Raises `OSError` when the log cannot be read.
    Reading stops after `last`.
    """
    first = max(first, last - most + 1)
    keys = KeyWatch()
    with source.open() as stream:
        for segment in segments(stream):
            count = segment.data.count(b"\n")
            if segment.first > last:
                return
            before = segment.first + count <= first
            if before and not keys.inside and _KEY_WORDS not in segment.data:
                continue
            yield from _within(segment, first, last, keys)


class KeyWatch:
    """Reads lines in their order and masks those that are the body of a private key.

    A key ends at its END line, after 400 lines, or at the fourth line that cannot belong to one; so a message that merely
    quotes a BEGIN line does not blank what follows it.
    """

    def __init__(self, *, strays: bool = True) -> None:
        """`strays`: mask lines of encoded bytes outside of a key too; a log may show a key without its first line."""
        self.inside = False
        self.public = False
        """Inside of a certificate, a public key or a signature, which may be read by everybody."""
        self._mask_strays = strays
        self._lines = 0
        self._strays = 0

    def read(self, text: str) -> str:
        """Return the line without its time stamp, or the mask in its place."""
        if not self.inside:
            begins = text.rfind("-----BEGIN ") if "PRIVATE KEY" in text else -1
            if begins >= 0 and _KEY_BEGINS.match(text, begins) and not _KEY_ENDS.search(text, begins):
                self.inside, self._lines, self._strays = True, 0, 0
            return self._outside(text)
        self._lines += 1
        if _KEY_ENDS.search(text) or self._lines > _LONGEST_KEY:
            self.inside = False
        elif key_body(text, 1):
            return MASK
        elif not _KEY_HEADER.fullmatch(text):
            self._strays += 1
            self.inside = self._strays <= _MOST_STRAYS
        return MASK if self._mask_strays and key_body(text) else text

    def _outside(self, text: str) -> str:
        if self.public and not self.inside and self._lines <= _LONGEST_KEY:
            self._lines += 1
            self.public = key_body(text, 1) or _KEY_HEADER.fullmatch(text) is not None
            if self.public:
                return text
        self.public = False
        if self.inside:
            return text
        if _PUBLIC_BEGINS.search(text) and "-----END " not in text:
            self.public, self._lines = True, 0
        return MASK if self._mask_strays and key_body(text) else text


def _within(segment: Segment, first: int, last: int, keys: KeyWatch) -> Iterator[PlainLine]:
    for offset, line in enumerate(segment.data.split(b"\n")[:-1]):
        number = segment.first + offset
        if number > last:
            return
        if number < first and not keys.inside and _KEY_WORDS not in line:
            continue
        text = keys.read(_STAMP.sub(b"", line).decode("utf-8", "replace"))
        if number >= first:
            yield PlainLine(number, text)


def excerpt(
    source: LogSource, line: int, first: int, last: int, before: int = 6, after: int = 3
) -> tuple[ExcerptLine, ...]:
    """Quote the lines around `line` that lie between `first` and `last`, redacted and fit to print."""
    around = lines_between(source, max(first, line - before), min(last, line + after))
    return tuple(
        ExcerptLine(number=found.number, text=safe_line(found.text, EXCERPT_LINE), is_cause=found.number == line)
        for found in around
    )
