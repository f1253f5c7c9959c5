"""What a job's token may, and which secrets its text reads."""

from __future__ import annotations

from auditor.model.workflow import Workflow, WorkflowJob


def permissions_of(workflow: Workflow, job: WorkflowJob) -> dict[str, str]:
    """What the job's token may, by scope; empty when no file says so and the repository's settings decide."""
    written = job.permissions or workflow.permissions
    if written is None:
        return {}
    if written.every is not None:
        return {"*": "read" if written.every == "read-all" else "write" if written.every == "write-all" else "none"}
    return {scope: text.text for scope, text in written.scopes.items()}


def secrets_of(workflow: Workflow, job: WorkflowJob) -> tuple[str, ...]:
    """Names of the secrets that a job reads, those of the workflow's `env` too; without GITHUB_TOKEN."""
    spans = [(each.line, each.end_line) for each in workflow.jobs]
    outside = [use for use in workflow.secrets_used if not any(first <= use.line <= last for first, last in spans)]
    names = (use.name.upper() for use in (*job.secrets_used, *outside) if use.name != "inherit")
    return tuple(dict.fromkeys(name for name in names if name != "GITHUB_TOKEN"))
