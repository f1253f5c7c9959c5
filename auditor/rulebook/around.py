"""Looks at the lines around a hit whose rule wants another line close by.

Side conditions are mostly such common words (`error`, `exit code`) that looking for them everywhere would take longer than
looking for all rules. So only what is around the few hits is looked at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

from auditor.logs.segments import Segment
from auditor.rulebook.scan import Scanner
from auditor.rulebook.schema import Near

T = TypeVar("T")

REACH = 400
"""Side conditions reach 200 lines up and 200 down: what is further back than both is not needed."""


class Awaiting(Generic[T]):
    """A hit in the line `number` whose side condition is not settled yet, as long as its verdict is None.

    The next line begins at the place `after` of the segment's data.
    """

    __slots__ = ("after", "hit", "near", "number", "segment", "verdict")

    def __init__(self, hit: T, number: int, near: Near, segment: Segment, after: int) -> None:
        self.hit = hit
        self.number = number
        self.near = near
        self.segment: Segment | None = segment
        self.after = after
        self.verdict: bool | None = None

    def settle(self, verdict: bool) -> None:
        """Keep the verdict, and the segment no longer."""
        self.verdict = verdict
        self.segment = None


class Around:
    """The latest segments of one job's log, as far back as side conditions reach."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._held: deque[tuple[Segment, int]] = deque()

    def take(self, segment: Segment) -> int:
        """Hold the next segment, and forget what is out of reach; return the number of its last line."""
        last = segment.first + segment.lines - 1
        while self._held and self._held[0][1] < segment.first - REACH:
            self._held.popleft()
        self._held.append((segment, last))
        return last

    def lines(self, awaiting: Awaiting[T], near: int, first: int, last: int) -> Iterator[int]:
        """The lines between `first` and `last`, and in reach of the hit, that fulfil its side condition `near`."""
        first = max(first, awaiting.number - awaiting.near.before)
        last = min(last, awaiting.number + awaiting.near.after)
        for segment, end in self._held:
            begins, ends = max(first, segment.first), min(last, end)
            if begins <= ends:
                known = [(segment.first, 0), (end + 1, len(segment.data))]
                if segment is awaiting.segment:
                    known.append((awaiting.number + 1, min(awaiting.after, len(segment.data))))
                start, stop = (_place(segment.data, known, line) for line in (begins, ends + 1))
                for number in self._scanner.fulfils(near, segment.data, start, stop):
                    yield begins + number


def _place(data: bytes, known: list[tuple[int, int]], line: int) -> int:
    """Where a line begins, counted from the closest of the lines whose beginning is known."""
    number, at = min(known, key=lambda place: abs(place[0] - line))
    for _ in range(line - number):
        at = data.find(b"\n", at) + 1 or len(data)
    for _ in range(number - line):
        at = data.rfind(b"\n", 0, at - 1) + 1
    return at
