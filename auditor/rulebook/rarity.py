"""How often a text stands in a line of a log, estimated: the rarer a rule's literal, the fewer lines it has to try.

`grams.json` counts pairs, triples and fives of characters in lines of build logs (public ones, and those that the benchmarks
invent after tools which these lack), in lower case, with 0 for every digit, without time stamps, with a line feed for
either end of the line.
Entry `k` of each list holds, written one after another, what stands in at least one of 2^k lines but in fewer than one of
2^(k-1).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib import resources

RARE = 2.0**-9
"""The share of lines that is assumed for what the table does not have."""
_EACH_FURTHER_CHARACTER = 0.75
"""What stands around its rarest characters makes a rare text rarer still."""
_MASKED = str.maketrans("123456789", "000000000")
_EACH_DIGIT = 12
"""Of the lines with some digit there, so many times fewer have a certain one; that of several is not as rare as that."""
_MOST_DIGITS = 2
_STAMP = "0000-00-00t00:00:00.0000000z "
"""What every line begins with."""
_SIZES = {2: "bigrams", 3: "trigrams", 5: "fivegrams"}


@cache
def share_of_lines(text: str) -> float:
    """The share of log lines, from 0 to 1, that hold this lower-case text; a line feed stands for the end of the line."""
    if len(text) < 2:
        return 1.0
    share = share_of_shape(shape_of(text))
    digits = min(sum(map(str.isdigit, text)), len(text) - 1, _MOST_DIGITS)
    return share / float(_EACH_DIGIT**digits) if share > RARE else share


def shape_of(text: str) -> str:
    """The text with 0 for every digit."""
    return text.translate(_MASKED)


@cache
def share_of_shape(shape: str) -> float:
    """The share of log lines that hold a text of this shape, of two characters or more."""
    if shape in _STAMP:
        return 1.0
    size = max(size for size in _SIZES if size <= len(shape))
    grams = _table()[size]
    rarest = min(grams.get(shape[at : at + size], 0.0) for at in range(len(shape) - size + 1))
    # What is common in all its parts is mostly a common word as a whole.
    return rarest or RARE * float(_EACH_FURTHER_CHARACTER ** (len(shape) - size))


def are_common(texts: Iterable[str]) -> bool:
    """Whether more than the odd line holds one of those lower-case texts whose shape is common."""
    return sum(share_of_lines(text) for text in texts if share_of_shape(shape_of(text)) > RARE) > RARE


@cache
def _table() -> dict[int, dict[str, float]]:
    written = json.loads(resources.files("auditor.rulebook").joinpath("grams.json").read_text("utf-8"))
    return {size: _levels(written[name], size) for size, name in _SIZES.items()}


def _levels(levels: list[str], size: int) -> dict[str, float]:
    return {
        level[at : at + size]: 2.0**-exponent
        for exponent, level in enumerate(levels, start=1)
        for at in range(0, len(level), size)
    }
