"""The report on secrets as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.logs.redact import safe_line
from auditor.model.secret_report import SecretReport, SecretState
from auditor.report import neutral
from auditor.report import secrets_words as words

_SIGNS = {SecretState.THERE: "✅", SecretState.MISSING: "❌", SecretState.UNKNOWN: "❔"}


def secrets_markdown(report: SecretReport) -> str:
    """The report as GitHub-flavoured Markdown; ends with one line feed."""
    return "\n".join(_document(report)).rstrip() + "\n"


def _document(report: SecretReport) -> Iterator[str]:
    yield "# Secrets of the release"
    yield ""
    if report.repository:
        yield neutral.code(report.repository)
        yield ""
    yield f"**{neutral.prose(words.headline(report))}**"
    yield ""
    if report.platforms:
        yield "| platform | secrets | what a human must do |"
        yield "|---|---|---|"
        for platform in report.platforms:
            names = ", ".join(neutral.code_cell(name) for name in platform.secrets)
            to_do = "<br>".join(neutral.prose_cell(safe_line(item, 500)) for item in platform.to_do) or "nothing"
            how = "trusted publishing" if platform.trusted else names or "none"
            yield f"| {neutral.prose_cell(platform.title)} | {how} | {to_do} |"
        yield ""
    for title, rows in (("Secrets that are read", report.secrets), ("Read by no workflow", report.unused)):
        if rows:
            yield f"## {title}"
            yield ""
            yield "|  | name | defined | read by |"
            yield "|---|---|---|---|"
            for row in rows:
                old = " **old**" if row.old else ""
                why = f"<br>{neutral.prose_cell(safe_line(row.why, 300))}" if row.why else ""
                yield (
                    f"| {_SIGNS[row.state]} | {neutral.code_cell(row.name)} "
                    f"| {neutral.prose_cell(words.where_words(row))}{old}{why} "
                    f"| {neutral.prose_cell(words.reader_words(row)) or '—'} |"
                )
            yield ""
    for sentence in report.unseen:
        yield f"- Not known: {neutral.prose(safe_line(sentence, 500))}"
