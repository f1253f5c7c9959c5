"""Which section of a job's log belongs to which of its steps.

A raw log does not name its steps. What it has are lines that begin a step or a part of a composite action, with time
stamps to 100 ns; the API tells each step's name, order, and start and end to the second. The two are aligned by the
cheapest assignment that keeps their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from auditor.model.facts import Step

MOST_SECTIONS = 1500
"""Beyond this many sections only the first ones are aligned; the rest belongs to the last step found."""

_UNASSIGNED_STEP = 8.0
_INNER_SECTION = 0.25
_WRONG_KIND = 20.0
_SAME_NAME = -3.0


@dataclass(frozen=True, slots=True)
class Boundary:
    """The first line of a section: `kind` is `start`, `run`, `post` or `finish`; `title` is the header's text."""

    kind: str
    title: str
    stamp: str


def align(boundaries: Sequence[Boundary], steps: Sequence[Step]) -> list[int | None]:
    """Give for each boundary the index of the step it belongs to, or None when no step is known.

    `steps` are the API's steps of the job; skipped ones leave no trace in a log and are left out. The result keeps
    their order: a section without a step of its own belongs to the step before it (a part of a composite action).
    """
    ran = [index for index, step in enumerate(steps) if _ran(step)]
    if not ran or not boundaries:
        return [None] * len(boundaries)
    head = boundaries[:MOST_SECTIONS]
    chosen = _cheapest(head, [steps[index] for index in ran])
    owners: list[int | None] = []
    current: int | None = None
    for boundary, choice in zip(head, chosen, strict=True):
        if choice is not None:
            current = ran[choice]
        # A post section that no step claims is no part of the step before it.
        owners.append(current if choice is not None or boundary.kind != "post" else None)
    return owners + [current] * (len(boundaries) - len(head))


def parse_stamp(stamp: str) -> datetime | None:
    """The time of a log line's stamp (`2026-01-31T12:00:00.1234567Z`), to the microsecond, in UTC."""
    if len(stamp) < 20 or not stamp.endswith("Z"):
        return None
    try:
        whole = datetime.fromisoformat(stamp[:19]).replace(tzinfo=UTC)
        fraction = stamp[20:-1]
        return whole.replace(microsecond=int(fraction[:6].ljust(6, "0"))) if fraction else whole
    except ValueError:
        return None


def _ran(step: Step) -> bool:
    return step.conclusion != "skipped" and step.status not in ("queued", "pending", "waiting")


def _cheapest(boundaries: Sequence[Boundary], steps: Sequence[Step]) -> list[int | None]:
    """Dynamic programming over (boundary, step): assign, leave the section inside its step, or leave the step silent."""
    rows, columns = len(boundaries), len(steps)
    times = [parse_stamp(boundary.stamp) for boundary in boundaries]
    cost = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    move = [[""] * (columns + 1) for _ in range(rows + 1)]
    for j in range(1, columns + 1):
        cost[0][j], move[0][j] = cost[0][j - 1] + _UNASSIGNED_STEP, "step"
    for i in range(1, rows + 1):
        cost[i][0], move[i][0] = cost[i - 1][0] + _leave(boundaries[i - 1]), "inner"
        for j in range(1, columns + 1):
            options = (
                (cost[i - 1][j - 1] + _price(boundaries[i - 1], times[i - 1], steps[j - 1]), "pair"),
                (cost[i - 1][j] + _leave(boundaries[i - 1]), "inner"),
                (cost[i][j - 1] + _UNASSIGNED_STEP, "step"),
            )
            cost[i][j], move[i][j] = min(options)
    chosen: list[int | None] = [None] * rows
    i, j = rows, columns
    while i or j:
        step = move[i][j]
        if step == "pair":
            i, j = i - 1, j - 1
            chosen[i] = j
        elif step == "inner":
            i -= 1
        else:
            j -= 1
    return chosen


def _leave(boundary: Boundary) -> float:
    """The price of a section that opens no step; only the parts of composite actions do that for good reason."""
    return _INNER_SECTION if boundary.kind in ("run", "finish") else 4 * _INNER_SECTION


def _price(boundary: Boundary, at: datetime | None, step: Step) -> float:
    price = 0.0 if boundary.kind == _kind(step) else _WRONG_KIND
    if boundary.title and step.name in (boundary.title, f"Run {boundary.title}"):
        price += _SAME_NAME
    if at is None or step.started_at is None:
        return price
    late = (at - step.started_at).total_seconds()
    if late < -1:
        price += min(30.0, -late * 2)
    elif late > 1:
        # The header is the first thing a step prints, so it comes within a second of the start.
        price += min(12.0, late)
    return price


def _kind(step: Step) -> str:
    if step.name == "Set up job":
        return "start"
    if step.name == "Complete job":
        return "finish"
    return "post" if step.name.startswith("Post ") else "run"
