"""An audit as GitHub annotations: root causes are errors, notes are notices, what could not be had is a warning."""

from __future__ import annotations

from auditor.logs.redact import safe_line
from auditor.model.audit import Audit, RootCause
from auditor.report.annotations import annotation
from auditor.report.words import plural, sentence

MOST = 10
"""Annotations of each kind that GitHub shows of one step."""
_LONGEST = 1_000


def audit_annotations(audit: Audit) -> str:
    """One workflow command per line; empty when there is nothing to tell."""
    tag = safe_line(audit.tag, 100)
    told = [_of_cause(cause, tag) for cause in audit.root_causes[:MOST]]
    told += [
        annotation("notice", safe_line(note.text, _LONGEST), title=f"{tag}: {safe_line(note.title, 200)}")
        for note in audit.notes[:MOST]
    ]
    if audit.missing:
        gaps = "; ".join(safe_line(f"{gap.what}: {gap.why}", 200) for gap in audit.missing[:5])
        more = f"; and {len(audit.missing) - 5} more" if len(audit.missing) > 5 else ""
        title = f"{tag}: {plural(len(audit.missing), 'fact')} could not be had"
        told.append(annotation("warning", gaps + more, title=title))
    return "".join(f"{line}\n" for line in told)


def _of_cause(cause: RootCause, tag: str) -> str:
    lines = [safe_line(cause.title, _LONGEST)]
    place: dict[str, str] = {}
    if cause.evidence is not None:
        lines.append(safe_line(cause.evidence.text.strip(), _LONGEST))
        if cause.evidence.source == "workflow" and cause.evidence.path is not None:
            place = {"file": cause.evidence.path, "line": str(cause.evidence.line or 1)}
    if cause.fix is not None:
        lines.append(f"Fix: {sentence(safe_line(cause.fix.summary, _LONGEST))}")
    if cause.evidence is not None and cause.evidence.url is not None:
        lines.append(safe_line(cause.evidence.url, _LONGEST))
    return annotation("error", "\n".join(lines), **place, title=f"{tag}: root cause {cause.number}")
