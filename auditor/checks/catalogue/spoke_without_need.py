"""A job without `needs` reads what another job of the run makes."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.hub_reads import hub_reads
from auditor.checks.subject import Subject
from auditor.checks.waiting import waiting_finding
from auditor.model.finding import Finding
from auditor.model.vocabulary import Severity


def _find(subject: Subject) -> Iterator[Finding]:
    for _, workflow in sorted(subject.workflows.items()):
        for read in hub_reads(subject, workflow):
            if read.unordered and not read.job.needs:
                hubs = " and ".join(f"`{hub.id}`" for hub in read.hubs[:3])
                makes = "makes" if len(read.hubs) == 1 else "make"
                message = (
                    f"`{read.job.id}` reads {read.what}, which {hubs} {makes} in the same run, and has no `needs`: "
                    "it fails whenever it comes first"
                )
                yield waiting_finding(CHECK.id, read, message)


CHECK = Check(
    id="spoke-without-need",
    title="A job reads what another job makes without waiting for it",
    severity=Severity.ERROR,
    find=_find,
    fixes=True,
)
