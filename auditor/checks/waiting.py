"""The finding of a job that reads what another makes without waiting for it; two checks share its form."""

from __future__ import annotations

from auditor.checks.edits import needs_added
from auditor.checks.hub_reads import HubRead
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.workflows.graph import ancestors


def waiting_finding(check: str, read: HubRead, message: str) -> Finding:
    """Return the finding at the place that reads; its fix adds the hub to `needs`, unless the hub waits for the job."""
    hub = read.hubs[0]
    edit = needs_added(read.workflow, read.job, hub.id)
    turned = read.job.id in ancestors(read.workflow, hub.id)
    if turned:
        summary = f"`{hub.id}` itself waits for `{read.job.id}`: turn the order around."
    else:
        summary = f"Let `{read.job.id}` wait for `{hub.id}`."
    return Finding(
        check=check,
        severity=Severity.ERROR if read.sure else Severity.WARNING,
        confidence=Confidence.HIGH if read.sure else Confidence.MEDIUM,
        message=message,
        place=read.place,
        related=read.made_at,
        job=read.job.id,
        step=read.step.number,
        remedy=Remedy(
            summary=summary,
            edits=(edit,) if edit is not None and not turned else (),
            safe=len(read.hubs) == 1 and read.sure,
            snippet=None if turned else f"needs: [{', '.join([*read.job.need_ids, hub.id])}]",
        ),
    )
