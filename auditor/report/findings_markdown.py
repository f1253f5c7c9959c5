"""Findings as Markdown, for a job summary or a comment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from auditor.logs.redact import safe_line
from auditor.model.check_report import CheckReport
from auditor.model.finding import Finding
from auditor.model.vocabulary import Severity
from auditor.report import neutral
from auditor.report.words import plural

SIGNS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "ℹ️"}
MOST_DETAILS = 100
"""Findings told with their excerpt; further ones only stand in the table."""
MOST_ROWS = 500

Lines = Callable[[str], Sequence[str]]


def findings_markdown(report: CheckReport, lines: Lines) -> str:
    """The report as GitHub-flavoured Markdown; ends with one line feed."""
    return "\n".join(_document(report, lines)).rstrip() + "\n"


def headline(report: CheckReport) -> str:
    """The result in one sentence."""
    tally = report.tally
    files = plural(report.workflows, "workflow file")
    if not report.findings:
        return f"Nothing found in {files}."
    parts = [(tally.errors, "error"), (tally.warnings, "warning"), (tally.notes, "note")]
    return f"{', '.join(plural(count, word) for count, word in parts if count)} in {files}."


def left_out(report: CheckReport) -> list[str]:
    """What is not among the findings although it was found, in sentences."""
    said = []
    if report.known:
        where = f"in {report.base}" if report.base else "in the baseline"
        said.append(f"{plural(report.known, 'finding')} {where} already, and left out.")
    if report.below:
        said.append(f"{plural(report.below, 'finding')} below the severity asked for.")
    if report.fixed:
        said.append(f"{plural(len(report.fixed), 'finding')} fixed.")
    said += [
        f"Not fixed: {each.check} at {each.path}:{each.line}, because {safe_line(each.why, 300)}."
        for each in report.not_fixed
    ]
    return said


def _document(report: CheckReport, lines: Lines) -> Iterator[str]:
    yield "# Release check"
    yield ""
    where = [part for part in (report.repository, report.ref or report.commit) if part]
    if where:
        yield f"{' at '.join(neutral.code(part) for part in where)}"
        yield ""
    yield f"**{neutral.prose(headline(report))}**"
    yield ""
    for sentence in left_out(report):
        yield f"{neutral.prose(sentence)}"
        yield ""
    if report.findings:
        yield "|  | check | where | what |"
        yield "|---|---|---|---|"
        for finding in report.findings[:MOST_ROWS]:
            yield _row(finding)
        if len(report.findings) > MOST_ROWS:
            yield f"|  |  |  | … and {len(report.findings) - MOST_ROWS} more |"
        yield ""
    for finding in report.findings[:MOST_DETAILS]:
        yield from _details(finding, lines)
    if report.notes:
        yield "## Not looked at"
        yield ""
        for note in report.notes:
            yield f"- {neutral.prose(safe_line(note, 500))}"


def _row(finding: Finding) -> str:
    where = f"{safe_line(finding.place.path, 300).rpartition('/')[2]}:{finding.place.line}"
    return (
        f"| {SIGNS[finding.severity]} | {neutral.code_cell(_name(finding))} | {neutral.code_cell(where)} "
        f"| {neutral.prose_cell(safe_line(finding.message, 500))} |"
    )


def _details(finding: Finding, lines: Lines) -> Iterator[str]:
    place = finding.place
    where = neutral.code(f"{safe_line(place.path, 300)}:{place.line}")
    yield f"### {SIGNS[finding.severity]} {neutral.prose(_name(finding))}: {where}"
    yield ""
    yield neutral.prose(safe_line(finding.message, 1_000))
    yield ""
    text = lines(place.path)
    first, last = max(1, place.line - 1), min(len(text), place.line + 1)
    if 1 <= place.line <= len(text):
        shown = "\n".join(safe_line(text[number - 1], 160) for number in range(first, last + 1))
        yield neutral.fence(shown, "yaml" if place.path.endswith((".yml", ".yaml")) else "text")
        yield ""
    for other in finding.related[:5]:
        what = f": {neutral.prose(safe_line(other.what, 300))}" if other.what else ""
        yield f"- {neutral.code(f'{safe_line(other.path, 300)}:{other.line}')}{what}"
    if finding.related:
        yield ""
    if finding.remedy is not None:
        fixable = " `relaudit check --fix` does it." if finding.remedy.safe and finding.remedy.edits else ""
        yield f"**Remedy:** {neutral.prose(safe_line(finding.remedy.summary, 1_000))}{fixable}"
        yield ""
        if finding.remedy.snippet:
            yield neutral.fence(
                "\n".join(safe_line(line, 200) for line in finding.remedy.snippet.splitlines()[:60]), "yaml"
            )
            yield ""


def _name(finding: Finding) -> str:
    return finding.check if finding.tool == "relaudit" else f"{finding.tool}/{finding.check}"
