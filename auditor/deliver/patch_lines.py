"""Which lines of a file a pull request's diff shows: GitHub takes review comments on these and on no others.

https://docs.github.com/en/rest/pulls/comments#create-a-review-comment-for-a-pull-request
"""

from __future__ import annotations

import re

_HUNK = re.compile(r"@@ -\d{1,9}(?:,\d{1,9})? \+(?P<start>\d{1,9})(?:,(?P<count>\d{1,9}))? @@")
MOST_LINES = 50_000
"""GitHub leaves the patch of a file out when it is longer than this."""


def right_lines(patch: str | None) -> dict[int, str]:
    """The lines of the new file in a patch's hunks, changed ones and those around them: text by number, from 1.

    A file without a patch (binary, renamed only, too large) has none. What is no patch gives none either.
    """
    found: dict[int, str] = {}
    number = left = 0
    for line in (patch or "").split("\n")[: 2 * MOST_LINES]:
        if left > 0 and line[:1] in (" ", "+", ""):
            found[number] = line[1:]
            number, left = number + 1, left - 1
        elif left <= 0 or line[:1] not in ("-", "\\"):
            match = _HUNK.match(line)
            if match is not None:
                number = int(match["start"])
                left = int(match["count"] or 1)
            else:
                left = left if line[:1] in ("-", "\\") else 0
    return found
