"""Names of tags and branches that fit the patterns of a push trigger, to try conditions with."""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.workflows.ref_filter import fits

_LONGEST = 200
_TOKEN = re.compile(r"\*\*|\*|\[[^\]]{1,60}\]|\\.|.", re.DOTALL)


def samples(patterns: Iterable[str]) -> tuple[str, ...]:
    """Return names that fit each pattern: a version in place of the stars, or something shorter, as far as that fits."""
    found: dict[str, None] = {}
    for pattern in patterns:
        if pattern.startswith("!") or len(pattern) > _LONGEST:
            continue
        for star in ("1.2.3", "1", "x"):
            sample = _sample(pattern, star)
            if fits(pattern, sample):
                found[sample] = None
    return tuple(found)


def _sample(pattern: str, star: str) -> str:
    parts: list[str] = []
    for token in _TOKEN.findall(pattern):
        if token in ("*", "**"):
            parts.append(star)
        elif token.startswith("[") and len(token) > 2:
            parts.append(token[1])
        elif token not in ("+", "?"):
            parts.append(token.removeprefix("\\"))
    return "".join(parts)
