"""What every scheme makes of a version's text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

LONGEST = 256
"""Characters of a version at most; npm and OCI registries allow no more, and nobody writes more."""

_PLAIN = re.compile(r"[!-~]+")

PRERELEASE_WORDS = frozenset(
    {"a", "alpha", "b", "beta", "c", "canary", "cr", "dev", "ea", "eap", "m", "milestone", "nightly", "next", "pre"}
    | {"preview", "rc", "snapshot", "unstable"}
)
"""Words that put a version before the one without them, where the scheme itself does not say which do."""


@dataclass(frozen=True, slots=True)
class ParsedVersion:
    """One version. `order` compares with `<` and `==` within its scheme, `identity` with `==` only.

    Distributions add their own numbers (`1:1.2.3-2`, `1.2.3_1`): `upstream` is the version without them, and `packaged`
    tells whether there are any.
    """

    text: str
    order: Any
    identity: Any
    prerelease: bool = False
    upstream: Any = None
    packaged: bool = False


def written(text: str) -> str | None:
    """The text without blanks around it; nothing when it is empty, too long, or not plain ASCII without spaces."""
    if len(text) > 2 * LONGEST:
        return None
    bare = text.strip(" \t\r\n")
    return bare if len(bare) <= LONGEST and _PLAIN.fullmatch(bare) else None


def without_v(text: str) -> str:
    """Without the `v` (or `=`, as in old npm versions) that people write before a number."""
    bare = text.lstrip("=")
    return bare[1:] if bare[:1] in ("v", "V") and bare[1:2].isdigit() else bare
