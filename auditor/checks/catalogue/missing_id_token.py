"""A job publishes or signs with OIDC and may not ask for an OIDC token."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.scope_needs import allows, grant_edits, only_called, permissions_of, scope_needs
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity


def _find(subject: Subject) -> Iterator[Finding]:
    for _, workflow in sorted(subject.workflows.items()):
        for need in scope_needs(subject, workflow):
            written = permissions_of(workflow, need.job)
            if need.scope != "id-token" or (written is not None and allows(written, need)):
                continue
            if written is None and only_called(workflow):
                continue
            related = () if written is None else (place(workflow, written.line, "permissions", "what is granted"),)
            yield Finding(
                check=CHECK.id,
                severity=Severity.ERROR,
                confidence=Confidence.HIGH,
                message=(
                    f"`{need.what}` in `{need.job.id}` asks for an OIDC token, which is only given with `id-token: write`; "
                    "it is never granted by default"
                ),
                place=need.place,
                related=related,
                job=need.job.id,
                step=need.step.number,
                remedy=Remedy(
                    summary=f"Grant `id-token: write` to `{need.job.id}`.",
                    edits=grant_edits(need),
                    safe=written is not None,
                    snippet="permissions:\n  contents: read\n  id-token: write\n",
                ),
            )


CHECK = Check(
    id="missing-id-token",
    title="Trusted publishing without `id-token: write`",
    severity=Severity.ERROR,
    find=_find,
    fixes=True,
)
