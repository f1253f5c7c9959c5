"""RubyGems' versions, by the rules of `Gem::Version`: https://docs.ruby-lang.org/en/master/Gem/Version.html"""

from __future__ import annotations

import re
from functools import cmp_to_key
from itertools import zip_longest

from auditor.versions.parsed import ParsedVersion, without_v

_WHOLE = re.compile(r"[0-9]+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?")
_SEGMENT = re.compile(r"[0-9]+|[A-Za-z]+")

Segments = tuple[int | str, ...]


def gem_version(text: str) -> ParsedVersion | None:
    """A dash stands for `.pre.`; a version with a letter is a prerelease; trailing zeros mean nothing."""
    bare = without_v(text)
    if _WHOLE.fullmatch(bare) is None:
        return None
    spelled = bare.replace("-", ".pre.")
    segments = _canonical(spelled)
    return ParsedVersion(spelled, _ordered(segments), segments, any(part.isalpha() for part in spelled))


def _canonical(text: str) -> Segments:
    """Without trailing zeros, neither of the numbers before the first word nor of what comes after it."""
    found: list[int | str] = [int(part) if part.isdigit() else part for part in _SEGMENT.findall(text)]
    first_word = next((index for index, part in enumerate(found) if isinstance(part, str)), len(found))
    return (*_trimmed(found[:first_word]), *_trimmed(found[first_word:]))


def _trimmed(parts: list[int | str]) -> list[int | str]:
    while parts and parts[-1] == 0:
        parts = parts[:-1]
    return parts


def _compare(a: Segments, b: Segments) -> int:
    """Word by word and number by number; a word comes before any number, and nothing counts as zero."""
    for left, right in zip_longest(a, b, fillvalue=0):
        if left == right:
            continue
        if isinstance(left, int) and isinstance(right, int):
            return -1 if left < right else 1
        if isinstance(left, str) and isinstance(right, str):
            return -1 if left < right else 1
        return -1 if isinstance(left, str) else 1
    return 0


_ordered = cmp_to_key(_compare)
