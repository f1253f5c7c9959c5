"""What the jobs that a job waits for came to, in the words of `needs.<id>.result`.

https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#needs-context
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from auditor.model.workflow import Workflow, WorkflowJob
from auditor.workflows.expression import ExpressionError, is_constant_false

_WORDS = {
    "success": "success",
    "neutral": "success",
    "failure": "failure",
    "timed_out": "failure",
    "startup_failure": "failure",
    "action_required": "failure",
    "stale": "failure",
    "cancelled": "cancelled",
    "skipped": "skipped",
}


def needs_result(conclusions: Iterable[str | None]) -> str | None:
    """Join the API's conclusions of one job id (matrix legs, jobs of a call) into `success`, `failure`, `cancelled` or
    `skipped`; nothing when a leg has not ended, or there is none.

    A failure outweighs a cancellation, that outweighs success; it is `skipped` only when all legs are.
    """
    words = {_WORDS.get(conclusion) if conclusion else None for conclusion in conclusions}
    if "failure" in words:
        return "failure"
    if None in words or not words:
        return None
    if "cancelled" in words:
        return "cancelled"
    return "success" if "success" in words else "skipped"


def seen_by_dependants(job: WorkflowJob, conclusion: str | None) -> str | None:
    """Return the result that jobs which need this one see, or nothing when it is not known.

    A failure under `continue-on-error: true` counts as success there, although the API shows a failed job; see
    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idcontinue-on-error
    """
    result = needs_result([conclusion])
    if result != "failure" or job.continue_on_error is None:
        return result
    written = job.continue_on_error.text.strip().lower()
    return {"true": "success", "${{ true }}": "success", "false": "failure", "${{ false }}": "failure"}.get(written)


def effective(workflow: Workflow, results: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return, by job id as spelled in the file, what dependants of each job see; a job switched off is skipped."""
    given = {job_id.lower(): conclusion for job_id, conclusion in results.items()}
    found = {job.id: seen_by_dependants(job, given.get(job.id.lower())) for job in workflow.jobs}
    for job in workflow.jobs:
        if job.id.lower() not in given and job.condition is not None and _switched_off(job.condition.text):
            found[job.id] = "skipped"
    return found


def _switched_off(condition: str) -> bool:
    try:
        return is_constant_false(condition)
    except ExpressionError:
        return False
