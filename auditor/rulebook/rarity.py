"""How often a text stands in a line of a log, estimated: the rarer a rule's literal, the fewer lines it has to try.

`grams.json` counts pairs and triples of characters in lines of public build logs, in lower case, without time stamps, with a
line feed for either end of the line. Entry `k` of each list holds, written one after another, what stands in at least
one of 2^k lines but in fewer than one of 2^(k-1).
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

RARE = 2.0**-9
"""The share of lines that is assumed for what the table does not have."""
_RARE_PAIR = 2.0**-7
_EACH_FURTHER_CHARACTER = 0.75
"""What stands around its rarest three characters makes a text rarer still."""


@cache
def share_of_lines(text: str) -> float:
    """The share of log lines, from 0 to 1, that hold this lower-case text; a line feed stands for the end of the line."""
    if len(text) < 2:
        return 1.0
    size = min(len(text), 3)
    grams = _table()[size]
    rare = RARE if size == 3 else _RARE_PAIR
    rarest = min(grams.get(text[at : at + size], rare) for at in range(len(text) - size + 1))
    return rarest * float(_EACH_FURTHER_CHARACTER ** (len(text) - size))


@cache
def _table() -> dict[int, dict[str, float]]:
    written = json.loads(resources.files("auditor.rulebook").joinpath("grams.json").read_text("utf-8"))
    return {size: _levels(written[name], size) for size, name in ((2, "bigrams"), (3, "trigrams"))}


def _levels(levels: list[str], size: int) -> dict[str, float]:
    return {
        level[at : at + size]: 2.0**-exponent
        for exponent, level in enumerate(levels, start=1)
        for at in range(0, len(level), size)
    }
