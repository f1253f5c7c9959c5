"""Changed texts as a patch that `git apply` takes. https://git-scm.com/docs/diff-format"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def patch(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return the differences of texts by path, in the order of paths; empty text when there are none.

    Line ends other than a line feed belong to the lines, so that git finds them as they are.
    """
    return "".join(part for path in sorted(after) for part in _file(path, before[path], after[path]))


def _file(path: str, before: str, after: str) -> Iterator[str]:
    old, new = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    lines = list(difflib.unified_diff(_lines(before), _lines(after), old, new))
    if not lines:
        return
    yield f"diff --git {old} {new}\n"
    yield f"--- {old}\n"
    yield f"+++ {new}\n"
    for line in lines[2:]:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """Lines as git counts them: only a line feed ends one."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _quoted(path: str) -> str:
    """A path as git writes it: in quotes, with octal bytes, when it holds anything unusual."""
    if all(" " < char < "\x7f" and char not in '"\\' for char in path):
        return path
    if all(" " <= char < "\x7f" and char not in '"\\' for char in path):
        return f"{path}\t" if path.endswith(" ") else path
    quoted = ""
    for char in path:
        if char in _ESCAPES:
            quoted += _ESCAPES[char]
        elif " " <= char < "\x7f":
            quoted += char
        else:
            quoted += "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "replace"))
    return f'"{quoted}"'
