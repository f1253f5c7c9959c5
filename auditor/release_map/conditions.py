"""Whether a job can run when its workflow starts for a tag, as far as the files tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from auditor.logs.redact import safe_line
from auditor.model.facts import Run
from auditor.model.workflow import Workflow, WorkflowJob
from auditor.workflows.expression import (
    ExpressionError,
    Partial,
    Status,
    evaluate_condition,
    uses_status_function,
    why_false,
)
from auditor.workflows.graph import needs_of
from auditor.workflows.run_context import github_context

_GOOD = Status(success=True, failure=False, cancelled=False)
_ON_THE_TAG = frozenset({"push", "create", "release", "workflow_call"})
_WITHOUT_INPUTS = frozenset({"push", "create", "release", "workflow_run", "repository_dispatch"})


def contexts(workflow: Workflow, event: str, tag: str) -> dict[str, Any]:
    """Return what conditions can read when an event starts the workflow for the tag; the rest stays unknown.

    A called workflow sees the event of its caller.
    """
    run = Run(id=0, event=event, head_branch=tag if event in _ON_THE_TAG else None)
    github = dict(github_context(run, tag, workflow.trigger(event)).items())
    for made_up in ("run_id", "run_number", "run_attempt"):
        github.pop(made_up, None)
    found: dict[str, Any] = {"github": Partial(github)}
    if event in _WITHOUT_INPUTS:
        found["inputs"] = {}
    return found


Answer: TypeAlias = tuple[bool | None, str | None]
"""Whether a job runs (nothing: the files do not tell), and why not."""


def jobs_run(workflow: Workflow, known: Mapping[str, Any]) -> dict[str, Answer]:
    """Say, by job id, whether each job runs when everything before it succeeds.

    A job is held back by its own condition, or by that of a job it waits for, directly or not, when its own names no
    status function.
    """
    own = {job.id: _own(job, known) for job in workflow.jobs}
    held = _nearest_above(workflow, [name for name, (answer, _) in own.items() if answer is False])
    unsure = _nearest_above(workflow, [name for name, (answer, _) in own.items() if answer is None])
    found: dict[str, Answer] = {}
    for job in workflow.jobs:
        answer, why = own[job.id]
        if answer is not False and _heeds_ancestors(job):
            if job.id in held:
                answer, why = False, f"`{held[job.id]}`, which it waits for, does not run"
            elif job.id in unsure:
                answer = None
        found[job.id] = (answer, why)
    return found


def _nearest_above(workflow: Workflow, sources: list[str]) -> dict[str, str]:
    """Return, for every job that waits for one of these, the nearest of them."""
    waiting: dict[str, list[str]] = {}
    for job in workflow.jobs if sources else ():
        for need in needs_of(workflow, job.id):
            waiting.setdefault(need, []).append(job.id)
    found: dict[str, str] = {}
    queue = [(name, name) for name in sources]
    for name, source in queue:
        for other in waiting.get(name, ()):
            if other not in found:
                found[other] = source
                queue.append((other, source))
    return found


def _own(job: WorkflowJob, known: Mapping[str, Any]) -> Answer:
    text = job.condition.text if job.condition is not None else ""
    if not text.strip():
        return True, None
    try:
        answer = evaluate_condition(text, known, _GOOD)
        if answer is False:
            reasons = "; ".join(why_false(text, known, _GOOD))
            return False, safe_line(reasons or f"`{text}` is false", 300)
    except ExpressionError:
        return None, None
    return (True, None) if answer is True else (None, None)


def _heeds_ancestors(job: WorkflowJob) -> bool:
    try:
        return job.condition is None or not uses_status_function(job.condition.text)
    except ExpressionError:
        return True
