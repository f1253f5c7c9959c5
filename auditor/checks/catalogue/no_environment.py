"""A job publishes to an immutable registry without an environment, so nobody can be asked and any branch could do it."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.open_releases import open_publications
from auditor.checks.publishing import Publication, title
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity


def _find(subject: Subject) -> Iterator[Finding]:
    for _, workflow in sorted(subject.workflows.items()):
        open_jobs: dict[str, Publication] = {}
        for each in open_publications(subject, workflow):
            open_jobs.setdefault(each.job.id, each)
        if not open_jobs:
            continue
        several = list(open_jobs.values())
        names = ", ".join(dict.fromkeys(title(subject, each.platform) for each in several))
        jobs = ", ".join(f"`{job}`" for job in list(open_jobs)[:5])
        yield Finding(
            check=CHECK.id,
            severity=Severity.NOTE,
            confidence=Confidence.HIGH,
            message=f"{jobs} publish{'es' if len(several) == 1 else ''} to {names} without an environment: nobody is asked first",
            place=place(workflow, several[0].job.line, several[0].job.id),
            related=tuple(each.place("what is published") for each in several[:5]),
            job=several[0].job.id if len(several) == 1 else None,
            platforms=tuple(dict.fromkeys(each.platform for each in several)),
            remedy=Remedy(
                summary="Put the credentials into an environment that only tags may use and that asks for a review.",
                snippet=f"environment: {several[0].platform}\n",
            ),
        )


CHECK = Check(
    id="no-environment",
    title="A release that nobody is asked about",
    severity=Severity.NOTE,
    find=_find,
)
