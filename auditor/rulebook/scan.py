"""All rules over a log in one pass.

Every rule names literals of which each match contains one (see `patterns`). One automaton finds all literals of all rules
at once; a rule that names a second set of literals wants one of those in the same line too; only what is left is decoded
and tried. The cost is linear in the bytes of the log and nearly independent of the number of rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick

from auditor.logs.segments import STAMP, Segment
from auditor.rulebook.book import Rule, Rulebook
from auditor.rulebook.patterns import FLAGS, requirements

MARKERS = (
    b"##[group]",
    b"##[endgroup]",
    b"##[error]",
    b"post job cleanup.",
    b"current runner version:",
    b"cleaning up orphan processes",
    b"evaluate and set job outputs",
    b"evaluate and set environment url",
)
"""Lines that say where steps begin and end, in lower case; they are always found."""

WINDOW = 2048
"""Of a long line, a rule sees so many bytes on either side of its literal."""

MOST_ALSO = 16
"""Looking for more texts than this in a line takes longer than trying the expression."""

_LINE_FEED = 10
_KIND = re.compile(rb"##\[(error|warning|notice|debug|group|endgroup|command|section)\]")


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line of interest: its number from 1, its time stamp as written, its text, and the rules that match it.

    `kind` is GitHub's own marker in front of the text (`error`, `warning`, `group`, `endgroup`, …), which `text` no longer
    has, or the empty word. `near` holds the indexes (see `Scanner.nears`) of the side conditions that this line fulfils.
    `after` is the place in the segment's data where the next line begins.
    """

    number: int
    stamp: str
    kind: str
    text: str
    marker: bool
    after: int
    rules: tuple[tuple[Rule, re.Match[str]], ...]
    near: tuple[int, ...]


class _Wish(NamedTuple):
    """Someone who wants to see the lines that hold a literal: a place in `Scanner._askers`."""

    asker: int
    also: tuple[bytes, ...]
    """When there are any, one of these must stand in the line, too."""


class Scanner:
    """The rulebook compiled for scanning; build it once and use it for any number of logs, in any number of threads."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.nears: dict[str, int] = {}
        self._near_patterns: list[re.Pattern[str]] = []
        self._askers: list[Rule | int | None] = [None]
        wishes = {marker: [_Wish(0, ())] for marker in MARKERS}
        for rule in book.rules:
            self._ask(wishes, rule, rule.written.match)
            if rule.written.near is not None and rule.written.near.match not in self.nears:
                index = self.nears[rule.written.near.match] = len(self.nears)
                self._near_patterns.append(re.compile(rule.written.near.match, FLAGS))
                self._ask(wishes, index, rule.written.near.match)
        self._wishes = list(wishes.values())
        self._automaton = BytesAhoCorasick(list(wishes))

    def _ask(self, wishes: dict[bytes, list[_Wish]], asker: Rule | int, pattern: str) -> None:
        first, *others = requirements(pattern)
        also = tuple(sorted({text.strip("\n").encode() for text in others[0]})) if others else ()
        wish = _Wish(len(self._askers), also if len(also) <= MOST_ALSO else ())
        self._askers.append(asker)
        for literal in {each for text in first for each in _as_written(text.encode())}:
            wishes.setdefault(literal, []).append(wish)

    def lines(self, segments: Iterable[Segment]) -> Iterator[tuple[Segment, FoundLine]]:
        """Yield the lines of interest of each segment, in order."""
        for segment in segments:
            for found in self._in_segment(segment):
                yield segment, found

    def _in_segment(self, segment: Segment) -> Iterator[FoundLine]:
        # The line feed in front gives the first line the beginning that literals ask for; offsets are one more by it.
        low = b"\n" + segment.data.lower()
        number, counted = segment.first, 1
        for start, end, here in _by_line(low, self._automaton.find_matches_as_indexes(low, overlapping=True)):
            if asked := self._asked(low, start, end, here):
                number += low.count(b"\n", counted, start)
                counted = start
                found = self._judge(segment.data, start - 1, end - 1, number, asked)
                if found is not None:
                    yield found

    def _asked(self, low: bytes, start: int, end: int, here: dict[int, int]) -> list[tuple[int, int]]:
        """Who is to see this line, each with the place of the literal that it asked for."""
        asked = []
        line = b""
        for index, at in here.items():
            for asker, also in self._wishes[index]:
                if also:
                    line = line or low[start:end]
                    for text in also:
                        if text in line:
                            break
                    else:
                        continue
                asked.append((asker, at - 1))
        return asked

    def _judge(self, data: bytes, start: int, end: int, number: int, asked: list[tuple[int, int]]) -> FoundLine | None:
        """Show the line to those who asked; None when it is of no interest after all."""
        stamp = STAMP.match(data, start, end)
        body = stamp.end() if stamp else start
        sign = _KIND.match(data, body, end)
        body = sign.end() if sign else body
        whole = end - body <= 2 * WINDOW
        text = data[body : end if whole else body + 2 * WINDOW].decode("utf-8", "replace")
        rules: dict[str, tuple[Rule, re.Match[str]]] = {}
        nears: set[int] = set()
        marker = False
        # Of a whole line everybody sees all, however many of the literals stand in it.
        for index, at in dict(asked).items() if whole else asked:
            part = text if whole else _window(data, body, end, at)
            asker = self._askers[index]
            if isinstance(asker, Rule):
                match = asker.pattern.search(part)
                if match is not None and not (asker.unless is not None and asker.unless.search(part)):
                    rules.setdefault(asker.id, (asker, match))
            elif asker is None:
                marker = True
            elif self._near_patterns[asker].search(part):
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
            rules=tuple(rules.values()),
            near=tuple(sorted(nears)),
        )


def _by_line(low: bytes, hits: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, dict[int, int]]]:
    """Where a line with literals begins and ends, and each literal's number with its first place in the line."""
    start, end = 1, 0
    here: dict[int, int] = {}
    for index, at, _ in hits:
        if at >= end:
            if here:
                yield start, end, here
                here = {}
            if low[at] == _LINE_FEED:
                at += 1
            start = low.rfind(b"\n", 0, at) + 1
            end = low.find(b"\n", at)
            end = len(low) if end < 0 else end
        if index not in here:
            here[index] = at
    if here:
        yield start, end, here


def _as_written(literal: bytes) -> tuple[bytes, ...]:
    """What a literal looks like in the log: a line's text begins at its start, behind its time stamp or a marker."""
    if not literal.startswith(b"\n"):
        return (literal,)
    return literal, b"z " + literal[1:], b"]" + literal[1:]


def _window(data: bytes, body: int, end: int, at: int) -> str:
    """The part of an overlong line around a literal; a leading ellipsis keeps `^` from matching in mid-line."""
    first = max(body, at - WINDOW)
    part = data[first : min(end, at + WINDOW)].decode("utf-8", "replace")
    return part if first == body else "…" + part
