"""Which files of a repository are collected as manifests: named by the rules, the project's own, small and not too many."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from auditor.model.facts import WorkflowFile

MOST_MANIFESTS = 200
LARGEST_MANIFEST = 1 << 20
"""Bytes of one manifest."""
LONGEST_PATH = 400
LONGEST_NAME = 80

ManifestNeeds = Callable[[Sequence[WorkflowFile]], Callable[[str], bool] | None]
"""Of the workflow files of a run: a function that tells of a path whether that file is needed to name what they publish;
nothing when they publish nothing. `auditor.targets.ManifestsNeeded` is the one in use."""

_ASIDE = re.compile(
    r"(?i)(?:^|/)(?:node_modules|vendor|third[_-]?party|testdata|__tests__|tests?|specs?|fixtures?|examples?|samples?"
    r"|demos?|docs?|e2e|benchmarks?|playgrounds?|templates?|target|\.(?:git|venv|tox|cache|next|yarn|cargo))/"
)
_SAFE = re.compile(r"[^\x00-\x1f\\:]+")


def is_aside(path: str) -> bool:
    """Whether a path leads into a folder of dependencies, examples or test data, whose manifests are not the project's."""
    return _ASIDE.search(path) is not None


def is_safe(path: str) -> bool:
    """Whether a path from a listing may become a file of a bundle."""
    parts = path.split("/")
    if len(path) > LONGEST_PATH or not _SAFE.fullmatch(path) or path.lower().startswith(".github/workflows/"):
        return False
    return not any(part in ("", ".", "..") or len(part) > LONGEST_NAME for part in parts)


def chosen(listed: Iterable[tuple[str, int]], wanted: Callable[[str], bool]) -> tuple[list[str], int]:
    """Of paths and sizes in bytes, those to collect, the shallowest first; and how many were one too many or too large."""
    fitting = [(path, size) for path, size in listed if is_safe(path) and not is_aside(path) and wanted(path)]
    small = sorted((path for path, size in fitting if size <= LARGEST_MANIFEST), key=lambda p: (p.count("/"), p))
    kept = small[:MOST_MANIFESTS]
    return kept, len(fitting) - len(kept)
