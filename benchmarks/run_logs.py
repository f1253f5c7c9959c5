"""Makes the zip of a run's logs that the benchmarks read: invented text in the manner of real build logs, never the same
line twice in a row, as large as wanted. Nothing in it depends on the clock or on chance."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

JOBS = 8
_BLOCK_LINES = 20_000

_LINES = (
    "go: downloading example.com/{word}/{word} v{n}.{m}.{k}",
    "ok  \texample.com/{word}/{word}\t{m}.{k:03}s",
    "=== RUN   Test{Word}{Word}/{word}_{n}",
    "--- PASS: Test{Word}{Word} ({n}.{k:02}s)",
    "   Compiling {word}-{word} v{n}.{m}.{k}",
    "  Downloaded {word}_{word} v{n}.{m}.{k}",
    "    Checking {word} v{n}.{m}.{k} (/home/runner/work/{word}/{word})",
    "npm http fetch GET 200 https://npm.example/@{word}/{word} {k}ms (cache miss)",
    "npm warn deprecated {word}@{n}.{m}.{k}: this version is no longer supported",
    "added {k} packages, and audited {m} packages in {n}s",
    "dist/assets/{word}-{hash}.js   {k}.{m:02} kB │ gzip: {n}.{m:02} kB",
    "Collecting {word}-{word}=={n}.{m}.{k} (from -r requirements.txt (line {m}))",
    "  Downloading {word}_{word}-{n}.{m}.{k}-py3-none-any.whl ({k} kB)",
    "     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ {k}.{m}/{k}.{m} kB {n}.{k} MB/s eta 0:00:00",
    "tests/test_{word}.py::test_{word}_{word}[{n}-{m}] PASSED [{m:3}%]",
    "copying src/{word}/{word}.py -> build/lib/{word}/{word}",
    "#{n} {m}.{k:03} Get:{n} http://archive.example/ubuntu noble/main amd64 lib{word}{n} amd64 {n}.{m}-{k}ubuntu1 [{k} kB]",
    "#{n} {m}.{k:03} Setting up lib{word}-dev:amd64 ({n}.{m}.{k}-1) ...",
    "#{n} sha256:{hash}{hash} {m}.{k:02}MB / {k}.{m:02}MB {n}.{m}s",
    "[{k}/{k}] Building CXX object src/{word}/CMakeFiles/{word}.dir/{word}_{word}.cc.o",
    "[INFO] --- maven-{word}-plugin:{n}.{m}.{k}:{word} (default-{word}) @ {word} ---",
    "[INFO] Downloading from central: https://maven.example/maven2/org/{word}/{word}/{n}.{m}/{word}-{n}.{m}.pom",
    "> Task :{word}:compile{Word}Java UP-TO-DATE",
    "Tests run: {k}, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: {n}.{k:03} s -- in org.{word}.{Word}Test",
    "  {word}: src/{word}/{word}.ts:{m}:{n} - {word} {word} of the {word} {word}",
    "  • building                                       binary=dist/{word}_linux_amd64_v1/{word}",
    "  adding: {word}/{word}/{word}.{word} (deflated {m}%)",
    "remote: Resolving deltas: {m}% ({k}/{n}00)",
    " create mode 100644 {word}/{word}/{word}-{hash}.json",
    "{hash}{hash}  {word}_{n}.{m}.{k}_linux_arm64.tar.gz",
    '\x1b[36;1mecho "{word} {word} $GITHUB_SHA"\x1b[0m',
    "##[debug]Evaluating condition for step: '{Word} {word}'",
)
_WORDS = re.findall(
    r"\w+",
    """
    anchor basalt cinder delta ember fathom garnet harbor island jasper kernel lantern marble nimbus orchid pebble
    quartz raven saffron timber umber velvet willow xenon yonder zephyr parser buffer stream widget router client
    server codec bridge matrix vector schema layout render cursor socket thread window canvas filter
    """,
)


def write_zip(path: Path, megabytes: int, failing: bool = True) -> int:
    """Write a zip of this size (in millions of bytes, unpacked) with 8 jobs, one of which fails; return its exact size."""
    total = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for job in range(JOBS):
            with archive.open(f"{job}_build-{job}.txt", "w", force_zip64=True) as member:
                for block in job_log(job, megabytes * 1_000_000 // JOBS, failing and job == JOBS - 1):
                    member.write(block)
                    total += len(block)
    return total


def job_log(job: int, size: int, failing: bool) -> Iterator[bytes]:
    """A raw job log of about this many bytes, block by block."""
    chance = random.Random(job)  # noqa: S311 - the same text every time
    clock = datetime(2026, 1, 1, 8)
    header = [
        "##[group]Run make release",
        "\x1b[36;1mmake release\x1b[0m",
        "shell: /usr/bin/bash -e {0}",
        "##[endgroup]",
    ]
    yield _stamped(["Current runner version: '2.330.0'", *header], clock)
    bodies = [_line(chance) for _ in range(_BLOCK_LINES)]
    written = 0
    while written < size:
        clock += timedelta(milliseconds=chance.randrange(900))
        start = chance.randrange(_BLOCK_LINES)
        block = _stamped((bodies[start:] + bodies[:start])[:4000], clock)
        written += len(block)
        yield block
    last = "npm error You cannot publish over the previously published versions: 1.0.0."
    end = [last, "##[error]Process completed with exit code 1."] if failing else ["Done."]
    yield _stamped([*end, "Cleaning up orphan processes"], clock)


def _stamped(lines: list[str], clock: datetime) -> bytes:
    stamps = (clock + timedelta(milliseconds=number // 8) for number in range(len(lines)))
    return "".join(f"{t:%Y-%m-%dT%H:%M:%S.%f}0Z {line}\n" for t, line in zip(stamps, lines, strict=True)).encode()


def _line(chance: random.Random) -> str:
    kinds: dict[str, Callable[[], str]] = {
        "{word}": lambda: chance.choice(_WORDS),
        "{Word}": lambda: chance.choice(_WORDS).title(),
        "{hash}": lambda: f"{chance.getrandbits(64):016x}",
    }
    text = re.sub(r"\{(?:word|Word|hash)\}", lambda found: kinds[found[0]](), chance.choice(_LINES))
    return text.format(n=chance.randrange(10), m=chance.randrange(100), k=chance.randrange(1000))
