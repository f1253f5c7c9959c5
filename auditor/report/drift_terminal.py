"""Version drift on a terminal: who lags behind, and a row for each target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.report.words import date

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from auditor.model.drift import Drift

_MOST_TAGS = 10


def print_drift(drift: Drift, console: Console) -> None:
    """Print the sentence, the table, and what never became a release. All foreign text is plain text to Rich."""
    console.print(drift.verdict, style="bold", markup=False)
    console.print(drift_table(drift))
    console.print(f"In short: {drift.sentence}.", markup=False)
    tags = drift.unreleased_tags
    if tags:
        more = f" and {len(tags) - _MOST_TAGS} more" if len(tags) > _MOST_TAGS else ""
        console.print(f"Tags that never became a release: {', '.join(tags[:_MOST_TAGS])}{more}.", markup=False)


def drift_table(drift: Drift) -> Table:
    """One row for each target."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_edge=False)
    for name in ("platform", "this release", "live there", "newest", "behind by", "since"):
        table.add_column(name, overflow="fold", justify="right" if name == "behind by" else "left")
    several = {row.platform for row in drift.rows if sum(other.platform == row.platform for other in drift.rows) > 1}
    for row in drift.rows:
        title = f"{row.title} {row.package}" if row.platform in several else row.title
        cells = (title, row.version, row.live or "—", row.newest or "—")
        behind = "—" if row.behind is None else str(row.behind)
        style = "yellow" if row.lags else ""
        table.add_row(*map(Text, cells), Text(behind, style), Text(date(row.since)))
    return table
