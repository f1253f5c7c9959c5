"""Download numbers as CSV, safe to be opened in a spreadsheet.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, whoever wrote it; an apostrophe before it
makes it text. https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
from io import StringIO

from auditor.model.downloads import DownloadStats

COLUMNS = ("platform", "package", "version", "days", "downloads", "as_of", "meaning", "asked_at")
_FORMULA = tuple("=+-@\t\r\n|%＝＋－＠")
"""What may begin a formula, in full width, too."""


def stats_csv(stats: DownloadStats) -> str:
    """A header and one line for each number, and for each target without; UTF-8, lines end with a line feed."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    asked_at = stats.asked_at.isoformat()
    for row in stats.rows:
        days = "" if row.days is None else str(row.days)
        as_of = row.as_of.isoformat() if row.as_of else ""
        cells = (row.platform, row.package, row.version or "", days, str(row.count), as_of, row.meaning, asked_at)
        writer.writerow(map(text_cell, cells))
    for target in stats.without:
        cells = (target.platform, target.package, "", "", "", "", target.why, asked_at)
        writer.writerow(map(text_cell, cells))
    return out.getvalue()


def text_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return f"'{plain}" if plain.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else plain
