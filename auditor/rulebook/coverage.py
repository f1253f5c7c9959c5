"""The table of what the rulebook covers, written into `docs/rules.md`. `python -m auditor.rulebook.coverage docs/rules.md`"""

from __future__ import annotations

import sys
from pathlib import Path

from auditor.model.vocabulary import Classification
from auditor.rulebook.book import Rulebook
from auditor.rulebook.schema import FailureRule

BEGIN = "<!-- coverage:begin (made by `make docs`) -->"
END = "<!-- coverage:end -->"


def coverage(book: Rulebook) -> str:
    """Markdown: one summary table, then for every platform its rules by classification."""
    lines = [
        f"{len(book.platforms)} platforms, {len(book.rules)} rules, and {len(book.hints)} hints for what no rule knows.",
        "",
        "| platform | recognised by | success | already there | failures | classifications |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for name, rules in book.platforms.items():
        known = rules.recognise
        ways = (
            []
            if known is None
            else [word for word in ("commands", "actions", "reusable", "jobs") if getattr(known, word)]
        )
        kinds = {rule.classification for rule in rules.failures}
        lines.append(
            f"| {name} | {', '.join(ways) or '—'} | {len(rules.success)} | {len(rules.already)} | {len(rules.failures)} "
            f"| {len(kinds)} |"
        )
    for name in book.platforms:
        lines += ["", f"### {name}", "", "| means | rules |", "|---|---|", *_rows(book, name)]
    return "\n".join(lines)


def _rows(book: Rulebook, platform: str) -> list[str]:
    by_meaning: dict[str, list[str]] = {}
    for rule in (*book.rules, *book.hints):
        if rule.platform != platform:
            continue
        written = rule.written
        meaning = written.classification.value if isinstance(written, FailureRule) else rule.section
        by_meaning.setdefault(meaning, []).append(f"`{rule.id.split('/')[1]}`")
    order = ["success", "already", "destinations", "retries", *(word.value for word in Classification)]
    return [
        f"| {meaning} | {', '.join(by_meaning[meaning])} |" for meaning in dict.fromkeys(order) if meaning in by_meaning
    ]


def with_coverage(text: str, book: Rulebook) -> str:
    """Replace what stands between the markers of a document. Raises `ValueError` when they are not there."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document has no {BEGIN} … {END}")
    return f"{head}{BEGIN}\n\n{coverage(book)}\n\n{END}{tail}"


if __name__ == "__main__":
    document = Path(sys.argv[1])
    document.write_text(with_coverage(document.read_text("utf-8"), Rulebook.load()), "utf-8")
