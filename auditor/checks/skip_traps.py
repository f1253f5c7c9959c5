"""Finds the ancestor whose skip silently skips a job that was meant to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.checks.scenarios import Scenario, condition_answer, has_status_function, starts
from auditor.checks.subject import Subject
from auditor.model.workflow import Workflow, WorkflowJob
from auditor.workflows.expression import ExpressionError, Partial, Status, evaluate_condition
from auditor.workflows.graph import ancestors


@dataclass(frozen=True, slots=True)
class SkipTrap:
    """The ancestor that is skipped, the job between that runs all the same, and when that happens."""

    skipped: WorkflowJob
    between: WorkflowJob | None
    scenario: Scenario | None
    """Nothing when the skip depends on what only a run tells."""


def skip_trap(subject: Subject, workflow: Workflow, job: WorkflowJob) -> SkipTrap | None:
    """Return the trap a job without a status function is in; nothing when it is in none."""
    above = [each for each in (workflow.job(one) for one in ancestors(workflow, job.id)) if each is not None]
    above = [each for each in above if each.condition is not None or each.needs]
    if not any(each.condition is not None for each in above):
        return None
    for scenario in starts(subject, workflow):
        if condition_answer(job.condition, scenario) is False:
            continue
        for skipped in above:
            if condition_answer(skipped.condition, scenario) is not False or has_status_function(skipped.condition):
                continue
            between = _between(workflow, skipped, above, scenario.contexts)
            if between is not None or _wants(job, scenario):
                return SkipTrap(skipped, between, scenario)
    for skipped in above:
        if (
            skipped.condition is None
            or has_status_function(skipped.condition)
            or "needs." not in skipped.condition.text
        ):
            continue
        between = _between(workflow, skipped, above, {})
        if between is not None:
            return SkipTrap(skipped, between, None)
    return None


def _between(
    workflow: Workflow, skipped: WorkflowJob, above: list[WorkflowJob], contexts: Mapping[str, Any]
) -> WorkflowJob | None:
    """The ancestor that runs although the skipped one did not."""
    result = {"needs": Partial({skipped.id: {"result": "skipped", "outputs": {}}})}
    status = Status(success=False, failure=False, cancelled=False)
    for each in above:
        if each.condition is None or not has_status_function(each.condition) or "success()" in each.condition.text:
            continue
        if skipped.id not in ancestors(workflow, each.id):
            continue
        try:
            answer = evaluate_condition(each.condition.text, {**contexts, **result}, status)
        except ExpressionError:
            continue
        if answer is not False:
            return each
    return None


def _wants(job: WorkflowJob, scenario: Scenario) -> bool:
    """Tell whether the job's own condition is written to be true in a scenario."""
    if job.condition is None:
        return False
    status = Status(success=True, failure=False, cancelled=False)
    try:
        return evaluate_condition(job.condition.text, scenario.contexts, status) is True
    except ExpressionError:
        return False
