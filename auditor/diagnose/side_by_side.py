"""Explains the jobs of a large run-logs zip in several processes, one job at a time in each."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from pathlib import Path
from pickle import PicklingError

from auditor.diagnose.explain import Explainer, decide_archive
from auditor.logs.archive import RunLogs
from auditor.model.explanation import Explanation, JobExplanation
from auditor.rulebook.book import Rulebook

WORTH_IT = 24 << 20
"""Bytes of logs from which on several processes are faster: each has to get ready first."""
MOST_PROCESSES = 4
"""Each takes about 100 MB of memory."""


def explain_zip(explainer: Explainer, path: Path, file: str, worth_it: int = WORTH_IT) -> Explanation:
    """Judge the zip of a run's logs like `Explainer.explain_archive`, in as many processes as are worth it.

    `file` is what the answer calls the zip; `worth_it` counts bytes of logs. Raises `ZipRefusedError` when it is no such
    zip, and `OSError` when it, or a log in it, cannot be read.
    """
    logs = RunLogs.open(path)
    size = sum(job.size for job in logs.jobs)
    explainer.expect(size)
    processes = min(os.cpu_count() or 1, MOST_PROCESSES, len(logs.jobs))
    if processes > 1 and size >= worth_it:
        try:
            return decide_archive(file, _answers(explainer, path, logs, processes))
        except (OSError, BrokenExecutor, PicklingError):
            # Where processes cannot be had, or a log cannot be read, the plain way gives the answer or the right error.
            pass
    return explainer.explain_archive(logs, file)


def _answers(explainer: Explainer, path: Path, logs: RunLogs, processes: int) -> list[JobExplanation | None]:
    """In the order of the zip. The largest jobs are begun first, lest one of them is left over at the end."""
    largest_first = sorted(range(len(logs.jobs)), key=lambda index: -logs.jobs[index].size)
    # A process that is a copy of this one is ready at once; but a copy is safe only of a process without further threads.
    copied = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if copied else None)
    ready = explainer if copied else explainer.book
    with ProcessPoolExecutor(processes, context, initializer=_get_ready, initargs=(ready, path)) as pool:
        futures = {index: pool.submit(_answer, index) for index in largest_first}
        return [futures[index].result() for index in range(len(logs.jobs))]


_ready: tuple[Explainer, RunLogs] | None = None
"""What a process of the pool keeps from one job to the next."""


def _get_ready(explainer: Explainer | Rulebook, path: Path) -> None:
    global _ready
    # The zip is opened anew: processes that share an open file would share its position, too.
    _ready = explainer if isinstance(explainer, Explainer) else Explainer(explainer), RunLogs.open(path)


def _answer(index: int) -> JobExplanation | None:
    assert _ready is not None  # noqa: S101 - the pool has called `_get_ready`
    explainer, logs = _ready
    return explainer.explain_archived(logs.jobs[index])
