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


def measure(command: Sequence[str], runs: int = 7, expect: int | None = 0, warm_up: bool = True) -> Measured:
    """Run a command several times after one warm-up, its output thrown away. Raises `RuntimeError` on another exit code
    than `expect`, when there is one: a command that stops early is fast for the wrong reason."""
    if warm_up:
        _once(command, expect)
    return _median([_once(command, expect) for _ in range(runs)])


def measure_in_turn(commands: Sequence[Sequence[str]], runs: int) -> list[Measured]:
    """Run the commands one after another, again and again, so that what else the machine does falls on all of them."""
    for command in commands:
        _once(command, None)
    rounds = [[_once(command, None) for command in commands] for _ in range(runs)]
    return [_median([each[row] for each in rounds]) for row in range(len(commands))]


def _once(command: Sequence[str], expect: int | None) -> Measured:
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if expect is not None and child.returncode != expect:
        raise RuntimeError(f"exit code {child.returncode}, not {expect}: {' '.join(command)}")
    return Measured(time.perf_counter() - began, usage.ru_maxrss / 1024)


def _median(runs: Sequence[Measured]) -> Measured:
    return Measured(statistics.median(run.seconds for run in runs), max(run.mebibytes for run in runs))
