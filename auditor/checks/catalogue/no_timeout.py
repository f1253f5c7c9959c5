"""A publishing job may hang for six hours."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import job_key, place
from auditor.checks.open_releases import open_publications
from auditor.checks.publishing import Publication
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity

_MINUTES = 30


def _find(subject: Subject) -> Iterator[Finding]:
    for _, workflow in sorted(subject.workflows.items()):
        endless: dict[str, Publication] = {}
        for each in open_publications(subject, workflow):
            bounded = each.job.timeout_minutes is not None or (
                each.step is not None and each.step.timeout_minutes is not None
            )
            if each.step is not None and not bounded:
                endless.setdefault(each.job.id, each)
        if not endless:
            continue
        jobs = [each.job for each in endless.values()]
        edits = tuple(job_key(workflow, job, f"timeout-minutes: {_MINUTES}") for job in jobs)
        sure = tuple(edit for edit in edits if edit is not None)
        yield Finding(
            check=CHECK.id,
            severity=Severity.NOTE,
            confidence=Confidence.HIGH,
            message=(
                f"{', '.join(f'`{job.id}`' for job in jobs[:5])} ha{'s' if len(jobs) == 1 else 've'} no `timeout-minutes`: "
                "an upload that hangs holds the release for six hours"
            ),
            place=place(workflow, jobs[0].line, jobs[0].id),
            related=tuple(place(workflow, job.line, job.id, "no time limit either") for job in jobs[1:6]),
            job=jobs[0].id if len(jobs) == 1 else None,
            remedy=Remedy(
                summary="Give each publishing job a limit well above what it usually takes.",
                edits=sure if len(sure) == len(jobs) else (),
                safe=False,
                snippet=None if len(sure) == len(jobs) else f"timeout-minutes: {_MINUTES}\n",
            ),
        )


CHECK = Check(
    id="no-timeout",
    title="A publishing job without a time limit",
    severity=Severity.NOTE,
    find=_find,
    fixes=True,
)
