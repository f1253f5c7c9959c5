"""Tells values from what only stands for one: placeholders, variables, expressions, plain words."""

from __future__ import annotations

import re

MASK = "[redacted]"

_PLACEHOLDER = re.compile(
    r"""(?xs)
      [*xX•.…-]{1,100} | \[redacted\]? | (?i:\[?(?:redacted|masked|filtered|hidden|secure|removed)\]?) | <[^>]{0,100}>?
    | \$(?:[Ee]nv:)?\w{1,100} | \$\{(?:env:)?\w{1,100}\}? | \$\{\{[^}]{0,300}(?:\}\})? | \{\{[^}]{0,300}(?:\}\})? | \$\(.*
    | %\w{1,100}% | !\w{1,100}!
    | (?:secrets|env|vars|inputs|github|steps|needs|matrix|process\.env|os\.environ|os\.getenv|System\.getenv)[.\[(].*
    | \[?(?:[A-Z]{1,20}_){0,4}(?:TOKEN|PASSWORD|KEY|APIKEY|SECRET|PASSPHRASE)
    """
)
_WORDS = frozenset(
    re.split(
        " ",
        "and are argument as authentication authenticated authorization bad be but by can cannot could denied disabled empty"
        " enabled error errors expected expired failed failure false fatal flag flags for forbidden found from given has if in"
        " incorrect input instead insufficient invalid is it may missing must nil no none not null of ok on option optional"
        " options or please prompt provided rejected required requires retry server set should str string supported that the"
        " this to true unauthorized undefined unknown unset unsupported use used using valid value via warning was when will"
        " with without wrong yes",
    )
)


def hidden(value: str) -> str:
    """The mask inside the value's own quotes, or the value itself if it is a placeholder."""
    quote = value[:1] if value[:1] in ("'", '"') and value.endswith(value[:1]) and len(value) > 1 else ""
    inner = value[1:-1] if quote else value
    core = inner.rstrip("\"'\\,;)`")
    if not any(map(str.isalnum, core)) and len(core) < 3:
        return value  # a bracket that opens something
    if _PLACEHOLDER.fullmatch(core.rstrip("]}")) or _PLACEHOLDER.fullmatch(core):
        return value
    if core.rstrip(".:!?").lower() in _WORDS:
        return value
    return quote + MASK + inner[len(core) :] + quote
