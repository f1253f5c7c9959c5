"""An existence check that can give only one answer: it always holds the release back, or never."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.guard_replacing import guard_replacement
from auditor.checks.guard_steps import guard_snippet
from auditor.checks.publishing import Publication, title
from auditor.checks.publishing_guards import PublishingGuard, publishing_guards
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.workflows.guards import Guarded


def _find(subject: Subject) -> Iterator[Finding]:
    for each in publishing_guards(subject):
        never = [pair for pair in each.decides if pair[0].can_run.word == "no"]
        always = [pair for pair in each.decides if pair[0].can_be_held.word == "no"] if each.guard.asks else []
        for guarded, one in [*never, *always][:1]:
            yield _finding(subject, each, guarded, one)


def _finding(subject: Subject, each: PublishingGuard, guarded: Guarded, one: Publication) -> Finding:
    workflow, guard = each.workflow, each.guard
    blind = guarded.can_run.word == "no"
    answer = guarded.can_run if blind else guarded.can_be_held
    name = title(subject, one.platform)
    if blind:
        said = (
            f"{each.name} can never let `{one.job.id}` publish to {name}: {answer.reason}; "
            "the release is skipped and the run stays green"
        )
    else:
        said = f"{each.name} can never hold `{one.job.id}` back from publishing to {name} again: {answer.reason}"
    line = answer.line or guard.step.line
    edits = guard_replacement(subject, each)
    written = workflow.lines[line - 1].strip() if line <= len(workflow.lines) else None
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR if blind else Severity.WARNING,
        confidence=Confidence.HIGH,
        message=said,
        place=place(workflow, line, written),
        related=(place(workflow, guarded.line, guarded.condition, "what the check decides"),),
        job=guard.job_id,
        step=guard.step.number,
        platforms=(one.platform,),
        remedy=Remedy(
            summary='Ask for exactly this version, and tell "missing", "there" and "no answer" apart.',
            edits=edits,
            snippet=None if edits else guard_snippet(subject, one),
        ),
    )


CHECK = Check(
    id="blind-check",
    title="An existence check can give only one answer",
    severity=Severity.ERROR,
    find=_find,
    fixes=True,
)
