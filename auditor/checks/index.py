"""The table of all checks, written into `docs/checks/README.md`. `python -m auditor.checks.index docs/checks/README.md`"""

from __future__ import annotations

import sys
from pathlib import Path

from auditor.checks.registry import all_checks
from auditor.checks.running import CRASHED, UNREADABLE
from auditor.checks.suppression import ID as SUPPRESSION
from auditor.model.vocabulary import Severity

BEGIN = "<!-- checks:begin (made by `make docs`) -->"
END = "<!-- checks:end -->"
_OWN = {
    UNREADABLE: ("A workflow or action file that cannot be read", Severity.ERROR),
    SUPPRESSION: ("A comment that accepts a finding without reason or effect", Severity.NOTE),
    CRASHED: ("A check that ended with an error", Severity.NOTE),
}


def index() -> str:
    """Markdown: one row for each check, by id, with a link to its page."""
    rows = {
        check.id: (check.title, check.severity, "`--fix` or `--fix=all`" if check.fixes else "—")
        for check in all_checks()
    }
    rows |= {name: (title, severity, "—") for name, (title, severity) in _OWN.items()}
    lines = [
        f"{len(rows)} kinds of findings.",
        "",
        "| id | what it finds | severity, at most | fixes |",
        "|---|---|---|---|",
    ]
    for name in sorted(rows):
        title, severity, fixes = rows[name]
        lines.append(f"| [{name}]({name}.md) | {title.replace('|', chr(92) + '|')} | {severity.value} | {fixes} |")
    return "\n".join(lines)


def with_index(text: str) -> str:
    """Replace what stands between the markers of a document. Raises `ValueError` when they are not there."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document has no {BEGIN} … {END}")
    return f"{head}{BEGIN}\n\n{index()}\n\n{END}{tail}"


if __name__ == "__main__":
    document = Path(sys.argv[1])
    document.write_text(with_index(document.read_text("utf-8")), "utf-8")
