"""An existence check asks another registry, or for another package, than the one that is published."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.guard_steps import guard_snippet
from auditor.checks.knowledge import knowledge
from auditor.checks.manifests import package_name
from auditor.checks.publishing import Publication, title
from auditor.checks.publishing_guards import PublishingGuard, publishing_guards
from auditor.checks.scripts import ScriptLine, commands
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity

_CHOSEN = re.compile(r"(?:^|\s)(?:-p|--package|-w|--workspace)[= ]([\w@/.-]{1,200})(?:\s|$)")


def _find(subject: Subject) -> Iterator[Finding]:
    for each in publishing_guards(subject):
        asked = _asked(each)
        if not asked:
            continue
        published = {_question_of(one.platform) for _, one in each.decides}
        if published & asked.keys():
            yield from _wrong_package(subject, each, asked)
        elif published <= knowledge().questions.keys():
            platform, (line, _) = next(iter(asked.items()))
            one = each.decides[0][1]
            said = (
                f"asks {title(subject, platform)} whether `{one.job.id}` may publish to {title(subject, one.platform)}"
            )
            yield _finding(subject, each, line, one, said, Confidence.HIGH)


def _asked(each: PublishingGuard) -> dict[str, tuple[ScriptLine, str | None]]:
    """Return the platforms a guard asks, with the line and, where it is written out, the package."""
    found: dict[str, tuple[ScriptLine, str | None]] = {}
    for line in commands(each.guard.step):
        for platform, pattern in knowledge().questions.items():
            hit = re.search(pattern, line.text)
            if hit is not None and platform not in found:
                groups = [name for name in hit.groupdict().values() if name]
                found[platform] = (line, groups[0] if groups else None)
    return found


def _wrong_package(
    subject: Subject, each: PublishingGuard, asked: dict[str, tuple[ScriptLine, str | None]]
) -> Iterator[Finding]:
    for _, one in each.decides:
        line, package = asked.get(_question_of(one.platform), (None, None))
        real = _package(subject, one)
        if line is None or package is None or real is None or _same(package, real):
            continue
        said = f"asks for `{package}`, but `{one.job.id}` publishes `{real}`"
        yield _finding(subject, each, line, one, said, Confidence.HIGH)
        return


def _package(subject: Subject, one: Publication) -> str | None:
    chosen = _CHOSEN.search(one.text) if one.command is not None else None
    if chosen is not None:
        return chosen[1]
    folder = one.step.working_directory if one.step is not None else None
    if folder is not None and "${{" in folder.text:
        return None
    return package_name(subject, one.platform, folder.text if folder is not None else "")


def _same(one: str, other: str) -> bool:
    return re.sub(r"[-_.]+", "-", one).lower() == re.sub(r"[-_.]+", "-", other).lower()


def _question_of(platform: str) -> str:
    return knowledge().same_question.get(platform, platform)


def _finding(
    subject: Subject, each: PublishingGuard, line: ScriptLine, one: Publication, said: str, confidence: Confidence
) -> Finding:
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR,
        confidence=confidence,
        message=f"{each.name} {said}",
        place=place(each.workflow, line.line, line.text.strip()),
        related=(one.place("what the check decides about"),),
        job=each.guard.job_id,
        step=each.guard.step.number,
        platforms=(one.platform,),
        remedy=Remedy(
            summary=f"Ask {title(subject, one.platform)} for the package that is published there.",
            snippet=guard_snippet(subject, one),
        ),
    )


CHECK = Check(
    id="check-wrong-target",
    title="An existence check asks for another target",
    severity=Severity.ERROR,
    find=_find,
)
