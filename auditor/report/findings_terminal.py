"""Findings on a terminal: the line, a caret below it, the remedy; readable at 80 columns and without colour."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from auditor.logs.redact import redact, safe_line
from auditor.model.check_report import CheckReport
from auditor.model.finding import Finding, Place
from auditor.model.vocabulary import Severity
from auditor.report.findings_markdown import headline, left_out
from auditor.report.indented import print_indented

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
_TAB = "    "
MOST_SNIPPET_LINES = 30

Lines = Callable[[str], Sequence[str]]


def print_findings(report: CheckReport, lines: Lines, console: Console) -> None:
    """Print the report. Foreign text is plain text to Rich, without control characters, and cut at the width."""
    for finding in report.findings:
        _finding(finding, lines, console)
    for note in report.notes:
        console.print(Text(f"Not looked at: {safe_line(note, 500)}", style="yellow"))
    for sentence in left_out(report):
        console.print(Text(sentence))
    console.print(Text(headline(report), style="bold"))


def _finding(finding: Finding, lines: Lines, console: Console) -> None:
    name = finding.check if finding.tool == "relaudit" else f"{finding.tool}/{finding.check}"
    title = Text(f"{finding.severity.value}", style=_STYLES[finding.severity])
    title.append(f"[{name}]", style="bold").append(f" {safe_line(finding.message, 1_000)}", style="default")
    print_indented(console, title, 0)
    place = finding.place
    text = lines(place.path)
    width = len(str(place.line + 1))
    console.print(Text(f"{' ' * width}--> {_where(place)}", style="dim"), overflow="fold")
    for row in excerpt(place, text, console.width):
        console.print(Text(row), no_wrap=True, overflow="crop")
    for other in finding.related[:5]:
        what = f": {safe_line(other.what, 300)}" if other.what else ""
        print_indented(console, Text(f"= {_where(other)}{what}", style="dim"), width + 2)
    if finding.remedy is not None:
        fixable = bool(finding.remedy.edits)
        how = (" (--fix)" if finding.remedy.safe else " (--fix=all)") if fixable else ""
        remedy = Text("= remedy: ", style="bold")
        remedy.append(f"{safe_line(finding.remedy.summary, 1_000)}{how}", style="default")
        print_indented(console, remedy, width + 2)
        if finding.remedy.snippet and not fixable:
            for line in finding.remedy.snippet.splitlines()[:MOST_SNIPPET_LINES]:
                print_indented(console, Text(safe_line(line, 200)), width + 4)
    console.print()


def excerpt(place: Place, lines: Sequence[str], columns: int) -> list[str]:
    """The line of a place with its neighbours, numbered, and carets below it; no row is wider than `columns` cells.

    A long line is cut around the place. Nothing when the file has no such line.
    """
    if not 1 <= place.line <= len(lines):
        return []
    width = len(str(place.line + 1))
    room = max(20, columns - width - 3)
    rows = []
    for number in (place.line - 1, place.line, place.line + 1):
        if not 1 <= number <= len(lines) or (number != place.line and not lines[number - 1].strip()):
            continue
        if number != place.line:
            rows.append(f"{number:>{width}} | {_cut(_plain(redact(lines[number - 1])), 0, room)[0]}".rstrip())
            continue
        shown, carets = _marked(place, lines[number - 1], room)
        rows += [f"{number:>{width}} | {shown}".rstrip(), f"{' ' * width} | {carets}"]
    return rows


def _marked(place: Place, line: str, room: int) -> tuple[str, str]:
    """The line as it is shown, and the carets below the place in it."""
    if redact(line) != line:  # columns would no longer fit: the whole line is meant
        line, place = redact(line), Place(path=place.path, line=place.line)
    text = _plain(line)
    indent = len(line) - len(line.lstrip())
    start = place.column - 1 if place.column is not None else indent
    ends_here = place.end_line in (None, place.line) and place.end_column is not None and place.column is not None
    end = place.end_column - 1 if ends_here and place.end_column is not None else len(line.rstrip())
    before = cell_len(_plain(line[:start]))
    length = max(1, cell_len(_plain(line[start:end])))
    shown, shifted = _cut(text, before, room)
    return shown, " " * max(0, before - shifted) + "^" * max(1, min(length, room - max(0, before - shifted)))


def _cut(text: str, wanted: int, room: int) -> tuple[str, int]:
    """A stretch of a text at most `room` cells wide that shows the cell `wanted`, and how far it was moved left."""
    if cell_len(text) <= room and wanted < room:
        return text, 0
    first = max(0, wanted - room // 3) if wanted > room - 10 else 0
    shown, at, begins = "", 0, None
    for char in text:
        size = cell_len(char)
        if at >= first:
            begins = at if begins is None else begins
            if at + size - begins > room - (1 if first else 0):
                break
            shown += char
        at += size
    return (f"…{shown}", (begins or 0) - 1) if first else (shown, 0)


def _plain(line: str) -> str:
    """A line without control characters, each of which would take the caret from its place."""
    return "".join(_TAB if char == "\t" else char if char.isprintable() else "·" for char in line)


def _where(place: Place) -> str:
    column = f":{place.column}" if place.column is not None else ""
    return f"{safe_line(place.path, 300)}:{place.line}{column}"
