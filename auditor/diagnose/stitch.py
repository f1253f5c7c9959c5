"""Stitches the attempts of each run: which execution of a job counts, and which ones it supersedes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from auditor.diagnose.execution import Execution


def stitch(executions: Iterable[Execution]) -> tuple[list[Execution], list[Execution]]:
    """Split into the executions that count and the earlier ones that a re-run superseded, both in order.

    GitHub shows a job that was not re-run in one of two ways: it is absent from the later attempt, or it is listed there
    again, under a new id, with the times of the attempt that ran it. Either way it is one execution, carried over.
    """
    by_key: dict[str, list[Execution]] = {}
    last_attempt: dict[int, int] = {}
    for execution in executions:
        last_attempt[execution.run.id] = max(last_attempt.get(execution.run.id, 0), execution.attempt)
        known = by_key.setdefault(execution.key, [])
        if not any(_same(execution, other) for other in known):
            known.append(execution)
    current, earlier = [], []
    for known in by_key.values():
        known.sort(key=lambda execution: execution.attempt)
        last = known[-1]
        current.append(replace(last, carried_over=last.attempt < last_attempt[last.run.id]))
        earlier.extend(known[:-1])
    return current, earlier


def _same(one: Execution, other: Execution) -> bool:
    """Two listings of one execution: it ended, and both tell the same start and end."""
    if one.attempt == other.attempt:
        return one.job.id == other.job.id
    return (
        one.job.completed_at is not None
        and one.job.started_at == other.job.started_at
        and one.job.completed_at == other.job.completed_at
        and one.job.conclusion == other.job.conclusion
    )
