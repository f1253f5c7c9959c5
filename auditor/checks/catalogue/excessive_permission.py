"""A release workflow gives every job more than any of them needs."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place, removed
from auditor.checks.knowledge import data
from auditor.checks.publishing import publications
from auditor.checks.scope_needs import scope_needs
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Permissions, Workflow, WorkflowJob


def _find(subject: Subject) -> Iterator[Finding]:
    for _, workflow in sorted(subject.workflows.items()):
        if not publications(subject, workflow):
            continue
        holders = [(None, workflow.permissions), *((job, job.permissions) for job in workflow.jobs)]
        for job, written in holders:
            if written is not None and written.every == "write-all":
                yield _everything(subject, workflow, job, written)
        if workflow.permissions is not None:
            yield from _unused_id_token(subject, workflow, workflow.permissions)


def _everything(subject: Subject, workflow: Workflow, job: WorkflowJob | None, written: Permissions) -> Finding:
    needs = [each for each in scope_needs(subject, workflow) if job is None or each.job.id == job.id]
    needed = {each.scope: each.level for each in needs}
    whom = f"`{job.id}`" if job is not None else "every job of this workflow"
    wanted = ", ".join(f"`{scope}: {level}`" for scope, level in sorted(needed.items())) or "`contents: read`"
    lines = "".join(f"  {scope}: {level}\n" for scope, level in sorted({"contents": "read", **needed}.items()))
    return Finding(
        check=CHECK.id,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        message=f"`write-all` lets {whom} change anything in the repository; what it does needs {wanted}",
        place=place(workflow, written.line, "write-all"),
        job=job.id if job is not None else None,
        remedy=Remedy(summary="List the scopes that are needed, job by job.", snippet=f"permissions:\n{lines}"),
    )


def _unused_id_token(subject: Subject, workflow: Workflow, written: Permissions) -> Iterator[Finding]:
    scope = written.scopes.get("id-token")
    if scope is None or scope.text != "write" or any(job.uses is not None for job in workflow.jobs):
        return
    owners = {owner.lower() for owner in data("permissions")["no_oidc_owners"]}
    steps = [step for job in workflow.jobs for step in job.steps]
    unknown = [s for s in steps if s.uses is not None and s.uses.text.partition("/")[0].lower() not in owners]
    unknown = [s for s in unknown if s.uses is not None and not s.uses.text.startswith("pypa/gh-action-pypi-publish")]
    trusted = [
        p for p in publications(subject, workflow) if _may_use_oidc(subject, p.platform) and not _has_secret(p.job)
    ]
    if unknown or trusted or any(each.scope == "id-token" for each in scope_needs(subject, workflow)):
        return
    line = workflow.lines[scope.line - 1]
    sole = len(written.scopes) == 1 or line.split("#")[0].strip() != "id-token: write"
    yield Finding(
        check=CHECK.id,
        severity=Severity.NOTE,
        confidence=Confidence.MEDIUM,
        message="every job may ask for an OIDC token (`id-token: write`), and none of them does",
        place=place(workflow, scope.line, "id-token"),
        remedy=Remedy(
            summary="Take `id-token: write` away, or give it to the one job that publishes with OIDC.",
            edits=() if sole else (removed(workflow, scope.line, scope.line),),
            snippet="permissions:\n  contents: read\n" if sole else None,
        ),
    )


def _may_use_oidc(subject: Subject, platform: str) -> bool:
    return subject.book.platforms[platform].trusted_publishing is not None


def _has_secret(job: WorkflowJob) -> bool:
    return any(use.name != "GITHUB_TOKEN" for use in job.secrets_used)


CHECK = Check(
    id="excessive-permission",
    title="A release workflow grants more than its jobs need",
    severity=Severity.WARNING,
    find=_find,
    fixes=True,
)
