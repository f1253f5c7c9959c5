"""Calls of reusable workflows of the same repository whose jobs ask for more than the caller may hand on.

GitHub starts none of such a run: "The nested job is requesting …, but is only allowed …".
https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks.edits import job_key, place, scope_added
from auditor.checks.scope_needs import permissions_of
from auditor.checks.subject import Subject
from auditor.model.finding import Edit, Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Permissions, Workflow, WorkflowJob
from auditor.workflows.graph import called_path

_LEVELS = {"none": 0, "read": 1, "write": 2}


def called_for_more(subject: Subject, workflow: Workflow) -> Iterator[Finding]:
    """Yield the calls of one workflow, where its permissions are written, that GitHub refuses."""
    for job in workflow.jobs:
        granted = permissions_of(workflow, job)
        called = subject.workflows.get(called_path(job, subject.repository) or "")
        if granted is None or called is None:
            continue
        missing: dict[str, tuple[str, WorkflowJob]] = {}
        for each in called.jobs:
            wanted = permissions_of(called, each)
            for scope, level in wanted.scopes.items() if wanted is not None else ():
                if _LEVELS.get(level.text, 0) > _LEVELS.get(granted.level(scope), 2):
                    missing.setdefault(scope, (level.text, each))
        if missing:
            yield _finding(workflow, job, granted, called, missing)


def _finding(
    workflow: Workflow,
    job: WorkflowJob,
    granted: Permissions,
    called: Workflow,
    missing: dict[str, tuple[str, WorkflowJob]],
) -> Finding:
    wanted = ", ".join(f"`{scope}: {level}`" for scope, (level, _) in missing.items())
    nested = next(iter(missing.values()))[1]
    edits = _edits(workflow, job, missing)
    block = "\n".join(f"  {scope}: {level}" for scope, (level, _) in missing.items())
    line = job.uses.line if job.uses is not None else job.line
    return Finding(
        check="missing-permission",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message=(
            f"`{job.id}` calls `{called.path.rpartition('/')[2]}`, whose job `{nested.id}` asks for {wanted}, "
            "which the caller does not have: GitHub does not start the run"
        ),
        place=place(workflow, line, job.uses.text if job.uses is not None else None),
        related=(
            place(workflow, granted.line, "permissions", "what the caller has"),
            place(called, nested.line, nested.id, "the job that asks for more"),
        ),
        job=job.id,
        remedy=Remedy(
            summary=f"Grant {wanted} to `{job.id}`, which hands it on.",
            edits=edits,
            safe=bool(edits),
            snippet=None if edits else f"permissions:\n{block}\n",
        ),
    )


def _edits(workflow: Workflow, job: WorkflowJob, missing: dict[str, tuple[str, WorkflowJob]]) -> tuple[Edit, ...]:
    if job.permissions is not None:
        if len(missing) > 1:
            return ()
        scope, (level, _) = next(iter(missing.items()))
        edit = scope_added(workflow, job.permissions, scope, level)
        return (edit,) if edit is not None else ()
    above = workflow.permissions
    if above is None or above.every is not None:
        return ()
    kept = {name: text.text for name, text in above.scopes.items()}
    kept.update({scope: level for scope, (level, _) in missing.items()})
    lines = "\n".join(f"  {scope}: {level}" for scope, level in kept.items())
    added = job_key(workflow, job, f"permissions:\n{lines}")
    return (added,) if added is not None else ()
