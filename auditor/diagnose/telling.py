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
    r"Process completed with exit code|^\s*(?:shell|env|with):|"
    r"^\s*npm (?:error|ERR!)\s+(?:code|path|command|errno|syscall|cwd|location|workspace|Lifecycle script|A complete log)\b"
)
_NOISE = re.compile(
    r"(?i)^\s*⚠|^\W{0,4}(?:(?:npm|pnpm|yarn)\W{1,4})?(?:warn(?:ing)?|notice|info|hint|note|debug|trace|debconf|verbose)\b|"
    r"\bwarn(?:ing)?:|\bdeprecat(?:ed|ion)|"
    r"^\s*(?:exit status \d+|Traceback \(most recent|make(?:\[\d+\])?: \*\*\*|During handling of the above)|"
    r"^\s*(?:at\s+\S|Documentation:|See(?: also)?:? http|For more (?:information|details)|All Finished|note: run with)|"
    r"^\s*(?:\d+ passed\b|added \d+ packages?\b|found \d+ |\d+ vulnerabilit|Cache (?:restored|saved|not found)|"
    r"Downloading |Collecting |Using cached |Resolving |Reusing |Progress: |Get:\d+ |Hit:\d+ |Setting up |Unpacking |"
    r"Selecting previously |\d{1,3}(?:\.\d{1,3})?%)|--:--:--|^[\W_]*$"
)
"""What tools print whether all is well or not: it says nothing of why a step ended."""
_MARK = "##[error]"
_JOB_BEGINS = "Current runner version:"
_BEFORE = 4000
"""So many lines before a step are asked what is usual in this log."""
_VARIABLE = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{7,64}\b|\d+")


def shape(text: str) -> str:
    """The line with numbers and hashes masked, so that lines of one kind count together."""
    return _VARIABLE.sub("0", text.strip())[:200]


def telling_and_last_lines(
    source: LogSource, first: int, last: int, telling: int = 3, words: int = 4
) -> list[PlainLine]:
    """Rank lines by error-likeness, rarity and nearness to the end; then the last ones that say anything, from the end.

    A line counts as the rarer, the fewer of its kind stand here and in the lines before `first`; the last ones need not
    look like errors. At most `telling` and `words` of them. Raises `OSError` when the log cannot be read again.
    """
    lines, usual = _read(source, first, last)
    best = [line for _, line in _scored(lines, usual)[:telling]]
    said = [line for line in reversed(lines) if _says_anything(line.text) and not usual[shape(line.text)]]
    return [*best, *(line for line in said[:words] if line not in best)]


def best_line(source: LogSource, first: int, last: int) -> PlainLine | None:
    """The most telling line; when nothing looks like an error, the last one that says anything; None when none does.

    Raises `OSError` when the log cannot be read again.
    """
    lines, usual = _read(source, first, last)
    scored = _scored(lines, usual)
    if scored:
        return scored[0][1]
    return next((line for line in reversed(lines) if _says_anything(line.text) and not usual[shape(line.text)]), None)


def _says_anything(text: str) -> bool:
    text = text.removeprefix(_MARK)
    return bool(text.strip()) and not _HARMLESS.search(text) and not _NOISE.search(text[:1000])


def _read(source: LogSource, first: int, last: int) -> tuple[list[PlainLine], Counter[str]]:
    """The lines that say anything, and how often their kinds stand before them."""
    lines: list[PlainLine] = []
    usual: Counter[str] = Counter()
    for line in lines_between(source, max(1, first - _BEFORE), last, most=2 * _BEFORE):
        if line.number < first:
            if line.text.startswith(_JOB_BEGINS):
                usual.clear()
            usual[shape(line.text)] += 1
        elif line.text.strip():
            lines.append(line)
    return lines, usual


def _scored(lines: list[PlainLine], usual: Counter[str]) -> list[tuple[float, PlainLine]]:
    counts = usual + Counter(shape(line.text) for line in lines)
    scored = [(_score(line, counts, place, len(lines)), line) for place, line in enumerate(lines)]
    return sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: (-pair[0], -pair[1].number))


def _score(line: PlainLine, counts: Counter[str], place: int, total: int) -> float:
    text = line.text
    if _HARMLESS.search(text) or len(text.removeprefix(_MARK).strip()) < 4:
        return 0.0
    marked = text.startswith(_MARK)
    if not marked and not _ERRORLIKE.search(text[:1000]):
        return 0.0
    rarity = 1.0 / counts[shape(text)]
    score = 1.0 + rarity + 1.5 * (place + 1) / total + (2.0 if marked else 0.0)
    return score if marked or not _NOISE.search(text[:1000]) else score / 4
