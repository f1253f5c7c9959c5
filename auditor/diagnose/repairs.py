"""Repairs of problems that are the same on every platform: what relaudit itself knows, and no rule."""

from __future__ import annotations

from auditor.diagnose.execution import Execution
from auditor.model.evidence import Fix
from auditor.model.vocabulary import Rerun


def run_anyway(e: Execution) -> Fix:
    """The fix of an inherited skip: a status function of the job's own replaces the implied `success()`."""
    condition = e.workflow_job.condition.text if e.workflow_job is not None and e.workflow_job.condition else ""
    own = f" && ({condition})" if condition and "\n" not in condition and "${{" not in condition else ""
    return Fix(
        summary=(
            f"Let `{e.job_id}` run when an ancestor was only skipped: {e.skip.explanation if e.skip else ''}. Without a "
            "status function in its `if`, GitHub asks that all ancestors succeeded. Commit it and release a new tag: a "
            "re-run replays the tag's own workflow."
        ),
        snippet=f"jobs:\n  {e.job_id}:\n    if: ${{{{ !failure() && !cancelled(){own} }}}}",
        docs="https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions",
        rerun=Rerun.NEEDS_NEW_TAG,
    )


def missing_need(first: Execution, race_with: str) -> Fix:
    """The fix of a race is the same on every platform: make the spoke wait."""
    hub = race_with.split("/", 1)[1]
    job_id = first.job_id
    explanation = first.cascade.explanation if first.cascade else ""
    return Fix(
        summary=f"Make `{job_id}` wait for `{hub}`: {explanation}. A re-run of the failed job can succeed now.",
        commands=(f"gh run rerun {first.run.id} --failed",),
        snippet=f"jobs:\n  {job_id}:\n    needs: [{hub}]",
        docs="https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idneeds",
        rerun=Rerun.CAN_SUCCEED,
    )
