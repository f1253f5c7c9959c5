"""Runs commands as whole processes and reports their wall time and peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RELAUDIT = str(Path(sys.executable).with_name("relaudit"))


@dataclass(frozen=True, slots=True)
class Measured:
    """Median wall time in seconds over the runs, and the highest peak memory in MiB."""

    seconds: float
    mebibytes: float


def measure(command: Sequence[str], runs: int = 7, expect: int = 0) -> Measured:
    """Run a command several times after one warm-up, its output thrown away. Raises `RuntimeError` on another exit code:
    a command that stops early is fast for the wrong reason."""
    times, peaks = [], []
    for run in range(runs + 1):
        began = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != expect:
            raise RuntimeError(f"exit code {child.returncode}, not {expect}: {' '.join(command)}")
        if run:
            times.append(time.perf_counter() - began)
            peaks.append(usage.ru_maxrss / 1024)
    return Measured(statistics.median(times), max(peaks))
