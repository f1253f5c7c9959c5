"""A version that can never be replaced is published without asking whether it is there already."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.content_flags import content_edits
from auditor.checks.guard_steps import guard_edits, guard_snippet
from auditor.checks.knowledge import knowledge
from auditor.checks.publishing import Publication, publications_by_job, title
from auditor.checks.scenarios import runs_in, starts
from auditor.checks.scope_needs import permissions_of
from auditor.checks.scripts import commands
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Text, WorkflowStep
from auditor.workflows.graph import ancestors
from auditor.workflows.scripts.registry_answers import asks

_DECIDED = re.compile(r"(?i)\b(?:steps|needs)\s*\.\s*[\w-]+\s*\.\s*outputs\b|\bhashFiles\(|\binputs\.")
_UNIQUE = re.compile(
    r"(?i)run_number|run_id|GITHUB_RUN|github\.sha|GITHUB_SHA|--canary|snapshot|nightly|\bdate\s+[-+'\"]|dev[._-]?version"
)
_TIDYING = re.compile(r"(?i)\b(?:always|failure|cancelled)\(\)")
_ONLY_SAYS = re.compile(r"(?i)^\s*(?:echo|printf|cat|ls)\b")
_UPLOADS_NOTHING = ("actions/upload-artifact", "actions/cache", "actions/attest", "codecov/")


def _find(subject: Subject) -> Iterator[Finding]:
    for _, several in publications_by_job(subject).items():
        for each in several:
            rules = subject.book.platforms[each.platform]
            if not rules.registry.immutable or each.platform in knowledge().takes_it_again or each.step is None:
                continue
            if _guarded(subject, each) or not _starts_by_itself(each):
                continue
            reason = _why_twice(subject, each, several)
            if reason is None and _approved(each):
                continue
            yield _finding(subject, each, reason)


def _guarded(subject: Subject, one: Publication) -> bool:
    step = one.step
    if step is None or knowledge().idempotent_pattern.search(one.text):
        return True
    above = [one.workflow.job(each) for each in ancestors(one.workflow, one.job.id)]
    conditions = [step.condition, one.job.condition, *(each.condition for each in above if each is not None)]
    if any(each is not None and _DECIDED.search(each.text) for each in conditions):
        return True
    texts = [each.run.text for each in one.job.steps if each.run is not None and each.number <= step.number]
    if any(_UNIQUE.search(text) for text in texts) or any(_UNIQUE.search(each.text) for each in step.inputs.values()):
        return True
    return any(line is not one.command and asks(line.text) and not _builds(line.text) for line in commands(step))


def _builds(text: str) -> bool:
    """Tell whether a line that looks like a question only makes something: `uv build`, `poetry build`."""
    return (
        re.search(r"(?i)\b(?:build|install|sync|version|check|lock|publish|upload|package|deploy)\b", text) is not None
    )


def _starts_by_itself(one: Publication) -> bool:
    return any(trigger.event not in ("workflow_call", "pull_request") for trigger in one.workflow.triggers)


def _why_twice(subject: Subject, one: Publication, several: tuple[Publication, ...]) -> str | None:
    """Say why the step will be run again for the same version; nothing when only a person would do that."""
    step = one.step
    if step is None:
        return None
    later = [
        each
        for each in one.job.steps
        if each.number > step.number and _may_fail(each) and not _opposite(step.condition, each.condition)
    ]
    others = [
        each for each in several if each.line > one.line and each.step is not None and each.step.number == step.number
    ]
    if one.job.matrix is not None and (one.job.matrix.combos is None or len(one.job.matrix.combos) > 1):
        return "each leg of the matrix publishes it"
    if later:
        named = later[0].name.text if later[0].name is not None else f"step {later[0].number}"
        return f"when `{named}` after it fails, the re-run of the job publishes the same version again"
    if others:
        return f"when line {others[0].line} after it fails, the re-run of the job publishes the same version again"
    samples = starts(subject, one.workflow)
    events = {each.event for each in runs_in(one.workflow, one.job, samples, step)}
    if len(events) > 1:
        return f"{' and '.join(f'`{event}`' for event in sorted(events)[:3])} both start it for the same version"
    return None


def _opposite(one: Text | None, other: Text | None) -> bool:
    """Tell whether one of two conditions is the other one denied, so that never both steps run."""
    if one is None or other is None:
        return False
    first, second = (re.sub(r"[\s()]|\$\{\{|\}\}", "", each.text) for each in (one, other))
    if "||" in first or "&&" in first:
        return False
    denied = {f"!{first}", first.removeprefix("!") if first.startswith("!") else "", first.replace("==", "!=", 1)}
    return second != first and (second in denied or second.replace("==", "!=", 1) == first)


def _may_fail(step: WorkflowStep) -> bool:
    if step.condition is not None and _TIDYING.search(step.condition.text):
        return False
    if step.uses is not None:
        return not step.uses.text.startswith(_UPLOADS_NOTHING)
    lines = list(commands(step))
    return bool(lines) and not all(_ONLY_SAYS.match(line.text) for line in lines)


def _approved(one: Publication) -> bool:
    """Tell whether the job is set up with care: no stored secret, and an environment or OIDC in front of it."""
    if any(use.name != "GITHUB_TOKEN" for use in one.job.secrets_used):
        return False
    granted = permissions_of(one.workflow, one.job)
    return one.job.environment is not None or (granted is not None and granted.level("id-token") == "write")


def _finding(subject: Subject, one: Publication, reason: str | None) -> Finding:
    name = title(subject, one.platform)
    ending = reason or "re-running the job, or moving the tag, fails"
    flag = content_edits(one)
    edits = flag or guard_edits(subject, one)
    summary = f"Ask {name} first, and publish only what is not there."
    if flag:
        summary = f"Let the tool be content when {name} has the version already."
    return Finding(
        check=CHECK.id,
        severity=Severity.WARNING if reason is not None else Severity.NOTE,
        confidence=Confidence.HIGH if reason is not None else Confidence.MEDIUM,
        message=(
            f"`{one.job.id}` publishes to {name}, which never takes a version twice, without asking whether it is there; "
            f"{ending}"
        ),
        place=one.place(),
        job=one.job.id,
        step=one.step.number if one.step is not None else None,
        platforms=(one.platform,),
        remedy=Remedy(
            summary=summary, edits=edits, safe=bool(flag), snippet=None if edits else guard_snippet(subject, one)
        ),
    )


CHECK = Check(
    id="publish-without-check",
    title="An immutable version is published without asking whether it exists",
    severity=Severity.WARNING,
    find=_find,
    fixes=True,
)
