"""How many things a script publishes: a success line is about one of them, and does not outlive the refusal of another."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from auditor.rulebook.recognise import command_lines, whole_lines

_FOR = re.compile(r"\bfor[ \t]+(?P<name>\w{1,60})[ \t]+in[ \t]+(?P<list>[^;\n]{1,2000})")
_READ = re.compile(r"\bwhile[ \t]+(?:IFS=\S*[ \t]+)?read[ \t]+(?:-\w+[ \t]+)*(?P<name>\w{1,60})")
_EACH = re.compile(
    r"(?i)\bxargs\b|\bparallel\b|[ \t]-exec(?:dir)?[ \t]|\bforeach(?:-object)?\b|\|[ \t]*%[ \t]*\{|\bfor[ \t]+(?:/\w[ \t]+)?%%\w"
)
_TRIES = re.compile(
    r"(?i)\bbreak\b|\bexit 0\b[^\n]{0,300}\bdone\b|\breturn 0\b|\buntil\b|\battempts?\b|\bretry\b|\bretries\b|\btry\b"
    r"|\bfor[ \t]+\w+[ \t]+in[ \t]+(?:\d[\d ]*;|\{\d|\$\(seq|`seq)|\bfor[ \t]*\(\("
)
"""A loop with such words may be about one thing, tried more than once."""
_BRANCHES = re.compile(r"(?m)^[ \t]*(?:if|elif|else|case|while|until|for)\b")
_PARTS = re.compile(r"&&|\|\||[;&|\n]")
_FALLS_BACK = re.compile(r"\|\|[^\n;]*")
_PUBLISHES = re.compile(r"(?i)\b(?:publish|push|upload|release|deploy|copy)\b")
_SAYS = re.compile(r"[ \t({]*(?:do[ \t]+|then[ \t]+)?(?:echo|printf)\b")
_KEYWORDS = frozenset({"do", "then", "else", "if", "!", "time", "sudo", "{"})
_WORD = re.compile(r"[a-z][\w-]{0,40}")
_OPEN_ENDED = re.compile(r"[$`*?{\\]")

MANY = 1_000
"""More success lines than a log is asked for: the script does not tell how many things there are."""


@lru_cache(maxsize=256)
def things(script: str) -> int:
    """How many things a script publishes: 1 when it shows no more, and `MANY` when it takes them from somewhere."""
    if _TRIES.search(script) or _repeats(script):
        return 1
    loop = _FOR.search(script)
    if loop is not None:
        if not _uses(script[loop.end() :], loop["name"]):
            return 1
        words = loop["list"].split()
        return MANY if _OPEN_ENDED.search(loop["list"]) else max(1, len(words))
    read = _READ.search(script)
    if read is not None:
        return MANY if _uses(script[read.end() :], read["name"]) else 1
    if any(_EACH.search(line) for line in command_lines(script)):
        return MANY
    return 1 if _BRANCHES.search(script) else _same_commands(script)


def _uses(body: str, name: str) -> bool:
    """Whether a command, and not only what the script says, is about the variable."""
    used = re.compile(rf"\$\{{?{name}\b")
    parts = (part for line in command_lines(body) for part in _PARTS.split(line))
    return any(used.search(part) and not _SAYS.match(part) for part in parts)


def _repeats(script: str) -> bool:
    """Whether a line runs the same command again when it failed."""
    for line in command_lines(script):
        tried, otherwise, again = line.partition("||")
        if (
            otherwise
            and (first := _command(_PARTS.split(tried)[-1]))
            and first in {_command(p) for p in _PARTS.split(again)}
        ):
            return True
    return False


def _same_commands(script: str) -> int:
    """How often the publish command stands there that stands there most often."""
    parts = (part for line in whole_lines(script) for part in _PARTS.split(_FALLS_BACK.sub("", line)))
    known = Counter(command for part in parts if _PUBLISHES.search(part) and (command := _command(part)))
    return max(known.values(), default=1)


def _command(part: str) -> tuple[str, ...]:
    """The program and its subcommands, `("gh", "release", "upload")`; nothing for what begins with no plain word."""
    words: list[str] = []
    for word in part.replace("(", " ").split():
        if word in _KEYWORDS and not words:
            continue
        if len(words) == 3 or not _WORD.fullmatch(word):
            break
        words.append(word)
    return tuple(words)
