"""The findings of `relaudit check` as the text of one comment, or of a job summary."""

from __future__ import annotations

from auditor.deliver.body import LIMIT
from auditor.model.check_report import CheckReport
from auditor.report.findings_markdown import Lines, findings_markdown
from auditor.report.words import plural

KEY = "check"
"""By which the marker of that comment is known."""
_STEPS = (200, 100, 50, 20, 10, 5, 2, 0)


def no_lines(path: str) -> tuple[str, ...]:
    """Stands for the lines of files that are not here: findings are told without their excerpts."""
    return ()


def check_body(report: CheckReport, lines: Lines = no_lines, limit: int = LIMIT) -> str:
    """The findings as Markdown of at most `limit` characters; the last ones go first, and the text says how many."""
    text = findings_markdown(report, lines)
    for most in _STEPS:
        if len(text) <= limit:
            return text
        rest = len(report.findings) - most
        if rest > 0:
            kept = findings_markdown(report.model_copy(update={"findings": report.findings[:most]}), lines)
            text = f"{kept}\n… and {plural(rest, 'more finding')}; `relaudit check` prints all.\n"
    return text[:limit]
