"""The same failure looks the same: the cause line with everything masked that changes from run to run."""

from __future__ import annotations

import re

_MASKS = (
    (re.compile(r"https?://\S+"), "<url>"),
    (re.compile(r"\b[0-9a-f]{12,64}\b|sha256:[0-9a-f]+"), "<hash>"),
    (re.compile(r"(?:/[\w.@+-]+){3,}/|[A-Z]:\\(?:[\w.@+ -]+\\)+"), "<path>/"),
    (re.compile(r"\bv?\d+\.\d+(?:\.\d+)*(?:[-+][\w.]+)?\b"), "<version>"),
    (re.compile(r"\b\d+\b"), "<n>"),
)


def signature(text: str) -> str:
    """Normalise a cause line, so that equal failures of different jobs, runs and tags compare equal."""
    text = " ".join(text.split())[:400]
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text
