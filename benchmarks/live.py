"""Measures live collection against a stand-in for GitHub on loopback that takes 100 ms for every answer.

`python -m benchmarks.live` prints the tables. Every row is one whole process; its requests are counted by the server.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import RELAUDIT
from tests.github_standin import Exchange, Standin
from tests.github_standin.synthetic import REPOSITORY, TAG, synthetic
from tests.github_standin.world import HugeLog

LATENCY = 0.1
SIZES = (1, 12, 60, 300)
RUNS = 3
"""Processes a row, of which the one with the median time is shown."""
_COLUMNS = (("API", 4), ("downloads", 9), ("bytes", 10), ("process", 9), ("fetching", 9), ("chain", 6), ("ratio", 6))
_HEAD = f"  {'jobs':>4}  {'command':36} " + " ".join(f"{name:>{width}}" for name, width in _COLUMNS)


@dataclass(frozen=True, slots=True)
class Row:
    """One process: its wall time and the time from its first request to its last answer in seconds; its exchanges."""

    process: float
    exchanges: tuple[Exchange, ...]
    chain: tuple[Exchange, ...]
    memory: float
    """Peak resident memory in MiB."""

    @property
    def fetching(self) -> float:
        """From the first request to the last answer."""
        if not self.exchanges:
            return 0.0
        return max(each.ended for each in self.exchanges) - min(each.began for each in self.exchanges)

    @property
    def ratio(self) -> float:
        """How many times the latency of the longest chain the fetching took."""
        return self.fetching / (len(self.chain) * LATENCY) if self.chain else 0.0

    def count(self, host: str) -> int:
        """Requests to `api` or `storage`."""
        return sum(each.host == host for each in self.exchanges)


def main() -> None:
    """Print the tables: first and second audit of releases of all sizes, `gh` beside them, one chain, a huge log."""
    print(f"live collection, {LATENCY * 1000:.0f} ms latency a request (synthetic releases; half of the jobs publish)")
    print(_HEAD)
    chain: tuple[Exchange, ...] = ()
    for jobs in SIZES:
        with tempfile.TemporaryDirectory() as folder, Standin(synthetic(jobs), latency=LATENCY) as github:
            first = _median([_audit(github, Path(folder) / str(number)) for number in range(RUNS)])
            second = _median([_audit(github, Path(folder) / "0") for _ in range(RUNS)])
            _print(jobs, f"relaudit run {TAG}", first)
            _print(jobs, "the same again, from the cache", second)
            if (gh := shutil.which("gh")) is not None:
                _print(jobs, "gh run view --log-failed", _median([_gh(gh, github, Path(folder)) for _ in range(RUNS)]))
        if jobs == 12:
            chain = first.chain
            _targets(first, second)
    print(f"  {_gh_version()}")
    print("the longest chain of dependent requests for 12 jobs")
    for each in chain:
        print(f"  {each.target}")
    _huge()


def _gh_version() -> str:
    """Which `gh` was measured: what it asks for differs from version to version."""
    gh = shutil.which("gh")
    if gh is None:
        return "gh is not installed; with it, its rows are beside these"
    told = subprocess.run([gh, "--version"], capture_output=True, text=True, check=False).stdout
    return f"gh run view asks about one run that is named, without its tag, files or release: {told.splitlines()[0]}"


def _targets(first: Row, second: Row) -> None:
    """What 12 jobs may cost: one attempt, one workflow file, six logs."""
    most = 4 + 1 + 1 + 6
    print(f"        {'target: API requests':36} at most {most}: {_verdict(first.count('api') <= most)}")
    print(f"        {'target: fetching':36} at most 1.5 × the chain: {_verdict(first.ratio <= 1.5)}")
    print(f"        {'target: the second audit':36} at most 2 requests: {_verdict(len(second.exchanges) <= 2)}")


def _verdict(held: bool) -> str:
    return "held" if held else "MISSED"


def _huge() -> None:
    print("one log of 2 GB, no latency")
    print(_HEAD + f" {'memory':>9}")
    world = synthetic(1)
    (attempts,) = world.only().runs.values()
    job = attempts[1].jobs[0]["id"]
    small = attempts[1].logs[job]
    assert isinstance(small, bytes)
    attempts[1].logs[job] = HugeLog(2_000_000_000, small)
    with tempfile.TemporaryDirectory() as folder, Standin(world) as github:
        _print(1, f"relaudit run {TAG}", row := _audit(github, Path(folder)), memory=True)
        assert row.exchanges


def _audit(github: Standin, folder: Path) -> Row:
    lead = {"GITHUB_API_URL": github.url, "GITHUB_TOKEN": "ghs_benchmark", "RELAUDIT_CACHE_DIR": str(folder / "cache")}
    return _run(github, [RELAUDIT, "run", TAG, "--repo", REPOSITORY, "--format", "json"], lead, (1,))


def _gh(program: str, github: Standin, folder: Path) -> Row:
    """`gh` speaks plain HTTP to one host only, `github.localhost`; the stand-in is put in its place as a proxy."""
    (run,) = github.world.only().runs
    with tempfile.TemporaryDirectory(dir=folder) as home:
        lead = {
            "GH_HOST": "github.localhost",
            "GH_TOKEN": "gho_benchmark",
            "HTTP_PROXY": github.url,
            "HOME": home,
            "XDG_CACHE_HOME": home,
            "GH_CONFIG_DIR": home,
            "GH_NO_UPDATE_NOTIFIER": "1",
            "GH_PROMPT_DISABLED": "1",
            # gh keeps the logs it has seen in the folder for temporary files.
            "TMPDIR": home,
        }
        command = [program, "run", "view", str(run), "--log-failed", "--repo", f"github.localhost/{REPOSITORY}"]
        return _run(github, command, lead, (0,))


def _run(github: Standin, command: Sequence[str], lead: Mapping[str, str], codes: Sequence[int]) -> Row:
    """Raises `RuntimeError` on another exit code: a command that stops early is fast for the wrong reason."""
    github.recording.clear()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GH_", "GITHUB_"))}
    began = time.perf_counter()
    child = subprocess.Popen(command, env={**kept, **lead}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    process = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in codes:
        raise RuntimeError(f"exit code {child.returncode}: {' '.join(command)}")
    recording = github.recording
    return Row(process, tuple(recording), tuple(recording.chain()), usage.ru_maxrss / 1024)


def _median(rows: Sequence[Row]) -> Row:
    middle = statistics.median_low(row.process for row in rows)
    return next(row for row in rows if row.process == middle)


def _print(jobs: int, name: str, row: Row, memory: bool = False) -> None:
    sent = sum(each.sent for each in row.exchanges)
    print(
        f"  {jobs:4}  {name:36} {row.count('api'):4} {row.count('storage'):9} {sent:10,} {row.process * 1000:6.0f} ms"
        f" {row.fetching * 1000:6.0f} ms {len(row.chain):6} {row.ratio:6.2f}"
        + (f" {row.memory:5.0f} MiB" if memory else "")
    )


if __name__ == "__main__":
    main()
