"""The report on secrets on a terminal, at 80 columns and without colour."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from auditor.logs.redact import safe_line
from auditor.model.secret_report import SecretReport, SecretRow, SecretState
from auditor.report import secrets_words as words
from auditor.report.indented import print_indented

_STYLES = {SecretState.THERE: "green", SecretState.MISSING: "red", SecretState.UNKNOWN: "yellow"}


def print_secrets(report: SecretReport, console: Console) -> None:
    """Print the report: what humans must do by platform, then every secret by name."""
    print_indented(console, Text(words.headline(report), style="bold"), 0)
    if report.platforms:
        console.print()
        console.print(Text("What a human must do", style="bold"))
        for platform in report.platforms:
            how = "trusted publishing" if platform.trusted else ", ".join(platform.secrets) or "no secret"
            head = Text(f"{platform.title}", style="bold").append(f"  {safe_line(how, 200)}", style="dim")
            print_indented(console, head, 2)
            for item in platform.to_do or ("nothing",):
                print_indented(console, Text(f"- {safe_line(item, 500)}"), 4)
    for title, rows in (("Secrets that are read", report.secrets), ("Read by no workflow", report.unused)):
        if rows:
            console.print()
            console.print(Text(title, style="bold"))
            for row in rows:
                _row(row, console)
    if report.unseen:
        console.print()
        console.print(Text("Not known:", style="yellow"))
        for sentence in report.unseen:
            print_indented(console, Text(safe_line(sentence, 500)), 2)


def _row(row: SecretRow, console: Console) -> None:
    head = Text(f"{words.SIGNS[row.state]} ", style=_STYLES[row.state]).append(safe_line(row.name, 100), style="bold")
    head.append(f"  {words.where_words(row)}{' (old)' if row.old else ''}", style="yellow" if row.old else "default")
    print_indented(console, head, 2)
    if row.readers:
        print_indented(console, Text(f"read by {words.reader_words(row)}", style="dim"), 6)
    if row.why and row.state is SecretState.MISSING:
        print_indented(console, Text(safe_line(row.why, 300), style="dim"), 6)
