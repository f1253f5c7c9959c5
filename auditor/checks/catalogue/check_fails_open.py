"""An existence check takes every failure of its question for an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.guard_replacing import guard_replacement
from auditor.checks.guard_steps import guard_snippet
from auditor.checks.publishing import title
from auditor.checks.publishing_guards import PublishingGuard, publishing_guards
from auditor.checks.scripts import ScriptLine, commands, is_posix
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.workflows.scripts.registry_answers import asks

_TOLD_APART = re.compile(
    r"(?i)\b404\b|E404|not[ _]?found|manifest unknown|MANIFEST_UNKNOWN|name unknown|HTTPError|\bexit\s+[1-9]"
)
_BY_STATUS = re.compile(r"http_code|%\{response_code\}")
_LOCAL = re.compile(r"\bgit\s+(?:-C\s+\S+\s+)?(?:diff|rev-parse|log|show-ref|tag|status|show|describe)\b")
_AS_TEST = re.compile(r"^\s*(?:if|elif|while|until)\s|\|\||&&")


def _find(subject: Subject) -> Iterator[Finding]:
    for each in publishing_guards(subject):
        step = each.guard.step
        job = each.workflow.job(each.guard.job_id)
        if step.run is None or job is None or not is_posix(job, step) or each.blind or not each.guard.asks:
            continue
        found = _open(step.run.text, list(commands(step)))
        if found is not None:
            yield _finding(subject, each, *found)


def _open(script: str, lines: list[ScriptLine]) -> tuple[ScriptLine, str, Severity] | None:
    questions = [line for line in lines if asks(line.text) and not _LOCAL.search(line.text)]
    if not questions:
        return None
    if _BY_STATUS.search(script):
        ends = re.search(r"\bexit\s+[1-9]", script) is not None
        if re.search(r"\b404\b", script) is None and re.search(r"\b200\b", script) and not ends:
            return questions[0], 'every status but 200, such as 429 or 503, counts as "missing"', Severity.WARNING
        if re.search(r"\b200\b", script) is None and re.search(r"\b404\b", script) and not ends:
            return questions[0], 'every status but 404, such as 429 or 503, counts as "there already"', Severity.WARNING
        return None
    if _TOLD_APART.search(script):
        return None
    tested = [line for line in questions if _AS_TEST.search(line.text)]
    if tested:
        return (
            tested[0],
            "an outage or a limit of the registry ends the command just like a missing version",
            Severity.NOTE,
        )
    return None


def _finding(subject: Subject, each: PublishingGuard, line: ScriptLine, why: str, severity: Severity) -> Finding:
    guarded, one = each.decides[0]
    edits = guard_replacement(subject, each)
    return Finding(
        check=CHECK.id,
        severity=severity,
        confidence=Confidence.MEDIUM,
        message=f"{each.name} in `{each.guard.job_id}` takes any failure of its question for an answer: {why}",
        place=place(each.workflow, line.line, line.text.strip()),
        related=(place(each.workflow, guarded.line, guarded.condition, "what the check decides"),),
        job=each.guard.job_id,
        step=each.guard.step.number,
        platforms=(one.platform,),
        remedy=Remedy(
            summary=f"Tell three answers of {title(subject, one.platform)} apart, and end the step as failed on the third.",
            edits=edits,
            snippet=None if edits else guard_snippet(subject, one),
        ),
    )


CHECK = Check(
    id="check-fails-open",
    title="An existence check takes failures for answers",
    severity=Severity.WARNING,
    find=_find,
    fixes=True,
)
