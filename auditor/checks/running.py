"""Runs the checks over a subject: `findings` is the one entry."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator

from auditor.checks.check import Check
from auditor.checks.globs import matches
from auditor.checks.registry import all_checks
from auditor.checks.side_by_side import run_side_by_side
from auditor.checks.subject import Subject
from auditor.checks.suppression import ID as SUPPRESSION
from auditor.checks.suppression import without_ignored
from auditor.config import CheckSettings, Config
from auditor.logs.redact import safe_line
from auditor.model.finding import Finding, Place, Remedy
from auditor.model.vocabulary import Confidence, Severity

UNREADABLE = "unreadable-workflow"
CRASHED = "check-crashed"
OWN = (UNREADABLE, SUPPRESSION, CRASHED)
"""What running itself may find, whatever the checks."""
MOST_OF_A_CHECK = 2_000
"""Findings of one check; what it says beyond that is one note."""
ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
_DEFAULT = CheckSettings()


def findings(
    subject: Subject, config: Config | None = None, *, only: Collection[str] = (), checks: Iterable[Check] | None = None
) -> tuple[Finding, ...]:
    """Return what the checks find, by path, line and severity, each with its fingerprint.

    `config.checks` switches checks off, changes severities and names paths to leave out; comments in the files accept
    single findings. `only` restricts to these ids. Never raises for what a check does: a check that ends with an error
    becomes a note.
    """
    config = config or Config()
    known = tuple(all_checks() if checks is None else checks)
    wanted = [check for check in known if _wanted(check.id, config, only)]
    told = run_side_by_side(wanted, subject, _run)
    if told is None:
        told = [finding for check in wanted for finding in _run(check, subject)]
    found = [*_unreadable(subject), *told]
    ran = {*(check.id for check in wanted), UNREADABLE}
    kept, notes = without_ignored(found, subject, ran, {*(check.id for check in known), *OWN})
    return _told([*kept, *notes], subject, config, only)


def known_ids() -> tuple[str, ...]:
    """The ids that a configuration, a comment or `--only` may name."""
    return tuple(sorted({*(check.id for check in all_checks()), *OWN}))


def _wanted(check: str, config: Config, only: Collection[str]) -> bool:
    if only:
        return check in only
    return config.checks.get(check, _DEFAULT).enabled


def _run(check: Check, subject: Subject) -> list[Finding]:
    return list(_told_by(check, subject))


def _told_by(check: Check, subject: Subject) -> Iterator[Finding]:
    count = 0
    try:
        for finding in check.find(subject):
            count += 1
            if count > MOST_OF_A_CHECK:
                yield _note(subject, f"`{check.id}` found more than {MOST_OF_A_CHECK}; the rest is left out")
                return
            yield finding
    except Exception as error:  # noqa: BLE001 - one check must not silence the others
        what = safe_line(f"{type(error).__name__}: {error}", 300)
        yield _note(subject, f"the check `{check.id}` ended with an error and may have missed something ({what})")


def _note(subject: Subject, message: str) -> Finding:
    path = min((*subject.workflows, *subject.files), default=".github/workflows")
    return Finding(
        check=CRASHED,
        severity=Severity.NOTE,
        confidence=Confidence.HIGH,
        message=message,
        place=Place(path=path, line=1),
        remedy=Remedy(summary="This is a mistake in relaudit, not in the file; please report it."),
    )


def _unreadable(subject: Subject) -> Iterator[Finding]:
    for path in sorted(subject.broken):
        error = subject.broken[path]
        empty = not subject.files.get(path, "").strip("\ufeff \t\r\n")
        reason = "the file is empty" if empty else error.reason
        what = "workflow" if path.startswith(".github/workflows/") else "action"
        yield Finding(
            check=UNREADABLE,
            severity=Severity.ERROR,
            confidence=Confidence.HIGH,
            message=f"this {what} cannot be read, so GitHub runs nothing of it: {reason}",
            place=Place(path=path, line=max(1, error.line)),
            remedy=Remedy(summary="Mend the file, or delete it." if not empty else "Delete the file, or fill it."),
        )


def _told(found: Iterable[Finding], subject: Subject, config: Config, only: Collection[str]) -> tuple[Finding, ...]:
    """Apply the settings, drop what is said twice, sort, and give fingerprints."""
    unique: dict[tuple[str, Place, str], Finding] = {}
    for finding in found:
        settings = config.checks.get(finding.check, _DEFAULT)
        if finding.check in OWN and not _wanted(finding.check, config, only):
            continue
        if any(matches(pattern, finding.place.path) for pattern in settings.ignore):
            continue
        if settings.severity is not None:
            finding = finding.model_copy(update={"severity": settings.severity})
        unique.setdefault((finding.check, finding.place, finding.message), finding)
    ordered = sorted(unique.values(), key=_rank)
    return tuple(with_fingerprints(ordered, subject))


def _rank(finding: Finding) -> tuple[str, int, int, int, str, str]:
    place = finding.place
    return place.path, place.line, place.column or 0, ORDER[finding.severity], finding.check, finding.message


def with_fingerprints(found: Iterable[Finding], subject: Subject) -> Iterator[Finding]:
    """Name each finding by what it is about, not by where it stands: changes elsewhere in the file keep the name."""
    seen: dict[str, int] = {}
    for finding in found:
        lines = subject.lines(finding.place.path)
        number = finding.place.line
        text = " ".join(lines[number - 1].split()) if 1 <= number <= len(lines) else ""
        parts = (finding.tool, finding.check, finding.place.path, finding.job or "", text, ",".join(finding.platforms))
        base = "\0".join(parts)
        seen[base] = seen.get(base, 0) + 1
        digest = hashlib.sha256(f"{base}\0{seen[base]}".encode("utf-8", "replace")).hexdigest()
        yield finding.model_copy(update={"fingerprint": digest[:32]})
