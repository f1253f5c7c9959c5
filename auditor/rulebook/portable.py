"""Finds the lines that the rules have to be tried on with an Aho-Corasick automaton of all their literals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ahocorasick_rs import BytesAhoCorasick

from auditor.logs.prefixes import ENDS
from auditor.rulebook.needs import Needs

Candidate = tuple[int, int, list[tuple[int, int]]]
"""A line of a segment: where it begins and ends; the needs to be tried on it, each with the place of its literal."""

_LINE_FEED = 10
_BEFORE_BLANK = frozenset(b"\n" + ENDS.lower()) | frozenset(range(0x80, 0x100))
"""What may stand before a blank behind which a line's text begins; the log is read in small letters."""


class PortableFinder:
    """The literals of the rules, with `nears` those of side conditions too, as one automaton for any number of threads."""

    def __init__(self, needs: Needs, nears: bool = False) -> None:
        self._needs = needs
        wishes: dict[bytes, list[int]] = {}
        behind: set[bytes] = set()
        for need, texts in needs.literals(nears):
            for literal in {each for text in texts for each in _as_written(text.encode())}:
                wishes.setdefault(literal, []).append(need)
            behind.update(b" " + text[1:].encode() for text in texts if text.startswith("\n"))
        behind -= {text.encode() for _, texts in needs.literals(nears) for text in texts}
        self._wishes = list(wishes.values())
        self._starts = frozenset(index for index, literal in enumerate(wishes) if literal in behind)
        self._automaton = BytesAhoCorasick(list(wishes))

    def candidates(self, data: bytes) -> Iterator[Candidate]:
        """The lines that have what a need asks for, in order. `data` are whole lines."""
        # The line feed in front gives the first line the beginning that literals ask for; offsets are one more by it.
        low = b"\n" + data.lower()
        wishes = self._wishes
        hits = self._automaton.find_matches_as_indexes(low, overlapping=True)
        for start, end, here in _by_line(low, hits, self._starts):
            places = [(need, at - 1) for index, at in here.items() for need in wishes[index]]
            if asked := self._needs.asked(data, start - 1, end - 1, places):
                yield start - 1, end - 1, asked


def _by_line(
    low: bytes, hits: Iterable[tuple[int, int, int]], starts: frozenset[int]
) -> Iterator[tuple[int, int, dict[int, int]]]:
    """Where a line with literals begins and ends, and each literal's number with its first place in the line.

    Of `starts` only those places count in front of which a caller's prefix may end.
    """
    start, end = 1, 0
    here: dict[int, int] = {}
    for index, at, _ in hits:
        if index in starts and low[at - 1] not in _BEFORE_BLANK:
            continue
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
    return literal, b" " + literal[1:], b"\t" + literal[1:], b"]" + literal[1:]
