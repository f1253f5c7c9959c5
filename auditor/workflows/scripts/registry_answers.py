"""What programs that ask a registry do when the answer is "there is none": which cannot fail then.

Sources: https://curl.se/docs/manpage.html#-f, https://docs.npmjs.com/cli/v11/commands/npm-search,
https://doc.rust-lang.org/cargo/commands/cargo-search.html, https://wiki.archlinux.org/title/Aurweb_RPC_interface,
https://learn.microsoft.com/en-us/nuget/api/search-query-service-resource
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ALWAYS_200 = (
    (
        re.compile(r"(?i)packages(?:\(\))?/?\?.{0,400}?(?:\$|%24)filter=|findpackagesbyid\(\)|[/.]search\(\)\?"),
        "the query answers 200 with an empty feed when nothing matches",
    ),
    (re.compile(r"(?i)/rpc/?\?v=5|/rpc/v5/"), "that address answers 200 with `resultcount` 0 when there is none"),
    (re.compile(r"(?i)repology\.org/api/v1/project/"), "that address answers 200 with `[]` when there is none"),
    (
        re.compile(r"(?i)/-/v1/search\?|/api/v1/crates/?\?|azuresearch[^\s'\"]{0,80}/query\?|/extensionquery\b"),
        "a search answers 200 with an empty list when nothing matches",
    ),
    (re.compile(r"(?i)/@v/list\b"), "that list answers 200 although the version is not in it"),
)
_SEARCHES = frozenset(
    {("npm", "search"), ("cargo", "search"), ("docker", "search"), ("helm", "search"), ("apt-cache", "search")}
)
_CURL_WITH_ARGUMENT = frozenset("AbcCdDeEFhHKmoPQrtTuUwxXyYz")
_FILTERS = frozenset({"cat", "cut", "head", "sed", "sort", "tail", "tee", "tr", "uniq", "wc"})
_HARMLESS = frozenset(
    {"echo", "printf", "true", ":", "set", "export", "readonly", "local", "declare", "unset", "shopt"}
)
_ASKS = re.compile(
    r"""(?ix)(?<![\w./-])(?:
      (?:npm|pnpm|yarn)\s(?:-\S+\s)*(?:view|info|show|search|npm\sinfo) | curl\s | wget\s | https?\s
    | gh\s(?:release|api|pr|run)\s | pip3?\s(?:index|download|search)
    | docker\s(?:manifest|buildx\simagetools|pull|search)
    | (?:crane|skopeo|oras)\s | cargo\s(?:search|info) | git\s(?:ls-remote|rev-parse|tag|show-ref|diff|log)
    | choco\s(?:search|list|info) | gem\s(?:list|search|info) | helm\s(?:search|show|pull) | dotnet\s(?:package|nuget)
    | (?:apt-cache|brew|winget|snapcraft|vsce|ovsx|twine|poetry|uv|mvn|go)\s
    | Invoke-(?:WebRequest|RestMethod)\b | Find-(?:Package|Module)\b | irm\s | iwr\s )"""
)


def always_200(text: str) -> str | None:
    """Say why an address in this text answers 200 even when nothing is found; nothing when none is known to."""
    for pattern, reason in _ALWAYS_200:
        if pattern.search(text):
            return reason
    return None


def asks(line: str) -> bool:
    """Tell whether a command line looks something up outside the checkout."""
    return _ASKS.search(line.strip()) is not None


def cannot_fail(words: Sequence[str]) -> str | None:
    """Say why a command succeeds also when what it looks for is missing; nothing when it can fail, or is not known.

    `words` are as written. Network trouble is not counted: a check that only errors can answer is blind all the same.
    """
    if not words:
        return None
    name = words[0].rpartition("/")[2]
    text = " ".join(words)
    if name == "curl":
        if not _curl_fails(words[1:]):
            return "`curl` without `--fail` succeeds on 404 as well"
        return always_200(text)
    if name == "wget":
        return always_200(text)
    if len(words) > 1 and (name, words[1]) in _SEARCHES:
        return f"`{name} {words[1]}` succeeds when it finds nothing"
    return None


def harmless(name: str) -> bool:
    """Tell whether a shell command always succeeds."""
    return name in _HARMLESS


def only_filters(name: str) -> bool:
    """Tell whether a command at the end of a pipe succeeds whatever it is fed."""
    return name in _FILTERS


def status_only(words: Sequence[str]) -> bool:
    """Tell whether a `curl` prints just the HTTP status: with `-w '%{http_code}'` and the body sent elsewhere."""
    text = " ".join(words)
    body_away = any(word == "--output" or re.fullmatch(r"-[a-zA-Z]*o", word) for word in words)
    return bool(words) and words[0].rpartition("/")[2] == "curl" and body_away and "{http_code}" in text


def _curl_fails(words: Sequence[str]) -> bool:
    for word in words:
        if word in ("--fail", "--fail-with-body"):
            return True
        if not word.startswith("-") or word.startswith("--"):
            continue
        for letter in word[1:]:
            if letter == "f":
                return True
            if letter in _CURL_WITH_ARGUMENT:
                break
    return False
