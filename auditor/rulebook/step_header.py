"""What the header of a step tells: GitHub echoes the script, or the action and its inputs, before it runs them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

HEADER_LINES = 400
_HEADER_BYTES = 200_000

_INPUT = re.compile(r"^  ([\w.-]{1,100}): ?(.*)$")
_STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z ")
_ACTION = re.compile(r"^(?:[\w.-]+/[\w./-]+@\S+|\./\S*|docker://\S+)$")


MOST_VARIABLES = 200
LONGEST_VALUE = 500


class StepHeader(NamedTuple):
    """The action with its inputs; or the script with its variables and its shell, and no action."""

    uses: str | None
    inputs: dict[str, str]
    script: str
    env: dict[str, str]
    shell: str = ""


def read_header(title: str, data: bytes, at: int) -> StepHeader:
    """Read what stands in `data` from `at` on, behind the line `##[group]Run TITLE`."""
    end = data.find(b"##[endgroup]", at, at + _HEADER_BYTES)
    text = data[at : end if end >= 0 else at].decode("utf-8", "replace")
    lines = [_STAMP.sub("", line) for line in text.split("\n")[:HEADER_LINES]]
    if lines and not lines[-1].strip():
        lines.pop()
    head = [line for line in lines if line]
    if head and head[0] in ("with:", "env:") and _ACTION.match(title):
        return StepHeader(title, _inputs(lines), "", {})
    if not head and "@" in title and " " not in title:
        return StepHeader(title, {}, "", {})
    return StepHeader(None, {}, "\n".join(_script(lines)) or title, _env(lines), _shell(lines))


def _script(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith("shell: "):
            return
        yield line


def _shell(lines: list[str]) -> str:
    return next((line.removeprefix("shell: ") for line in lines if line.startswith("shell: ")), "")[:LONGEST_VALUE]


def _env(lines: list[str]) -> dict[str, str]:
    """The variables that GitHub lists behind the script; of a value of several lines the first is enough."""
    shell = next((at for at, line in enumerate(lines) if line.startswith("shell: ")), len(lines))
    if lines[shell + 1 : shell + 2] != ["env:"]:
        return {}
    found = (_INPUT.match(line) for line in lines[shell + 2 : shell + 2 + MOST_VARIABLES])
    return {match.group(1): match.group(2)[:LONGEST_VALUE] for match in found if match is not None}


def _inputs(lines: list[str]) -> dict[str, str]:
    inputs: dict[str, str] = {}
    name = ""
    for line in lines[1:] if lines and lines[0] == "with:" else []:
        if line == "env:":
            break
        found = _INPUT.match(line)
        if found:
            name = found.group(1)
            inputs[name] = found.group(2)
        elif name:
            inputs[name] += "\n" + line
    return inputs
