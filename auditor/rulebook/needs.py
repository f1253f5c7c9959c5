"""Who wants to see which lines of a log: rules, the side conditions of rules, and whoever tells where steps begin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from auditor.logs.prefixes import found_behind
from auditor.rulebook.book import Rule, Rulebook
from auditor.rulebook.patterns import FLAGS, requirements

MARKERS = (
    "##[group]",
    "##[endgroup]",
    "##[error]",
    "post job cleanup.",
    "current runner version:",
    "cleaning up orphan processes",
    "evaluate and set job outputs",
    "evaluate and set environment url",
)
"""Lines that say where steps begin and end, in lower case; they are always found."""

MARKED = 0
"""The number of the need for lines with a marker."""

MOST_ALSO = 16
"""Looking for more texts than this in a line takes longer than trying the expression."""


class NearLine(NamedTuple):
    """What a side condition asks of a line: the expression, and texts in lower case of which each such line has one."""

    pattern: re.Pattern[str]
    texts: tuple[bytes, ...]

    def found_in(self, line: str) -> bool:
        """Whether the line fulfils it, or one of its inner lines does (see `logs.prefixes`)."""
        return found_behind(self.pattern, line)


class Needs:
    """The needs of a rulebook, by number."""

    def __init__(self, book: Rulebook) -> None:
        self.askers: list[Rule | int | None] = [None]
        """Of each need, its rule; or the number of its side condition; or None for `MARKED`."""
        self.patterns = [""]
        self.nears: dict[str, int] = {}
        """The number of each side condition."""
        for rule in book.rules:
            self._add(rule, rule.written.match)
            if rule.written.near is not None and rule.written.near.match not in self.nears:
                self.nears[rule.written.near.match] = len(self.nears)
                self._add(self.nears[rule.written.near.match], rule.written.near.match)
        self._nears: list[NearLine | None] = [None] * len(self.nears)
        self._also: list[tuple[bytes, ...] | None] = [(), *([None] * (len(self.patterns) - 1))]

    def _add(self, asker: Rule | int, pattern: str) -> None:
        self.askers.append(asker)
        self.patterns.append(pattern)

    def literals(self, nears: bool) -> Iterator[tuple[int, frozenset[str]]]:
        """Each need with its texts, in lower case: no line is of interest to it that has none of them.

        Side conditions are among them only with `nears`.
        """
        yield MARKED, frozenset(MARKERS)
        for need, asker in enumerate(self.askers):
            if isinstance(asker, Rule) or (nears and asker is not None):
                yield need, requirements(self.patterns[need])[0]

    def near(self, index: int) -> NearLine:
        """A side condition by its number."""
        found = self._nears[index]
        if found is None:
            pattern = next(pattern for pattern, number in self.nears.items() if number == index)
            texts = {text.strip("\n").encode() for text in requirements(pattern)[0]}
            found = self._nears[index] = NearLine(re.compile(pattern, FLAGS), tuple(sorted(texts)))
        return found

    def asked(self, data: bytes, start: int, end: int, needs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Those of `needs` that the line of `data` between `start` and `end` has a second text for, if they want one.

        With each need comes, and goes, the place in `data` of the text that it was found by.
        """
        asked = []
        line = b""
        known = self._also
        for need, at in needs:
            also = known[need]
            if also is None:
                also = self._second(need)
            if also:
                line = line or data[start:end].lower()
                for text in also:
                    if text in line:
                        break
                else:
                    continue
            asked.append((need, at))
        return asked

    def _second(self, need: int) -> tuple[bytes, ...]:
        """The texts of which one must stand in the line, too; none when that does not pay."""
        _, *others = requirements(self.patterns[need])
        also = tuple(sorted({text.strip("\n").encode() for text in others[0]})) if others else ()
        also = also if len(also) <= MOST_ALSO else ()
        self._also[need] = also
        return also
