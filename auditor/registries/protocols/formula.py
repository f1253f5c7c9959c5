"""What a Homebrew formula or cask says of itself, read from its Ruby text without running it.

https://docs.brew.sh/Formula-Cookbook , https://docs.brew.sh/Cask-Cookbook
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_LINES = 5_000
LONGEST_LINE = 2_000

_VERSION = re.compile(r"""\s{0,40}version\s{1,20}(?P<quote>["'])(?P<version>[^"'#]{1,100})(?P=quote)""")
_URL = re.compile(r"""\s{0,40}url\s{1,20}["'](?P<url>[^"']{1,1000})["']""")
_GIT_TAG = re.compile(r"""\btag:\s{0,10}["'](?P<tag>[^"']{1,200})["']""")
_SHA256 = re.compile(r"""\s{0,40}sha256\s{1,20}(?P<value>:no_check|["'][^"']{0,200}["'])""")
_CASK_SHA256 = re.compile(r"""\b(?:arm|intel|x86_64_linux|arm64_linux):\s{0,10}["'](?P<value>[^"']{0,200})["']""")
_REVISION = re.compile(r"\s{0,40}revision\s{1,20}(?P<number>\d{1,6})\b")
_ENDED = re.compile(r"\s{0,40}(?P<how>deprecate|disable)!(?:[^\n]{0,300}?because:\s{0,10}(?P<why>[^,\n]{1,200}))?")
_FORMULA = re.compile(r"\s{0,40}(?:class\s{1,10}\w{1,200}\s{0,10}<\s{0,10}(?:::)?Formula\b|cask\s{1,10}[\"'])")
_BLOCK_OF_OTHERS = re.compile(
    r"(?P<indent>\s{0,40})(?:resource|bottle|livecheck|head|test)\b[^\n]{0,300}\bdo\s*(?:\|[^|\n]{0,50}\|)?\s*$"
)
_TAG_IN_URL = re.compile(r"/(?:releases/download|archive/refs/tags|archive)/(?P<tag>[^/?#]{1,200})")
_VERSION_IN_TEXT = re.compile(
    r"(?<![0-9A-Za-z.])[vV]?(?P<version>\d{1,9}(?:\.\d{1,9}){1,5}(?:[-_.]?(?:alpha|beta|rc|pre)[-_.]?\d{0,6})?)"
)
_ENDINGS = (".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".tgz", ".zip", ".dmg", ".pkg", ".gz")
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Download:
    """A file that the formula installs from; `sha256` in hex, nothing where none is checked."""

    url: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Formula:
    """`version` is with its revision (`1.2.3_1`); `problems` are checksums that cannot be right."""

    version: str | None
    downloads: tuple[Download, ...]
    ended: str | None
    """`deprecated` or `disabled`, and why."""
    problems: tuple[str, ...]


def read_formula(text: str) -> Formula | None:
    """Read a formula or cask; nothing when the text is neither."""
    lines = [line[:LONGEST_LINE] for line in text.splitlines()[:MOST_LINES]]
    if not any(_FORMULA.match(line) for line in lines):
        return None
    own = list(_own_lines(lines))
    urls: list[str] = []
    sums: dict[int, str | None] = {}
    problems: list[str] = []
    tag = None
    for line in own:
        if found := _URL.match(line):
            urls.append(found["url"])
        if found := _GIT_TAG.search(line):
            tag = tag or found["tag"]
        for value in _sums(line):
            if value is None or _HEX.fullmatch(value):
                sums.setdefault(len(urls), value)
            else:
                problems.append(f"a sha256 that is none: {value[:20]!r}")
    version = _first(_VERSION, own, "version") or _from_tag(tag) or _from_urls(urls)
    revision = _first(_REVISION, own, "number")
    if version and revision and int(revision):
        version = f"{version}_{int(revision)}"
    # A formula has its url before its sha256, a cask after it.
    first = 1 if 0 not in sums else 0
    downloads = tuple(Download(url, sums.get(number + first)) for number, url in enumerate(urls))
    return Formula(version, downloads, _ended(own), tuple(problems))


def _own_lines(lines: list[str]) -> list[str]:
    """Without comments, and without the blocks that tell of other things: resources, bottles, tests."""
    kept: list[str] = []
    closing: str | None = None
    for line in lines:
        if closing is not None:
            if line.rstrip() == closing:
                closing = None
            continue
        block = _BLOCK_OF_OTHERS.match(line)
        if block:
            closing = f"{block['indent']}end"
        elif not line.lstrip().startswith("#"):
            kept.append(line)
    return kept


def _sums(line: str) -> list[str | None]:
    found = _SHA256.match(line)
    if found:
        value = found["value"]
        return [None] if value == ":no_check" else [value.strip("\"'")]
    if re.match(r"\s{0,40}(?:sha256\s|(?:arm|intel|x86_64_linux|arm64_linux):)", line):
        return [match["value"] for match in _CASK_SHA256.finditer(line)]
    return []


def _first(pattern: re.Pattern[str], lines: list[str], group: str) -> str | None:
    for line in lines:
        if found := pattern.match(line):
            return found[group]
    return None


def _ended(lines: list[str]) -> str | None:
    for line in lines:
        if found := _ENDED.match(line):
            why = (found["why"] or "").strip().strip("\"':").replace("_", " ")
            return f"{found['how']}d" + (f": {why}" if why else "")
    return None


def _from_tag(tag: str | None) -> str | None:
    found = _VERSION_IN_TEXT.search(tag) if tag else None
    return found["version"] if found else None


def _from_urls(urls: list[str]) -> str | None:
    """The version in the first address that has one: in the tag of a release, else in the file's name."""
    for url in urls:
        tag = _TAG_IN_URL.search(url)
        if tag and (found := _from_tag(_without_ending(tag["tag"]))):
            return found
        if found := _from_tag(_without_ending(url.rsplit("/", 1)[-1])):
            return found
    return None


def _without_ending(name: str) -> str:
    for ending in _ENDINGS:
        if name.endswith(ending):
            return name.removesuffix(ending)
    return name
