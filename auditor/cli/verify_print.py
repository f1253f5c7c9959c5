"""The answers of `relaudit verify` as a table on a terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from auditor.model.vocabulary import LiveState
from auditor.report.neutral import code_cell, plain_https, prose, prose_cell
from auditor.report.words import moment, plural

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from auditor.model.live import LiveAnswer
    from auditor.registries.verification import Verification

STYLES = {
    LiveState.LIVE: "green",
    LiveState.LIVE_HIDDEN: "yellow",
    LiveState.HELD: "yellow",
    LiveState.ABSENT: "red",
    LiveState.UNKNOWN: "magenta",
}
SIGNS = {
    LiveState.LIVE: "✅",
    LiveState.LIVE_HIDDEN: "🟡",
    LiveState.HELD: "⏳",
    LiveState.ABSENT: "❌",
    LiveState.UNKNOWN: "❔",
}
_MOST_FILES = 10


def print_verification(found: Verification, console: Console) -> None:
    """The table, the versions side by side, what is missing, and one sentence."""
    console.print(answers_table(found.answers))
    if found.drift is not None:
        from auditor.report.drift_terminal import print_drift

        print_drift(found.drift, console)
    for note in found.notes:
        console.print(f"note: {note}", style="yellow", markup=False)
    console.print(summary(found), style="bold", markup=False)


def answers_table(answers: Iterable[LiveAnswer]) -> Table:
    """One row for each answer."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_edge=False)
    for name in ("target", "version", "state", "latest", "why"):
        table.add_column(name, overflow="fold", no_wrap=name == "state")
    for answer in answers:
        target = answer.target
        table.add_row(
            Text(target.key),
            Text(target.version),
            Text(answer.state.value, style=STYLES[answer.state]),
            Text(answer.latest or "—"),
            Text(why(answer)),
        )
    return table


def why(answer: LiveAnswer) -> str:
    """The reason, and which files are missing."""
    text = answer.reason
    if answer.missing_files:
        names = ", ".join(answer.missing_files[:_MOST_FILES])
        more = len(answer.missing_files) - _MOST_FILES
        text += f" Missing: {names}" + (f" and {more} more" if more > 0 else "") + "."
    if answer.retry_after is not None:
        text += f" It asked to come back at {moment(answer.retry_after)}."
    return text


def markdown(found: Verification) -> str:
    """The same as Markdown, for a job summary or a comment."""
    lines = [f"## What is live of {prose(found.version)}", "", prose(summary(found)), ""]
    lines += ["| target | version | state | latest | why |", "|---|---|---|---|---|"]
    for answer in found.answers:
        state = f"{SIGNS[answer.state]} {answer.state.value}"
        page = plain_https(answer.page)
        lines.append(
            f"| {code_cell(answer.target.key)} | {code_cell(answer.target.version)} |"
            f" {f'[{state}]({page})' if page else state} |"
            f" {code_cell(answer.latest) if answer.latest else '—'} | {prose_cell(why(answer))} |"
        )
    if found.drift is not None:
        from auditor.report.markdown import rendered

        lines += ["", "### Versions side by side", "", rendered("drift_table.md.j2", drift=found.drift).rstrip()]
    lines += ["", *(f"- {prose(note)}" for note in found.notes), f"Asked at {moment(found.asked_at)}."]
    return "\n".join(lines) + "\n"


def summary(found: Verification) -> str:
    """One sentence: how many are there, and which are not."""
    there = sum(found.counts_as_there(answer) for answer in found.answers)
    parts = [f"{there} of {plural(len(found.answers), 'target')} there"]
    if found.missing:
        parts.append("missing: " + ", ".join(answer.target.key for answer in found.missing))
    if found.unknown:
        parts.append("not known: " + ", ".join(answer.target.key for answer in found.unknown))
    return "; ".join(parts) + "."
