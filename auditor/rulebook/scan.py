"""All rules over a log in one pass.

Every rule names literals of which each match contains one (see `patterns`). One of two engines finds the lines that hold
some, for all rules at once: the portable one (`portable`), or for many logs and where it is installed the fast one (`fast`).
A rule that names a second set of literals wants one of those in the same line too; only what is left is decoded and tried.
The cost is linear in the bytes of the log and nearly independent of the number of rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from auditor.logs.prefixes import inner_lines
from auditor.logs.segments import STAMP, Segment, overlong_lines
from auditor.rulebook.book import Rule, Rulebook
from auditor.rulebook.fast import FastFinder
from auditor.rulebook.needs import Needs
from auditor.rulebook.portable import Candidate, PortableFinder

WINDOW = 2048
"""Of a long line, a rule sees so many bytes on either side of its literal."""

MUCH = 64 << 20
"""Bytes of logs from which on the faster engine is worth its set-up of one to two seconds."""

_KIND = re.compile(rb"##\[(error|warning|notice|debug|group|endgroup|command|section)\]")


class FoundLine(NamedTuple):
    """A line of interest: its number from 1, its time stamp as written, its text, and the rules that match it.

    `kind` is GitHub's own marker in front of the text (`error`, `warning`, `group`, `endgroup`, …), which `text` no longer
    has, or the empty word. `near` holds the indexes (see `Scanner.nears`) of the side conditions that an overlong line
    fulfils; of the others, who wants to know asks `Scanner.fulfils`. `after` is the place in the segment's data where the
    next line begins.
    """

    number: int
    stamp: str
    kind: str
    text: str
    marker: bool
    after: int
    rules: tuple[tuple[Rule, re.Match[str]], ...]
    near: tuple[int, ...]


class Scanner:
    """The rulebook compiled for scanning; build it once and use it for any number of logs, in any number of threads."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self._needs = Needs(book)
        recalled = FastFinder.recalled(self._needs, book.keep_in) if book.keep_in is not None else None
        self._finder: PortableFinder | FastFinder = recalled or PortableFinder(self._needs)
        self._settled = recalled is not None
        self._seen = 0

    @property
    def nears(self) -> dict[str, int]:
        """The number of each side condition, by its expression."""
        return self._needs.nears

    @property
    def fast(self) -> bool:
        """Whether the faster engine is at work."""
        return isinstance(self._finder, FastFinder)

    def expect(self, size: int) -> None:
        """Get the faster engine ready, where it is installed, when `size` bytes of logs are worth its set-up."""
        if size >= MUCH and not self._settled:
            self._settled = True
            fast = FastFinder.compiled(self._needs)
            if fast is not None:
                self._finder = fast
                if self.book.keep_in is not None:
                    fast.keep(self.book.keep_in)

    def lines(self, segments: Iterable[Segment]) -> Iterator[tuple[Segment, FoundLine]]:
        """Yield the lines of interest of each segment, in order."""
        for segment in segments:
            for found in self._in_segment(segment):
                yield segment, found

    def _in_segment(self, segment: Segment) -> Iterator[FoundLine]:
        data = segment.data
        self._seen += len(data)
        self.expect(self._seen)
        number, counted = segment.first, 0
        for start, end, asked in self._candidates(data):
            number += data.count(b"\n", counted, start)
            counted = start
            found = self._judge(data, start, end, number, asked)
            if found is not None:
                yield found

    def _candidates(self, data: bytes) -> Iterator[Candidate]:
        done = 0
        for start, end in overlong_lines(data, 2 * WINDOW):
            yield from self._stretch(data, done, start)
            # Who wants to see an overlong line sees parts of it, around the literals.
            for _, _, asked in self._for_overlong.candidates(data[start:end]):
                yield start, end, [(need, start + at) for need, at in asked]
            done = end + 1
        yield from self._stretch(data, done, len(data))

    def _stretch(self, data: bytes, first: int, last: int) -> Iterator[Candidate]:
        if last - first == len(data):
            yield from self._finder.candidates(data)
        elif last > first:
            for start, end, asked in self._finder.candidates(data[first:last]):
                yield first + start, first + end, [(need, first + at) for need, at in asked]

    @cached_property
    def _for_overlong(self) -> PortableFinder:
        return PortableFinder(self._needs, nears=True)

    def fulfils(self, near: int, data: bytes, start: int, end: int) -> Iterator[int]:
        """Which of the lines of `data` between `start` and `end` fulfil a side condition; the first has number 0.

        Overlong lines are left out: these are told as `FoundLine.near`.
        """
        wanted = self._needs.near(near)
        low = data[start:end].lower()
        if not any(text in low for text in wanted.texts):
            return
        number = 0
        while start < end:
            stop = data.find(b"\n", start, end)
            stop = end if stop < 0 else stop
            if stop - start <= 2 * WINDOW and wanted.found_in(_text(data, start, stop)):
                yield number
            start, number = stop + 1, number + 1

    def _judge(self, data: bytes, start: int, end: int, number: int, asked: list[tuple[int, int]]) -> FoundLine | None:
        """Show the line to those who asked; None when it is of no interest after all."""
        stamp = STAMP.match(data, start, end)
        body = stamp.end() if stamp else start
        sign = _KIND.match(data, body, end)
        body = sign.end() if sign else body
        whole = end - body <= 2 * WINDOW
        text = data[body : end if whole else body + 2 * WINDOW].decode("utf-8", "replace")
        inner = inner_lines if whole else None
        rules: dict[str, tuple[Rule, re.Match[str]]] = {}
        nears: set[int] = set()
        marker = False
        # Of a whole line everybody sees all, however many of the literals stand in it.
        for index, at in dict(asked).items() if whole else asked:
            part = text if whole else _window(data, body, end, at)
            asker = self._needs.askers[index]
            if isinstance(asker, Rule):
                match = asker.search(part, inner)
                if match is not None:
                    rules.setdefault(asker.id, (asker, match))
            elif asker is None:
                marker = True
            elif self._needs.near(asker).found_in(part):
                nears.add(asker)
        if not (marker or rules or nears):
            return None
        return FoundLine(
            number=number,
            stamp=stamp.group().decode().rstrip() if stamp else "",
            kind=sign.group(1).decode() if sign else "",
            text=text,
            after=end + 1,
            marker=marker,
            rules=tuple(sorted(rules.values(), key=_order)) if len(rules) > 1 else tuple(rules.values()),
            near=tuple(sorted(nears)),
        )


def _order(found: tuple[Rule, re.Match[str]]) -> int:
    return found[0].order


def _text(data: bytes, start: int, end: int) -> str:
    stamp = STAMP.match(data, start, end)
    body = stamp.end() if stamp else start
    sign = _KIND.match(data, body, end)
    return data[sign.end() if sign else body : end].decode("utf-8", "replace")


def _window(data: bytes, body: int, end: int, at: int) -> str:
    """The part of an overlong line around a literal; a leading ellipsis keeps `^` from matching in mid-line."""
    first = max(body, at - WINDOW)
    part = data[first : min(end, at + WINDOW)].decode("utf-8", "replace")
    return part if first == body else "…" + part
