"""Runs the checks of a large repository in several processes that share what has been read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from multiprocessing import get_context
from pickle import PicklingError

from auditor.checks.check import Check
from auditor.checks.publishing import publications_by_job
from auditor.checks.subject import Subject
from auditor.model.finding import Finding

WORTH_IT = 200
"""Workflow files from which on several processes are faster."""
MOST_PROCESSES = 4

Run = Callable[[Check, Subject], Sequence[Finding]]


def run_side_by_side(checks: Sequence[Check], subject: Subject, run: Run) -> list[Finding] | None:
    """Run the checks in several processes; nothing where that is not worth it, or cannot be had.

    The processes are forks, which have the subject without its being sent to them; so this is for Linux, where forking
    is safe. What all checks look at is worked out before.
    """
    processes = min(os.cpu_count() or 1, MOST_PROCESSES, len(checks))
    if len(subject.workflows) < WORTH_IT or processes < 2 or sys.platform != "linux":
        return None
    publications_by_job(subject)
    global _work
    _work = (checks, subject, run)
    try:
        with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
            answers = list(pool.map(_one, range(len(checks))))
    except (OSError, BrokenExecutor, PicklingError):
        return None
    finally:
        _work = None
    return [finding for answer in answers for finding in answer]


_work: tuple[Sequence[Check], Subject, Run] | None = None
"""What the processes inherit."""


def _one(index: int) -> Sequence[Finding]:
    assert _work is not None  # noqa: S101 - set before the processes are made
    checks, subject, run = _work
    return run(checks[index], subject)
