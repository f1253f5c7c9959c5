"""Two runs of a release workflow may publish at the same time."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place, workflow_key
from auditor.checks.open_releases import open_publications
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity

_CALLED = frozenset({"workflow_call", "pull_request"})
_BLOCK = "concurrency:\n  group: ${{ github.workflow }}-${{ github.ref }}\n  cancel-in-progress: false"


def _find(subject: Subject) -> Iterator[Finding]:
    for _, workflow in sorted(subject.workflows.items()):
        if workflow.concurrency is not None or all(trigger.event in _CALLED for trigger in workflow.triggers):
            continue
        alone = [each for each in open_publications(subject, workflow) if each.job.concurrency is None]
        if not alone:
            continue
        jobs = tuple(dict.fromkeys(each.job.id for each in alone))
        edit = workflow_key(workflow, _BLOCK)
        yield Finding(
            check=CHECK.id,
            severity=Severity.NOTE,
            confidence=Confidence.HIGH,
            message=(
                "nothing keeps two runs of this workflow apart: when it is started again before it has ended, "
                f"{', '.join(f'`{job}`' for job in jobs[:4])} publish{'es' if len(jobs) == 1 else ''} twice at the same time"
            ),
            place=place(workflow, workflow.triggers[0].line, workflow.triggers[0].event),
            related=tuple(each.place("publishes") for each in alone[:5]),
            platforms=tuple(dict.fromkeys(each.platform for each in alone)),
            remedy=Remedy(
                summary="Give the workflow a concurrency group for each ref, which does not cancel what runs.",
                edits=(edit,) if edit is not None else (),
                safe=True,
                snippet=None if edit is not None else f"{_BLOCK}\n",
            ),
        )


CHECK = Check(
    id="no-concurrency",
    title="Two runs of a release may publish at the same time",
    severity=Severity.NOTE,
    find=_find,
    fixes=True,
)
