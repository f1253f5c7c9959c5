"""The operating systems a job runs on, as far as its labels tell."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.model.workflow import WorkflowJob
from auditor.workflows.expression import ExpressionError, interpolate
from auditor.workflows.matrix import matrix_context

_HEADS = {"ubuntu": "linux", "linux": "linux", "macos": "macos", "windows": "windows"}


def systems(job: WorkflowJob) -> frozenset[str]:
    """Return `linux`, `macos`, `windows`: those of all legs of a matrix; empty when a label says nothing."""
    found: set[str] = set()
    for label in _labels(job):
        system = next((name for head, name in _HEADS.items() if label.lower().startswith(head)), None)
        if system is not None:
            found.add(system)
    return frozenset(found)


def _labels(job: WorkflowJob) -> Iterator[str]:
    for label in job.runs_on:
        if "${{" not in label.text:
            yield label.text.strip()
            continue
        for combo in job.matrix.combos or () if job.matrix is not None else ():
            try:
                made = interpolate(label.text, {"matrix": matrix_context(combo.values)})
            except ExpressionError:
                return
            if isinstance(made, str):
                yield made.strip()
