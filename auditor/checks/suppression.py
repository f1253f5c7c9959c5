"""Comments that accept a finding: `# relaudit: ignore[check-id] the reason`.

A comment counts for its own line; alone on its line it counts for the next one; on, or directly above, the first line of
a step or a job it counts for everything in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from auditor.checks.subject import Subject
from auditor.config.problems import suggestion
from auditor.model.finding import Finding, Place, Remedy
from auditor.model.vocabulary import Confidence, Severity

ID = "suppression"
_COMMENT = re.compile(r"#[ \t]*relaudit:[ \t]*ignore\b(?:\[([^\]\r\n]{0,300})\])?([^\r\n]*)", re.IGNORECASE)
_ALONE = re.compile(r"[ \t]*#[ \t]*relaudit:", re.IGNORECASE)
_MOST = 1_000
"""Comments that are heeded in one file."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """One comment: the checks it names, and the lines whose findings it accepts (a job's or step's first line)."""

    path: str
    line: int
    column: int
    checks: tuple[str, ...]
    reason: str
    lines: frozenset[int]


def ignores(subject: Subject) -> tuple[Ignore, ...]:
    """Return every comment of this kind in the files that were read."""
    return tuple(each for path in sorted(subject.files) for each in _in_file(path, subject))


def _in_file(path: str, subject: Subject) -> Iterator[Ignore]:
    if "relaudit:" not in subject.files[path].lower():
        return
    lines = subject.lines(path)
    following = _following(lines)
    count = 0
    for number, text in enumerate(lines, 1):
        comment = _COMMENT.search(text)
        if comment is None or count >= _MOST:
            continue
        count += 1
        alone = not text[: comment.start()].strip()
        names = tuple(name.strip() for name in (comment[1] or "").split(",") if name.strip())
        spoken_of = frozenset({number, *([following[number]] if alone else ())})
        yield Ignore(path, number, comment.start() + 1, names, comment[2].strip(" \t:-–—"), spoken_of)


def _following(lines: Sequence[str]) -> dict[int, int]:
    """The line that a lone comment on each line speaks of: the next one that is no such comment itself."""
    found: dict[int, int] = {}
    after = len(lines) + 1
    for number in range(len(lines), 0, -1):
        found[number] = after
        if not _ALONE.match(lines[number - 1]):
            after = number
    return found


def without_ignored(
    findings: Iterable[Finding], subject: Subject, ran: Collection[str], known: Collection[str]
) -> tuple[list[Finding], list[Finding]]:
    """Return the findings that no comment accepts, and notes about comments without reason or without effect.

    `ran` are the ids of the checks that looked: a comment for another one may be needed at another time. `known` are
    all ids there are.
    """
    comments = ignores(subject)
    by_path: dict[str, list[Ignore]] = {}
    for comment in comments:
        by_path.setdefault(comment.path, []).append(comment)
    used: set[tuple[Ignore, str]] = set()
    kept = []
    for finding in findings:
        candidates = by_path.get(finding.place.path, ())
        lines = _lines_of(finding, subject) if candidates else set()
        accepting = [each for each in candidates if finding.check in each.checks and lines & each.lines]
        used.update((each, finding.check) for each in accepting)
        if not accepting:
            kept.append(finding)
    notes = [note for comment in comments for note in _notes(comment, used, ran, known)]
    return kept, notes


def _lines_of(finding: Finding, subject: Subject) -> set[int]:
    lines = {finding.place.line}
    workflow = subject.workflows.get(finding.place.path) or subject.actions.get(finding.place.path)
    if workflow is None:
        return lines
    for job in workflow.jobs:
        named = finding.job is not None and job.id == finding.job
        if not named and not (finding.job is None and job.line <= finding.place.line <= job.end_line):
            continue
        lines.add(job.line)
        for step in job.steps:
            if step.number == finding.step or step.line <= finding.place.line <= step.end_line:
                lines.add(step.line)
    return lines


def _notes(
    comment: Ignore, used: Collection[tuple[Ignore, str]], ran: Collection[str], known: Collection[str]
) -> Iterator[Finding]:
    if not comment.checks:
        said = "the comment names no check, so it accepts nothing; write `# relaudit: ignore[check-id] reason`"
        yield _note(comment, said)
        return
    for name in comment.checks:
        if name not in known:
            yield _note(comment, f"there is no check `{name[:80]}`{suggestion(name, known)}")
        elif name in ran and (comment, name) not in used:
            yield _note(comment, f"the comment accepts `{name}`, and there is nothing here that it finds; remove it")
    if not comment.reason:
        names = ", ".join(f"`{name[:80]}`" for name in comment.checks[:5])
        yield _note(comment, f"the comment that accepts {names} gives no reason; whoever reads it next needs one")


def _note(comment: Ignore, message: str) -> Finding:
    return Finding(
        check=ID,
        severity=Severity.NOTE,
        confidence=Confidence.HIGH,
        message=message,
        place=Place(path=comment.path, line=comment.line, column=comment.column),
        remedy=Remedy(summary="Write `# relaudit: ignore[check-id] reason`, or remove the comment."),
    )
