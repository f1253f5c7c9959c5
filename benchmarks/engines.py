"""Compares ways of finding all rules in a log: the same lines, the same expressions, in one process each.

`python -m benchmarks.engines [LOG…]` reads raw logs (without any, a synthetic one) and prints a table. What is not installed
is left out: `pip install google-re2 hyperscan`. The figures and what follows from them are in docs/engine.md.
"""

from __future__ import annotations

import importlib
import io
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from auditor.logs.segments import Segment, segments
from auditor.rulebook.book import Rulebook
from auditor.rulebook.patterns import FLAGS, required_literals
from auditor.rulebook.scan import MUCH, Scanner
from benchmarks.run_logs import job_log

SLOW_BYTES = 200_000
"""The slow ones are given no more than this: the rest would take an hour."""

_HEAD = re.compile(rb"(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z )?(?:##\[\w+\])?")

Engine = Callable[[bytes], int]
"""Takes whole clean lines; returns how many pairs of a rule and a line match (relaudit's own: after vetoes)."""


def main(paths: list[str]) -> None:
    """Print what each engine takes to get ready, its throughput, and what it found."""
    rules = [rule.written.match for rule in Rulebook.load().rules]
    data = _clean(b"".join(Path(path).read_bytes() for path in paths) or b"".join(job_log(0, 20_000_000, failing=True)))
    print(f"{len(rules)} rules, {len(data) / 1e6:.1f} MB of clean lines")
    print(f"  {'engine':44} {'ready':>9} {'MB/s':>8} {'matches':>9} {'of MB':>7}")
    engines: dict[str, Callable[[list[str]], Engine]] = {
        "fast: literals and relaxed expressions": _fast,
        "portable: ahocorasick_rs finds literals": _portable,
        "hyperscan finds literals, re confirms": _hyperscan_literals,
        "google-re2 Set": _re2_set,
        "re, a union of all rules": union,
    }
    for name, make in engines.items():
        try:
            began = time.perf_counter()
            engine = make(rules)
            ready = time.perf_counter() - began
        except ImportError as missing:
            print(f"  {name:44} not installed ({missing.name})")
            continue
        part = data[: data.find(b"\n", SLOW_BYTES) + 1] or data if make in (union, _re2_set) else data
        began = time.perf_counter()
        found = engine(part)
        seconds = time.perf_counter() - began
        speed = len(part) / 1e6 / seconds
        print(f"  {name:44} {ready:7.2f} s {speed:8.3f} {found:9} {len(part) / 1e6:7.1f}", flush=True)


def _clean(raw: bytes) -> bytes:
    return b"".join(segment.data for segment in segments(io.BytesIO(raw)))


def _blocks(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        end = data.rfind(b"\n", at, at + (1 << 20)) + 1 or len(data)
        yield data[at:end]
        at = end


def _bodies(data: bytes) -> Iterator[str]:
    for line in data.split(b"\n"):
        head = _HEAD.match(line)
        yield line[head.end() if head else 0 :].decode("utf-8", "replace")


def _portable(rules: list[str], size: int = 0) -> Engine:
    scanner = Scanner(Rulebook.load())
    scanner.expect(size)
    if size and not scanner.fast:
        raise ImportError(name="hyperscan")
    del rules
    return lambda data: sum(
        len(found.rules) for _, found in scanner.lines(Segment(1, block) for block in _blocks(data))
    )


def _fast(rules: list[str]) -> Engine:
    return _portable(rules, MUCH)


def _hyperscan_literals(rules: list[str]) -> Engine:
    hyperscan: Any = importlib.import_module("hyperscan")
    compiled = [re.compile(rule, FLAGS) for rule in rules]
    wanted: dict[bytes, list[int]] = {}
    for number, rule in enumerate(rules):
        for literal in required_literals(rule):
            wanted.setdefault(literal.strip("\n").encode(), []).append(number)
    literals = list(wanted)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=literals,
        ids=list(range(len(literals))),
        elements=len(literals),
        flags=hyperscan.HS_FLAG_CASELESS,
        literal=True,
    )

    def run(data: bytes) -> int:
        found = 0
        for block in _blocks(data):
            hits: dict[int, set[int]] = {}

            def note(number: int, _: int, end: int, *__: object, block: bytes = block, hits: Any = hits) -> None:
                hits.setdefault(block.rfind(b"\n", 0, end - 1) + 1, set()).add(number)

            database.scan(block, match_event_handler=note)
            for start, numbers in hits.items():
                (text,) = _bodies(block[start : block.find(b"\n", start)])
                asked = {rule for number in numbers for rule in wanted[literals[number]]}
                found += sum(compiled[rule].search(text) is not None for rule in asked)
        return found

    return run


def _re2_set(rules: list[str]) -> Engine:
    re2: Any = importlib.import_module("re2")
    options = re2.Options()
    options.max_mem = 1 << 30
    options.log_errors = False
    every = re2.Set.SearchSet(options)
    for rule in rules:
        # RE2 repeats nothing more than 1000 times.
        every.Add(re.sub(r"\{(\d+),(\d{4,})\}", r"{\1,1000}", rule))
    every.Compile()
    return lambda data: sum(len(every.Match(text) or ()) for text in _bodies(data))


def union(rules: list[str]) -> Engine:
    """One expression of all rules. It tells that a line is of interest, and not yet which rules want it."""
    scoped = [re.sub(r"\(\?P<\w+>", "(?:", rule) for rule in rules]
    scoped = [f"(?i:{rule[4:]})" if rule.startswith("(?i)") else f"(?:{rule})" for rule in scoped]
    union = re.compile("|".join(scoped), FLAGS)
    return lambda data: sum(union.search(text) is not None for text in _bodies(data))


if __name__ == "__main__":
    main(sys.argv[1:])
