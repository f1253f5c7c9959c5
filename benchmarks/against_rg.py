"""The zip of a run's logs read and judged, against `unzip -p LOGS.zip | rg -c -f PATTERNS` and a union of all rules.

`python -m benchmarks.against_rg [LOGS.zip…]` does it for zips of your own.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from auditor.logs.segments import segments
from auditor.rulebook.book import Rulebook
from auditor.rulebook.patterns import required_literals
from auditor.rulebook.reading import read_log
from auditor.rulebook.relaxed import relaxed
from auditor.rulebook.scan import MUCH, Scanner
from benchmarks.engines import SLOW_BYTES, union
from benchmarks.measure import RELAUDIT, Measured, measure, measure_in_turn
from benchmarks.run_logs import job_log, write_zip

SIZE = 100
"""Millions of bytes, unpacked."""
SMALL = 10
"""Millions of bytes for what takes many seconds."""
_SCANNED = 10_000_000
_PATIENCE = 120.0


def run_logs_table() -> None:
    """Print the tables; rows whose tools are not installed are left out."""
    with tempfile.TemporaryDirectory() as folder:
        logs = Path(folder) / "logs.zip"
        print("run logs as a zip of 8 jobs, one of which fails (synthetic; benchmarks/run_logs.py)")
        write_zip(logs, SIZE)
        against_rg(logs, Path(folder))
        write_zip(logs, SMALL)
        slow_rows(logs, Path(folder))
    in_one_process()


def against_rg(logs: Path, folder: Path) -> None:
    """Explain a zip, and search it with `rg` for the literals of the rules, by turns; print the medians."""
    with zipfile.ZipFile(logs) as archive:
        total = sum(info.file_size for info in archive.infolist()) / 1e6
    explain = [RELAUDIT, "explain", str(logs), "--format", "jsonl"]
    if not (shutil.which("rg") and shutil.which("unzip")):
        _row("relaudit explain LOGS.zip", total, measure(explain, runs=5, expect=None))
        print("  rg and unzip are not installed; with them, their rows are beside this")
        return
    patterns = _literals(folder)
    grep = ["sh", "-c", f"unzip -p {logs} | rg -c -F -f {patterns}"]
    rows = measure_in_turn([explain, grep, ["sh", "-c", f"unzip -p {logs} | wc -c"]], runs=5)
    for name, row in zip(
        ("relaudit explain LOGS.zip", "unzip -p | rg -c -F -f", "unzip -p | wc -c"), rows, strict=True
    ):
        _row(name, total, row)


def slow_rows(logs: Path, folder: Path) -> None:
    """Search a small zip with `rg` as the rules need it: without minding case; and for expressions, not literals."""
    if not (shutil.which("rg") and shutil.which("unzip")):
        return
    with zipfile.ZipFile(logs) as archive:
        total = sum(info.file_size for info in archive.infolist()) / 1e6
    _row("relaudit explain LOGS.zip", total, measure([RELAUDIT, "explain", str(logs)], runs=3, expect=None))
    heads = folder / "heads.txt"
    lax = [relaxed(rule.written.match) for rule in Rulebook.load().rules]
    heads.write_text("".join(f"{'(?i)' * each.caseless}(?-u){each.expression.decode()}\n" for each in lax), "utf-8")
    for name, options in (
        ("unzip -p | rg -c -F -f", f"-F -f {_literals(folder)}"),
        ("unzip -p | rg -c -F -i -f, once", f"-F -i -f {_literals(folder)}"),
        ("unzip -p | rg -c -f, expressions, once", f"--regex-size-limit 2G --dfa-size-limit 2G -f {heads}"),
    ):
        command = ["sh", "-c", f"unzip -p {logs} | timeout {_PATIENCE:.0f} rg -c {options}"]
        _row(name, total, measure(command, runs=1, expect=None, warm_up=False))


def in_one_process() -> None:
    """Print what reading costs by engine and number of rules, and what a union of all rules would cost."""
    print(f"reading one log of {_SCANNED / 1e6:.0f} MB in one process, rulebook ready, CPU time")
    book = Rulebook.load()
    data = b"".join(job_log(1, _SCANNED, failing=True))
    for fast in (True, False):
        for each in (16, 4, 1):
            scanner = Scanner(Rulebook(book.platforms, book.rules[::each]))
            scanner.expect(MUCH if fast else 0)
            if scanner.fast is not fast:
                print("  hyperscan is not installed; with it, its rows are beside these")
                break
            seconds = _scan(scanner, data)
            name = f"{'hyperscan' if fast else 'portable'}, {len(scanner.book.rules)} rules"
            print(f"  {name:24} {seconds * 1000:8.0f} ms {len(data) / 1e6 / seconds:8.1f} MB/s", flush=True)
    clean = b"".join(segment.data for segment in segments(io.BytesIO(data[:SLOW_BYTES])))
    find = union([rule.written.match for rule in book.rules])
    began = time.process_time()
    find(clean)
    slow = len(clean) / 1e6 / (time.process_time() - began)
    times = len(data) / 1e6 / seconds / slow
    print(
        f"  {len(book.rules)} rules as one union in re {slow:15.3f} MB/s: {times:.0f} times slower than the portable engine"
    )


def _literals(folder: Path) -> Path:
    patterns = folder / "patterns.txt"
    rules = Rulebook.load().rules
    literals = sorted({text.strip("\n") for rule in rules for text in required_literals(rule.written.match)})
    patterns.write_text("\n".join(literals) + "\n", "utf-8")
    return patterns


def _scan(scanner: Scanner, data: bytes) -> float:
    """Seconds of CPU time, the least of five: other work on the machine counts less than by the clock."""
    took = []
    for _ in range(5):
        began = time.process_time()
        read_log(scanner, segments(io.BytesIO(data)))
        took.append(time.process_time() - began)
    return min(took)


def _row(name: str, megabytes: float, measured: Measured) -> None:
    print(
        f"  {name:48} {megabytes:6.0f} MB {measured.seconds:8.2f} s {megabytes / measured.seconds:8.1f} MB/s"
        f" {measured.mebibytes:6.0f} MiB",
        flush=True,
    )


if __name__ == "__main__":
    for path in sys.argv[1:]:
        print(path)
        with tempfile.TemporaryDirectory() as own:
            against_rg(Path(path), Path(own))
    if not sys.argv[1:]:
        run_logs_table()
