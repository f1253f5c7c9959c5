"""The zip of a run's logs read and judged, against `unzip -p LOGS.zip | rg -c -f PATTERNS` and a union of all rules."""

from __future__ import annotations

import io
import shutil
import tempfile
import time
from pathlib import Path

from auditor.logs.segments import segments
from auditor.rulebook.book import Rulebook
from auditor.rulebook.patterns import required_literals
from auditor.rulebook.reading import read_log
from auditor.rulebook.scan import Scanner
from benchmarks.engines import SLOW_BYTES, union
from benchmarks.measure import RELAUDIT, measure
from benchmarks.run_logs import job_log, write_zip

SIZES = (10, 100)
"""Millions of bytes, unpacked."""
_SCANNED = 10_000_000


def run_logs_table() -> None:
    """Print the table; rows whose tools are not installed are left out."""
    print("run logs as a zip of 8 jobs, one of which fails (synthetic; benchmarks/run_logs.py)")
    book = Rulebook.load()
    literals = sorted({text.strip("\n") for rule in book.rules for text in required_literals(rule.written.match)})
    with tempfile.TemporaryDirectory() as folder:
        patterns, logs = Path(folder) / "patterns.txt", Path(folder) / "logs.zip"
        patterns.write_text("\n".join(literals) + "\n", "utf-8")
        for size in SIZES:
            total = write_zip(logs, size) / 1e6
            _row("relaudit explain LOGS.zip", total, [RELAUDIT, "explain", str(logs), "--format", "jsonl"], 1)
            if not (shutil.which("rg") and shutil.which("unzip")):
                print("  rg and unzip are not installed; with them, their rows are beside this")
                continue
            grep = f"unzip -p {logs} | rg -c -F -f {patterns}"
            _row("unzip -p | rg -c -F -f, lower case only", total, ["sh", "-c", grep])
            if size == SIZES[0]:
                _row("unzip -p | rg -c -F -i -f, as the rules need it", total, ["sh", "-c", f"{grep} -i"])
    print(f"reading one log of {_SCANNED / 1e6:.0f} MB in one process, rulebook ready")
    data = b"".join(job_log(1, _SCANNED, failing=True))
    for each in (16, 4, 1):
        rules = book.rules[::each]
        seconds = _scan(Rulebook(book.platforms, rules), data)
        print(f"  {len(rules):5} rules {seconds * 1000:8.0f} ms {len(data) / 1e6 / seconds:8.1f} MB/s")
    clean = b"".join(segment.data for segment in segments(io.BytesIO(data[:SLOW_BYTES])))
    find = union([rule.written.match for rule in book.rules])
    began = time.perf_counter()
    find(clean)
    slow = len(clean) / 1e6 / (time.perf_counter() - began)
    times = len(data) / 1e6 / seconds / slow
    print(f"  {len(book.rules):5} rules as one union in re {slow:15.3f} MB/s: {times:.0f} times slower")


def _scan(book: Rulebook, data: bytes) -> float:
    scanner = Scanner(book)
    took = []
    for _ in range(3):
        began = time.perf_counter()
        read_log(scanner, segments(io.BytesIO(data)))
        took.append(time.perf_counter() - began)
    return sorted(took)[1]


def _row(name: str, megabytes: float, command: list[str], expect: int = 0) -> None:
    measured = measure(command, runs=3, expect=expect)
    print(
        f"  {name:48} {megabytes:6.0f} MB {measured.seconds:8.2f} s {megabytes / measured.seconds:8.1f} MB/s"
        f" {measured.mebibytes:6.0f} MiB",
        flush=True,
    )
