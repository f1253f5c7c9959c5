"""Paths that a configuration names with `*`, `**` and `?`, matched in time linear in the path for each pattern."""

from __future__ import annotations

LONGEST = 500


def matches(pattern: str, path: str) -> bool:
    """Tell whether a path fits: `*` is anything but `/`, `**` anything, `?` one character; a folder means all in it."""
    pattern = pattern.removeprefix("./")[:LONGEST]
    if pattern.endswith("/"):
        pattern += "**"
    tokens = _tokens(pattern)
    at = {0}
    boundary = True
    for character in path:
        at = _closed(at, tokens, boundary)
        boundary = character == "/"
        at = {after for each in at if each < len(tokens) for after in _step(each, tokens[each], character)}
        if not at:
            return False
    return len(tokens) in _closed(at, tokens, boundary)


def _tokens(pattern: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at) and (at == 0 or pattern[at - 1] == "/"):
            tokens.append("**/")
            at += 3
        elif pattern.startswith("**", at):
            tokens.append("**")
            at += 2
        else:
            tokens.append(pattern[at])
            at += 1
    return tokens


def _closed(at: set[int], tokens: list[str], boundary: bool) -> set[int]:
    """Also the places reached without a character: a star may stand for nothing, `**/` only where a folder may begin."""
    found = set(at)
    for each in sorted(at):
        while each < len(tokens) and (tokens[each] in ("*", "**") or (boundary and tokens[each] == "**/")):
            each += 1
            found.add(each)
    return found


def _step(at: int, part: str, character: str) -> tuple[int, ...]:
    if part == "**":
        return (at,)
    if part == "**/":  # any folders: it ends behind a slash
        return (at, at + 1) if character == "/" else (at,)
    if part == "*":
        return (at,) if character != "/" else ()
    return (at + 1,) if character == part or (part == "?" and character != "/") else ()
