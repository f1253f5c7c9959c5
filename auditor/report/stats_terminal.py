"""Download numbers as a table on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.report.words import date

if TYPE_CHECKING:
    from rich.console import Console

    from auditor.model.downloads import DownloadStats


def print_stats(stats: DownloadStats, console: Console) -> None:
    """Print the numbers, and which registries have none. All foreign text is plain text to Rich."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_edge=False)
    for name in ("platform", "package", "period", "downloads", "until", "what is counted"):
        table.add_column(name, overflow="fold", justify="right" if name == "downloads" else "left")
    for row in stats.rows:
        period = f"{row.period}, {row.version}" if row.version else row.period
        cells = (row.title, row.package, period, f"{row.count:,}".replace(",", " "), date(row.as_of), row.meaning)
        table.add_row(*map(Text, cells))
    if stats.rows:
        console.print(table)
    for target in stats.without:
        style = "dim" if target.answered else "yellow"
        console.print(f"no number: {target.title} {target.package}: {target.why}", style=style, markup=False)
    for note in stats.notes:
        console.print(f"note: {note}", style="yellow", markup=False)
