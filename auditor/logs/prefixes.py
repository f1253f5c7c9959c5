"""What programs that run other programs put in front of each line: their name, a task, a clock, a level.

Behind it stands the line as the program that was run wrote it; a rule about the beginning of a line means that one, too.
"""

from __future__ import annotations

import re
from functools import lru_cache

_NAME = r"@?[A-Za-z][\w.-]{0,60}"
_SCOPED = r"@[\w.-]{1,60}/[\w.-]{1,60}"
_PACKAGE = rf"(?:{_SCOPED}|{_NAME})"
_TASK = r"[A-Za-z][\w.-]{0,40}(?::[A-Za-z][\w.-]{0,40}){0,3}"
_LEVEL = r"(?:INFO|ERROR|FATAL|CRITICAL)"
"""What was a warning there, or meant for debugging, is none of a rule's business."""
_CLOCK = r"(?:\d{4}[-/]\d\d[-/]\d\d[ T])?\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d| ?[AP]M)?"
_MILD = r"(?:warn|warning|debug|trace|notice|verbose|hint|skip|skipped|dry-run|dryrun|deprecated)"

_FORMS = (
    r"#\d{1,4} \d{1,6}\.\d{1,3} ",  # BuildKit, `#12 3.456 `
    r"\d{1,6}\.\d{3} ",  # … in the summary at its end
    rf"{_PACKAGE}:{_TASK}: ",  # Turborepo, `web:build: `
    rf"{_SCOPED}: ",  # Lerna with --stream, `@acme/web: `
    rf"(?:\.|(?:[\w@.-]{{1,60}}/){{1,8}}[\w@.-]{{1,60}}) {_TASK}: ",  # pnpm --recursive, `packages/web build: `
    rf"\[(?:\d{{1,2}}|{_SCOPED}|{_NAME}(?::{_TASK})?)\]:? ",  # concurrently, Yarn, wireit, pytest-xdist: `[0] `, `[web] `
    rf"{_NAME} {{1,40}}\| ",  # docker compose, foreman, `web-1  | `
    rf"{_NAME}> ",  # nix build -L, stack, `tidepool> `
    rf"[\[(]?{_CLOCK}[\])]?:? (?:[-|] )?",  # a clock of its own
    rf"{_LEVEL}(?: {{0,4}}[:|-])? {{1,4}}",  # logging, `INFO - `
    r"(?<=[A-Z] )[\w.]{1,60}: ",  # … and who logs, `ERROR release: `
    r"› [^\x00-\x7f]{1,4} {1,2}",  # signale, behind `[semantic-release] `
    r"(?i:std(?:err|out)|error|remote): ",  # scripts that pass on what another program said; Git
    r"[>|│┃] ",
)
ENDS = b"\t :]|>)-0123456789ZzOLRM"
"""In front of the blank that ends a time stamp or one of these prefixes stands one of these bytes, or one above 127."""

_PREFIX = re.compile(rf"(?!\[(?i:{_MILD})\])(?:{'|'.join(_FORMS)}|[ \t]{{1,40}})")
_MOST = 5
_WIDEST = 400


def found_behind(pattern: re.Pattern[str], text: str) -> bool:
    """Whether the expression matches the line or one of its inner lines."""
    return any(pattern.search(each) for each in (text, *inner_lines(text)))


@lru_cache(maxsize=64)
def inner_lines(text: str) -> tuple[str, ...]:
    """The line without the first of its prefixes, without the first two, and so on; indentation counts as one."""
    found: list[str] = []
    at = 0
    while len(found) < _MOST and (prefix := _PREFIX.match(text, at, _WIDEST)) is not None and prefix.end() < len(text):
        at = prefix.end()
        found.append(text[at:])
    return tuple(found)
