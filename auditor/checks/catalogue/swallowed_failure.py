"""A publishing command may fail without failing its job."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.hidden_failures import hidings
from auditor.checks.hinted_publishing import hinted_platforms
from auditor.checks.publishing import Publication, publications, title
from auditor.checks.subject import Subject
from auditor.model.finding import Edit, Finding, Place, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep


def _find(subject: Subject) -> Iterator[Finding]:
    said: set[tuple[str, int, str]] = set()
    for one in publications(subject):
        for where, why, edits, safe in hidings(one):
            key = (where.path, where.line, why)
            if key not in said:
                said.add(key)
                yield _finding(subject, one, where, why, edits, safe)
    for workflow, job in subject.jobs():
        for step in job.steps:
            yield from _out_of_sight(subject, workflow, job, step)


def _out_of_sight(subject: Subject, workflow: Workflow, job: WorkflowJob, step: WorkflowStep) -> Iterator[Finding]:
    """A step that publishes by a script which is not read, and whose failure does not count."""
    if step.continue_on_error is None or step.run is None or subject.platforms(workflow, job, step):
        return
    platform = next(iter(hinted_platforms(subject, step)), None)
    if platform is None:
        return
    one = Publication(workflow, job, step, platform)
    for where, why, edits, safe in hidings(one):
        yield _finding(subject, one, where, why, edits, safe).model_copy(
            update={"severity": Severity.WARNING, "confidence": Confidence.MEDIUM, "related": ()}
        )


def _finding(
    subject: Subject, one: Publication, where: Place, why: str, edits: tuple[Edit, ...], safe: bool
) -> Finding:
    name = title(subject, one.platform)
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR if "secret" not in why else Severity.WARNING,
        confidence=Confidence.HIGH,
        message=f"a failed publish to {name} in `{one.job.id}` stays green: {why}",
        place=where,
        related=(one.place("what is published"),) if one.line != where.line else (),
        job=one.job.id,
        step=one.step.number if one.step is not None else None,
        platforms=(one.platform,),
        remedy=Remedy(
            summary="Let the failure fail the job; where a version that is there already is fine, ask for it first.",
            edits=edits,
            safe=safe,
        ),
    )


CHECK = Check(
    id="swallowed-failure",
    title="A failed publish stays green",
    severity=Severity.ERROR,
    find=_find,
    fixes=True,
)
