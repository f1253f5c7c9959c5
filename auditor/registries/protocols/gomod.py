"""What a go.mod file says about versions of its own module. https://go.dev/ref/mod#go-mod-file-retract"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.versions import Scheme, newest_first, same

MOST_LINES = 20_000
LONGEST_LINE = 2_000
_RANGE = re.compile(r"\[\s*(?P<low>[^\s,\]]{1,200})\s*,\s*(?P<high>[^\s,\]]{1,200})\s*\]")
_ONE = re.compile(r"[^\s\[\](),]{1,200}")


@dataclass(frozen=True, slots=True)
class Retraction:
    """Versions from `low` to `high`, both included, that their author takes back; `why` is the comment, maybe empty."""

    low: str
    high: str
    why: str = ""

    def covers(self, version: str) -> bool:
        """Whether a version is among them."""
        if same(Scheme.GO, version, self.low) or same(Scheme.GO, version, self.high):
            return True
        first, *_, last = newest_first(Scheme.GO, (self.low, version, self.high))
        return first == self.high and last == self.low and self.low != self.high


@dataclass(frozen=True, slots=True)
class OwnWords:
    """The retractions of a go.mod, and why the module is deprecated, when it is."""

    retractions: tuple[Retraction, ...]
    deprecated: str | None = None


def read_gomod(text: str) -> OwnWords:
    """Read the `retract` directives and the deprecation comment; whatever else is in the file is passed over."""
    found: list[Retraction] = []
    deprecated: str | None = None
    comments: list[str] = []
    inside = False
    for raw in text.splitlines()[:MOST_LINES]:
        code, _, comment = raw[:LONGEST_LINE].partition("//")
        code, comment = code.strip(), comment.strip()
        if not code:
            comments = [*comments, comment] if comment else []
            continue
        if code.startswith("module ") and deprecated is None:
            deprecated = _deprecation([*comments, comment])
        elif inside and code.startswith(")"):
            inside = False
        elif code.replace(" ", "") == "retract(":
            inside = True
        elif inside or re.match(r"retract[\s\[]", code):
            found += _retraction(code if inside else code.removeprefix("retract"), comment or " ".join(comments))
        comments = []
    return OwnWords(tuple(found), deprecated)


def _retraction(code: str, why: str) -> list[Retraction]:
    ranged = _RANGE.search(code)
    if ranged:
        return [Retraction(ranged["low"], ranged["high"], why)]
    one = _ONE.fullmatch(code.strip())
    return [Retraction(one[0], one[0], why)] if one else []


def _deprecation(comments: list[str]) -> str | None:
    for number, comment in enumerate(comments):
        if comment.startswith("Deprecated:"):
            return " ".join([comment.removeprefix("Deprecated:").strip(), *filter(None, comments[number + 1 :])])
    return None
