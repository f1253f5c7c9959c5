"""What a token must be allowed for each path, as GitHub documents it.

https://docs.github.com/en/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens
"""

from __future__ import annotations

import re

NEEDS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    # Issues and pull requests share these paths; either permission will do.
    ("GET", r"/issues/\d+/comments|/issues/comments/\d+|/issues/\d+", ("issues", "pull-requests"), "read"),
    ("POST|PATCH", r"/issues/\d+/comments|/issues/comments/\d+", ("issues", "pull-requests"), "write"),
    ("GET", r"/issues|/milestones", ("issues",), "read"),
    ("POST|PATCH", r"/issues|/issues/\d+", ("issues",), "write"),
    ("GET", r"/pulls|/pulls/.*|/commits/[0-9a-f]{40}/pulls", ("pull-requests",), "read"),
    ("POST|PATCH", r"/pulls/.*", ("pull-requests",), "write"),
    ("GET", r"/actions/secrets.*", ("secrets",), "read"),
    ("GET", r"/actions/.*", ("actions",), "read"),
    ("GET", r"/check-runs/.*", ("checks",), "read"),
    ("GET", r"/git/.*|/contents.*|/compare/.*|/commits.*|/tags|/releases.*", ("contents",), "read"),
    ("GET", r"/environments.*", ("actions",), "read"),
    ("GET", r"", ("metadata",), "read"),
)


def needed(method: str, rest: str) -> tuple[tuple[str, ...], str] | None:
    """Permissions of which one is needed, and its level; None when the path is not known."""
    for methods, form, names, level in NEEDS:
        if re.fullmatch(methods, method) and re.fullmatch(form, rest, re.DOTALL):
            return names, level
    return None


def allows(permissions: dict[str, str], name: str, level: str) -> bool:
    """Whether these permissions hold that one; `metadata: read` always comes with a token."""
    if (name, level) == ("metadata", "read"):
        return True
    held = permissions.get(name, "none")
    return held == "write" or held == level
