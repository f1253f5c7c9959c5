"""Finds the lines that the rules have to be tried on with Hyperscan (https://intel.github.io/hyperscan/), where it is installed.

It looks for the same literals as the portable way. Of needs whose literals stand in many lines, the alternatives with a
rare text give that, and the others their whole expression, relaxed (see `alternatives` and `relaxed`), which calls for
much fewer lines. What is compiled is kept in the folder for caches.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any

from auditor.rulebook.alternatives import Sought, sought
from auditor.rulebook.needs import MARKED, Needs
from auditor.rulebook.portable import Candidate
from auditor.rulebook.rarity import are_common
from auditor.rulebook.relaxed import LINE_START, Relaxed, quoted

SUFFIX = ".hs"
_MOST_KEPT = 4
_MADE_BY = ("alternatives.py", "fast.py", "needs.py", "patterns.py", "rarity.py", "relaxed.py", "grams.json")


def hyperscan() -> ModuleType | None:
    """The module, or None where it is not installed or does not run on this processor."""
    try:
        return importlib.import_module("hyperscan")
    except ImportError:
        return None


class FastFinder:
    """A compiled database and which needs each of its numbers stands for. It can be used in any number of threads."""

    def __init__(self, needs: Needs, module: ModuleType, database: Any, groups: list[list[int]]) -> None:
        self._needs = needs
        self._module = module
        self._database = database
        self._groups = groups
        self._own = threading.local()

    @classmethod
    def compiled(cls, needs: Needs) -> FastFinder | None:
        """Compile the needs, in one to two seconds; None where Hyperscan cannot be had."""
        module = hyperscan()
        if module is None:
            return None
        groups, expressions = _grouped(needs)
        try:
            database = module.Database(mode=module.HS_MODE_BLOCK)
            database.compile(
                expressions=[each.expression for each in expressions],
                ids=list(expressions.values()),
                elements=len(expressions),
                flags=[
                    module.HS_FLAG_MULTILINE | (module.HS_FLAG_CASELESS if each.caseless else 0) for each in expressions
                ],
            )
        except module.error:
            return None
        return cls(needs, module, database, groups)

    @classmethod
    def recalled(cls, needs: Needs, folder: Path) -> FastFinder | None:
        """Take what an earlier process kept in the folder; None when there is nothing that fits."""
        module = hyperscan()
        if module is None:
            return None
        try:
            head, _, dumped = (folder / _name(needs, module)).read_bytes().partition(b"\n")
            groups = json.loads(head)
            database = module.loadb(dumped, module.HS_MODE_BLOCK)
            return cls(needs, module, database, groups)
        except (OSError, ValueError, module.error):
            return None

    def keep(self, folder: Path) -> None:
        """Keep it for later processes. What cannot be written is not kept."""
        path = folder / _name(self._needs, self._module)
        with contextlib.suppress(OSError, self._module.error):
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
                part.write(json.dumps(self._groups).encode() + b"\n" + self._module.dumpb(self._database))
            try:
                Path(part.name).replace(path)
            except OSError:
                Path(part.name).unlink(missing_ok=True)
                raise
            for other in sorted(folder.glob(f"*{SUFFIX}"), key=lambda other: other.stat().st_mtime)[:-_MOST_KEPT]:
                other.unlink(missing_ok=True)

    def candidates(self, data: bytes) -> Iterator[Candidate]:
        """The lines that have what a need asks for, in order. `data` are whole lines; of the places, none is told."""
        hits: list[tuple[int, int]] = []
        note = hits.append
        self._database.scan(
            data, match_event_handler=lambda group, _, to, *__: note((to, group)), scratch=self._scratch()
        )
        hits.sort()
        start, end = 0, -1
        here: set[int] = set()
        for to, group in hits:
            if to > end:
                if here and (asked := self._needs.asked(data, start, end, self._in_groups(here))):
                    yield start, end, asked
                here = set()
                start = data.rfind(b"\n", 0, to) + 1
                end = data.find(b"\n", to)
                end = len(data) if end < 0 else end
            here.add(group)
        if here and (asked := self._needs.asked(data, start, end, self._in_groups(here))):
            yield start, end, asked

    def _in_groups(self, here: set[int]) -> list[tuple[int, int]]:
        groups = self._groups
        return [(need, 0) for group in here for need in groups[group]]

    def _scratch(self) -> Any:
        """Hyperscan's working memory, one for each thread."""
        own = getattr(self._own, "scratch", None)
        if own is None:
            own = self._own.scratch = self._module.Scratch(self._database)
        return own


def _grouped(needs: Needs) -> tuple[list[list[int]], Mapping[Relaxed, int]]:
    """The expressions to look for, each with the number of the group of needs that it stands for."""
    wishes: dict[Relaxed, list[int]] = {}
    for need, texts in needs.literals(nears=False):
        wanted = sought(needs.patterns[need]) if need != MARKED and are_common(texts) else Sought(texts, ())
        for each in (*map(_literal, sorted(wanted.texts)), *wanted.expressions):
            wishes.setdefault(each, []).append(need)
    numbers: dict[tuple[int, ...], int] = {}
    expressions = {each: numbers.setdefault(tuple(asking), len(numbers)) for each, asking in wishes.items()}
    return [list(asking) for asking in numbers], expressions


def _literal(text: str) -> Relaxed:
    start = LINE_START if text.startswith("\n") else b""
    end = b"$" if text.endswith("\n") else b""
    return Relaxed(start + quoted(text.strip("\n")) + end, caseless=True)


def _name(needs: Needs, module: ModuleType) -> str:
    """A name for the needs as this code and this Hyperscan compile them."""
    version = getattr(module, "__version__", "")
    digest = hashlib.sha256(f"{sys.version_info[:2]} {sys.platform} {version}\n".encode())
    package = resources.files("auditor.rulebook")
    for name in _MADE_BY:
        digest.update(hashlib.sha256(package.joinpath(name).read_bytes()).digest())
    digest.update(LINE_START)
    digest.update("\n".join(needs.patterns).encode())
    return digest.hexdigest() + SUFFIX
