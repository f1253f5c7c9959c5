"""GITHUB_TOKEN is not allowed what a publishing step does with it."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks.called_permissions import called_for_more
from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.scope_needs import ScopeNeed, allows, grant_edits, only_called, permissions_of, scope_needs
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Permissions


def _find(subject: Subject) -> Iterator[Finding]:
    for _, workflow in sorted(subject.workflows.items()):
        unwritten: dict[str, list[ScopeNeed]] = {}
        for need in scope_needs(subject, workflow):
            written = permissions_of(workflow, need.job)
            if written is not None and need.scope != "id-token" and not allows(written, need):
                yield _refused(need, written)
            elif written is None and not only_called(workflow):
                unwritten.setdefault(need.job.id, []).append(need)
        for needs in unwritten.values():
            if any(need.scope != "id-token" for need in needs):
                yield _unwritten(needs)
        yield from called_for_more(subject, workflow)


def _refused(need: ScopeNeed, written: Permissions) -> Finding:
    wanted = f"`{need.scope}: {need.level}`"
    edits = grant_edits(need)
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message=f"`{need.what}` in `{need.job.id}` needs {wanted}, which its `permissions` do not grant",
        place=need.place,
        related=(place(need.workflow, written.line, "permissions", "what is granted"),),
        job=need.job.id,
        step=need.step.number,
        remedy=Remedy(
            summary=f"Grant {wanted} to `{need.job.id}`.",
            edits=edits,
            safe=True,
            snippet=None if edits else f"permissions:\n  {need.scope}: {need.level}\n",
        ),
    )


def _unwritten(needs: list[ScopeNeed]) -> Finding:
    """What one job needs where nothing is granted in writing, so that it hangs on the repository's settings."""
    told = [need for need in needs if need.scope != "id-token"]
    first = told[0]
    wanted = ", ".join(f"`{need.scope}: {need.level}`" for need in told)
    edits = grant_edits(first, needs)
    block = "\n".join(f"  {need.scope}: {need.level}" for need in needs)
    doers = list(dict.fromkeys(f"`{need.what}`" for need in told))[:4]
    return Finding(
        check=CHECK.id,
        severity=Severity.NOTE,
        confidence=Confidence.MEDIUM,
        message=(
            f"{' and '.join(doers)} in `{first.job.id}` need{'s' if len(doers) == 1 else ''} {wanted}, "
            "and no `permissions` are written: "
            "repositories made since 2023 give GITHUB_TOKEN read access only"
        ),
        place=first.place,
        related=tuple(need.place for need in told[1:] if need.place.line != first.place.line),
        job=first.job.id,
        step=first.step.number,
        remedy=Remedy(
            summary=f"Grant {wanted} to `{first.job.id}`; once permissions are written, it has no others.",
            edits=edits,
            safe=False,
            snippet=None if edits else f"permissions:\n{block}\n",
        ),
    )


CHECK = Check(
    id="missing-permission",
    title="GITHUB_TOKEN lacks a permission that publishing needs",
    severity=Severity.ERROR,
    find=_find,
    fixes=True,
)
