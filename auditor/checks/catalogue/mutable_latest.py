"""`latest` goes to whichever tag ran last: a re-run of an old one, or a release candidate, takes it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.knowledge import knowledge
from auditor.checks.publishing import Publication, publications
from auditor.checks.scenarios import runs_in, tag_starts
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity

_LATEST = re.compile(r"[\w}/\"'-]:latest\b(?![-.\w])")
_DECIDED = re.compile(r"\$\{\{[^}]{0,300}(?:&&|\|\|)[^}]{0,300}\}\}|\benable=")
_LOOKS = re.compile(
    r"(?i)\bif\b[^\n]{0,200}(?:latest|newest|\brc\b|alpha|beta|pre)|sort\s+(?:-\S+\s+)*(?:-V|--version-sort)"
)
"""The script asks whether this is the newest, or a candidate."""


def _find(subject: Subject) -> Iterator[Finding]:
    for _, workflow in sorted(subject.workflows.items()):
        for one in publications(subject, workflow):
            if one.platform not in knowledge().container_platforms or one.step is None:
                continue
            found = _latest(one)
            runs = runs_in(workflow, one.job, tag_starts(subject, workflow), one.step) if found is not None else ()
            tags = [each.tag for each in runs]
            if found is not None and tags and not _guarded(one):
                yield _finding(one, *found, candidates=any(tag is not None and "-rc" in tag for tag in tags))
                break


def _latest(one: Publication) -> tuple[int, str] | None:
    """Return the line and the text in which the publication moves `latest`."""
    if one.command is not None:
        found = _LATEST.search(one.command.text)
        return (one.command.line, ":latest") if found is not None else None
    value = one.step.inputs.get("tags") if one.step is not None else None
    for offset, text in enumerate(value.text.split("\n")) if value is not None else ():
        if _LATEST.search(text) and not _DECIDED.search(text) and value is not None:
            return value.line + offset, ":latest"
    return None


def _guarded(one: Publication) -> bool:
    """Tell whether a condition, or the script, looks at what is released."""
    conditions = [one.job.condition, one.step.condition if one.step is not None else None]
    if any(each is not None and re.search(r"outputs|contains\(|prerelease", each.text) for each in conditions):
        return True
    script = one.step.run.text if one.step is not None and one.step.run is not None else ""
    return (
        re.search(
            r"(?i)\bif\b[^\n]{0,200}(?:latest|newest|\brc\b|alpha|beta|pre)|sort\s+(?:-\S+\s+)*(?:-V|--version-sort)",
            script,
        )
        is not None
    )


def _finding(one: Publication, line: int, text: str, *, candidates: bool) -> Finding:
    more = ", and a tag such as `v2.0.0-rc.1` takes it from every user" if candidates else ""
    return Finding(
        check=CHECK.id,
        severity=Severity.NOTE,
        confidence=Confidence.MEDIUM,
        message=f"`{one.job.id}` moves `latest` for every tag: re-running an old one moves it back{more}",
        place=place(one.workflow, line, text),
        job=one.job.id,
        step=one.step.number if one.step is not None else None,
        platforms=(one.platform,),
        remedy=Remedy(
            summary="Move `latest` only when the tag is the newest stable one.",
            snippet=(
                "- uses: docker/metadata-action@v5\n  with:\n    images: ghcr.io/OWNER/IMAGE\n"
                "    flavor: latest=auto\n    tags: type=semver,pattern={{version}}\n"
            ),
        ),
    )


CHECK = Check(
    id="mutable-latest",
    title="`latest` goes to whichever tag ran last",
    severity=Severity.NOTE,
    find=_find,
)
