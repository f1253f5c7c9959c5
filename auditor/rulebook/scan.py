"""All rules over a log in one pass.

Every rule names literals of which each match contains one (see `patterns`). One automaton finds all literals of all rules
at once; only lines that hold one are decoded, and only the rules that asked for it are tried on them. The cost is linear
in the bytes of the log and nearly independent of the number of rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import BytesAhoCorasick

from auditor.logs.segments import Segment
from auditor.rulebook.book import Rule, Rulebook
from auditor.rulebook.patterns import required_literals

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

_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z(?: |$)")
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


class Scanner:
    """The rulebook compiled for scanning; build it once and use it for any number of logs."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.nears: dict[str, int] = {}
        wanted: dict[bytes, list[Rule | int]] = {marker: [] for marker in MARKERS}
        for rule in book.rules:
            _want(wanted, rule.written.match, rule)
            if rule.written.near is not None and rule.written.near.match not in self.nears:
                index = self.nears[rule.written.near.match] = len(self.nears)
                _want(wanted, rule.written.near.match, index)
        self._near_patterns = [re.compile(pattern, re.ASCII) for pattern in self.nears]
        self._wanted = list(wanted.values())
        self._markers = len(MARKERS)
        self._automaton = BytesAhoCorasick(list(wanted))

    def lines(self, segments: Iterable[Segment]) -> Iterator[tuple[Segment, FoundLine]]:
        """Yield the lines of interest of each segment, in order."""
        for segment in segments:
            for found in self._in_segment(segment):
                yield segment, found

    def _in_segment(self, segment: Segment) -> Iterator[FoundLine]:
        data = segment.data
        number, counted = segment.first, 0
        start = end = -1
        here: dict[int, int] = {}
        for index, at, _ in self._automaton.find_matches_as_indexes(data.lower(), overlapping=True):
            if at >= end:
                if here:
                    yield self._judge(data, start, end, number, here)
                start = data.rfind(b"\n", 0, at) + 1
                end = data.find(b"\n", at)
                end = len(data) if end < 0 else end
                number += data.count(b"\n", counted, start)
                counted = start
                here = {}
            here.setdefault(index, at)
        if here:
            yield self._judge(data, start, end, number, here)

    def _judge(self, data: bytes, start: int, end: int, number: int, here: dict[int, int]) -> FoundLine:
        stamp = _STAMP.match(data, start, end)
        body = stamp.end() if stamp else start
        sign = _KIND.match(data, body, end)
        body = sign.end() if sign else body
        whole = end - body <= 2 * WINDOW
        text = data[body : end if whole else body + 2 * WINDOW].decode("utf-8", "replace")
        rules: dict[str, tuple[Rule, re.Match[str]]] = {}
        nears: set[int] = set()
        for index, at in here.items():
            part = text if whole else _window(data, body, end, at)
            for wanted in self._wanted[index]:
                if isinstance(wanted, int):
                    if self._near_patterns[wanted].search(part):
                        nears.add(wanted)
                elif wanted.id not in rules:
                    found = wanted.search(part)
                    if found:
                        rules[wanted.id] = (wanted, found)
        return FoundLine(
            number=number,
            stamp=stamp.group().decode().rstrip() if stamp else "",
            kind=sign.group(1).decode() if sign else "",
            text=text,
            after=end + 1,
            marker=any(index < self._markers for index in here),
            rules=tuple(rules.values()),
            near=tuple(sorted(nears)),
        )


def _want(wanted: dict[bytes, list[Rule | int]], pattern: str, who: Rule | int) -> None:
    for literal in required_literals(pattern):
        wanted.setdefault(literal.encode(), []).append(who)


def _window(data: bytes, body: int, end: int, at: int) -> str:
    """The part of an overlong line around a literal; a leading ellipsis keeps `^` from matching in mid-line."""
    first = max(body, at - WINDOW)
    part = data[first : min(end, at + WINDOW)].decode("utf-8", "replace")
    return part if first == body else "…" + part
