"""The hidden line by which relaudit knows its own issues and comments again, and what it said in them.

The state is encoded, so that nothing in it can end the comment; the marker counts only in what our own account wrote.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

_FORM = re.compile(
    r"<!-- relaudit:(?P<kind>issue|comment|finding) key=(?P<key>[\w.%~-]{1,600}) content=(?P<content>[0-9a-f]{16})"
    r"(?P<closed> closed)? state=(?P<state>[A-Za-z0-9_=-]{0,16000}) -->"
)
_MOST_PLATFORMS = 200


@dataclass(frozen=True, slots=True)
class Marker:
    """`key` says what the text is about (a tag, `rolling`, a finding); `state` is the verdict of each platform, by name."""

    kind: str
    key: str
    content: str
    state: dict[str, str] = field(default_factory=dict)
    closed: bool = False
    """We closed the issue ourselves, because everything had shipped; or folded the comment away."""

    def text(self) -> str:
        """The marker as it stands in a body."""
        kept = dict(list(self.state.items())[:_MOST_PLATFORMS])
        packed = base64.urlsafe_b64encode(json.dumps(kept, separators=(",", ":")).encode()).decode("ascii")
        closed = " closed" if self.closed else ""
        return f"<!-- relaudit:{self.kind} key={quote(self.key, safe='')} content={self.content}{closed} state={packed} -->"


def read_marker(body: str | None, kind: str) -> Marker | None:
    """The last marker of this kind in a body; nothing when there is none or it was damaged."""
    found = None
    for match in _FORM.finditer(body or ""):
        if match["kind"] == kind:
            found = match
    if found is None:
        return None
    return Marker(kind, unquote(found["key"]), found["content"], _state(found["state"]), found["closed"] is not None)


def _state(packed: str) -> dict[str, str]:
    try:
        value = json.loads(base64.urlsafe_b64decode(packed))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    if not isinstance(value, dict):
        return {}
    return {str(key): str(word) for key, word in list(value.items())[:_MOST_PLATFORMS]}


def content_hash(*texts: str) -> str:
    """Sixteen hexadecimal digits that change whenever one of the texts does."""
    return hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()[:16]
