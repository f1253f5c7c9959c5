"""Prints all benchmark tables: start-up, the sample audit, large logs, run-logs against rg, GitHub, registries, checks."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks import checks, live, registries
from benchmarks.against_rg import run_logs_table
from benchmarks.measure import RELAUDIT, ROOT, Measured, measure

SAMPLE = ROOT / "sample_runs" / "contextlite-v1.0.35"


def main() -> None:
    """Measure everything once and print it."""
    print("start-up (median of 7 whole processes)")
    bare = measure([sys.executable, "-c", "import typer"])
    version = measure([RELAUDIT, "--version"])
    _row("python -c 'import typer'", bare)
    _row("relaudit --version", version)
    print(f"  {'ratio':42} {version.seconds / bare.seconds:8.2f}   (at most 2.5)")
    print("the audit of the sample release")
    for wanted in ("terminal", "markdown", "json"):
        command = [RELAUDIT, "run", "v1.0.35", "--from", str(SAMPLE), "--format", wanted]
        _row(f"relaudit run --format {wanted}", measure(command, expect=1))
    print("large logs (synthetic, one failing step)")
    for size in (10, 100, 1000):
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "large.log"
            write_log(log, size)
            measured = measure([RELAUDIT, "explain", str(log), "--format", "jsonl"], runs=2, expect=1)
        _row(f"relaudit explain, {size} MB", measured)
        print(f"  {'':42} {size / measured.seconds:8.1f} MB/s")
    run_logs_table()
    live.main()
    registries.main()
    checks.main()


def write_log(path: Path, megabytes: int) -> None:
    """Write a raw job log of about this size whose last step fails."""
    stamp = "2026-01-01T00:00:00.0000000Z "
    lines = [f"{stamp}go: downloading example.com/module/part{n} v1.{n}.0" for n in range(200)]
    lines += [f"{stamp}npm http fetch GET 200 https://npm.example/package-{n} {n}ms (cache miss)" for n in range(200)]
    lines += [f"{stamp}   Compiling crate-{n} v0.{n}.1 ({'x' * (n % 60)})" for n in range(200)]
    block = "\n".join(lines) + "\n"
    with path.open("w") as file:
        file.write(f"{stamp}##[group]Run npm publish\n{stamp}shell: bash\n{stamp}##[endgroup]\n")
        for _ in range(megabytes * 1_000_000 // len(block) + 1):
            file.write(block)
        file.write(f"{stamp}npm error You cannot publish over the previously published versions: 1.0.0.\n")
        file.write(f"{stamp}##[error]Process completed with exit code 1.\n")


def _row(name: str, measured: Measured) -> None:
    print(f"  {name:42} {measured.seconds * 1000:8.0f} ms   {measured.mebibytes:6.0f} MiB")


if __name__ == "__main__":
    main()
