"""When no rule fits: the lines of the failed step that tell most, instead of the runner's last words."""

from __future__ import annotations

import re
from collections import Counter

from auditor.logs.quote import PlainLine, lines_between
from auditor.logs.source import LogSource

_ERRORLIKE = re.compile(
    r"(?i)\b(?:error|fatal|failed|failure|exception|denied|refused|invalid|missing|cannot|could not|unable to|not found|"
    r"no such|unexpected|panic|abort(?:ed|ing)?|traceback|unauthorized|forbidden|timed? ?out)\b|^\s*[✖✗⨯×❌]"
)
_HARMLESS = re.compile(
    r"(?i)\b(?:0|no) (?:errors?|failures?|failed)\b|^##\[(?:group|endgroup|warning|debug|command)\]|"
    r"Process completed with exit code|^\s*(?:shell|env|with):"
)
_VARIABLE = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{7,64}\b|\d+")


def shape(text: str) -> str:
    """The line with numbers and hashes masked, so that lines of one kind count together."""
    return _VARIABLE.sub("0", text.strip())[:200]


def telling_lines(source: LogSource, first: int, last: int, most: int = 5) -> list[PlainLine]:
    """Rank the lines `first`..`last` by error-likeness, rarity and nearness to the end; the best one first.

    Raises `OSError` when the log cannot be read again.
    """
    lines = [line for line in lines_between(source, first, last, most=4000) if line.text.strip()]
    counts = Counter(shape(line.text) for line in lines)
    scored = sorted(
        ((score, line) for place, line in enumerate(lines) if (score := _score(line, counts, place, len(lines))) > 0),
        key=lambda pair: (-pair[0], -pair[1].number),
    )
    return [line for _, line in scored[:most]]


def _score(line: PlainLine, counts: Counter[str], place: int, total: int) -> float:
    text = line.text
    if _HARMLESS.search(text) or len(text.strip()) < 4:
        return 0.0
    marked = text.startswith("##[error]")
    if not marked and not _ERRORLIKE.search(text[:1000]):
        return 0.0
    rarity = 1.0 / counts[shape(text)]
    return 1.0 + rarity + 1.5 * (place + 1) / total + (2.0 if marked else 0.0)


def best_line(source: LogSource, first: int, last: int) -> PlainLine | None:
    """The most telling line; when nothing looks like an error, the last one that says anything; None when none does."""
    found = telling_lines(source, first, last, most=1)
    if found:
        return found[0]
    said = [
        line for line in lines_between(source, first, last) if line.text.strip() and not _HARMLESS.search(line.text)
    ]
    return said[-1] if said else None
