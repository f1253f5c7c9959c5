"""Download numbers as Markdown."""

from __future__ import annotations

from auditor.model.downloads import DownloadStats
from auditor.report.neutral import code_cell, link, prose, prose_cell
from auditor.report.words import date, moment


def stats_markdown(stats: DownloadStats) -> str:
    """A table of the numbers, and a list of the targets without any; ends with one line feed."""
    lines = ["## Downloads", ""]
    if stats.rows:
        lines += ["| platform | package | period | downloads | until | what is counted |", "|---|---|---|---:|---|---|"]
    for row in stats.rows:
        package = link(row.package, row.page).replace("|", "\\|") if row.page else code_cell(row.package)
        period = f"{row.period}, {code_cell(row.version)}" if row.version else row.period
        lines.append(
            f"| {prose_cell(row.title)} | {package} | {period} | {row.count} | {date(row.as_of)} |"
            f" {prose_cell(row.meaning)} |"
        )
    if stats.without:
        lines += ["", "Without numbers:", ""]
        lines += [
            f"- {prose(target.title)} {code_cell(target.package)}: {prose(target.why)}" for target in stats.without
        ]
    lines += ["", *(f"- {prose(note)}" for note in stats.notes)]
    lines.append(
        f"Each number counts something of its own; they cannot be added up. Asked at {moment(stats.asked_at)}."
    )
    return "\n".join(lines) + "\n"
