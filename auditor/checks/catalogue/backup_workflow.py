"""A copy of a workflow stands in the workflows folder: dead weight, or a second release nobody thinks of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.publishing import publications
from auditor.checks.scenarios import tag_starts
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Place, Remedy
from auditor.model.vocabulary import Confidence, Severity

_FOLDER = ".github/workflows/"
_IGNORED = re.compile(
    r"(?i)(?:~|\.(?:backup|bak|old|orig|disabled?|deprecated|save|tmp|copy|off|rej|swp|inactive)\d{0,3}(?:\.\w{1,10})?)$"
)
_COPY = re.compile(
    r"(?i)(?:[-_. (](?:old|backup|bak|copy|orig|disabled|deprecated|legacy)\d{0,3}\)?"
    r"|^(?:copy[-_ ]of|old|backup)[-_. ].{0,100})\.ya?ml$"
)


def _find(subject: Subject) -> Iterator[Finding]:
    for path in sorted(subject.files):
        name = path.removeprefix(_FOLDER)
        if not path.startswith(_FOLDER) or "/" in name:
            continue
        if name.endswith((".yml", ".yaml")):
            if _COPY.search(name) and path in subject.workflows:
                yield _running(subject, path)
        elif _IGNORED.search(name):
            yield _finding(
                path, Severity.NOTE, "GitHub ignores this file, because its name does not end in .yml: it only misleads"
            )


def _running(subject: Subject, path: str) -> Finding:
    workflow = subject.workflows[path]
    ships = bool(publications(subject, workflow))
    if ships and tag_starts(subject, workflow):
        said = "by its name this is a copy, but every tag still starts it, and it publishes"
        return _finding(path, Severity.ERROR, said)
    return _finding(path, Severity.WARNING, "by its name this is a copy, but GitHub still runs it")


def _finding(path: str, severity: Severity, said: str) -> Finding:
    return Finding(
        check=CHECK.id,
        severity=severity,
        confidence=Confidence.HIGH,
        message=said,
        place=Place(path=path, line=1),
        remedy=Remedy(summary="Delete it; the history keeps every version of a file.", snippet=f"git rm '{path}'\n"),
    )


CHECK = Check(
    id="backup-workflow",
    title="A copy of a workflow stands in the workflows folder",
    severity=Severity.ERROR,
    find=_find,
)
