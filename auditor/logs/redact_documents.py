"""Takes secrets out of whole documents: lines of a log or a file, and JSON with other documents inside.

What holds no secret comes back byte for byte; JSON stays JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ahocorasick_rs import BytesAhoCorasick

from auditor.logs.quote import KeyWatch
from auditor.logs.redact import masked_value, redact, shown
from auditor.logs.token_forms import HINTS

LARGEST_JSON = 64 << 20
"""Bytes of a document that is read as JSON; a larger one is redacted line by line."""
LONGEST_LINE = 1 << 18
"""Bytes that are looked at together; longer lines are cut, where something separates if possible."""
_DEEPEST = 60

_PREFIX = re.compile(
    r"\ufeff?(?:[^\t\n]{0,300}\t[^\t\n]{0,300}\t)?\ufeff?(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z ?)?"
)
_HINTED = BytesAhoCorasick([hint.encode() for hint in HINTS])
_ENCODED_LINE = re.compile(rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}+={0,3}+[ \t\"',\\\r]{0,20}+$", re.MULTILINE)
_FOLDED = re.compile("|".join("\u0130\u0131\u017f\u212a").encode())
# Characters without a shape, among which a secret can hide: https://www.unicode.org/reports/tr44/#General_Category_Values
_SHAPELESS = re.compile(
    rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]|\xc2\xad|\xcd\x8f|\xd8\x9c|\xe1\xa0\x8e|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xaf]"
    rb"|\xef\xb8[\x80-\x8f]|\xef\xbb\xbf|\xf3\xa0[\x80-\x87]"
)
_BEGINS = b"-----BEGIN "
_SEPARATORS = re.compile(rb"[\s,;\"'](?=[^\s,;\"']*\Z)")
_SURE_NAME = re.compile(
    r"(?i)(?:.*[_-])?(?:passw(?:or)?d|passphrase|secret|private_?key|client_?secret|secret_?access_?key)s?"
)
_TOKEN_NAME = re.compile(r"(?i)(?:.*[_.-])?(?:\w{0,20}token|authorization|api_?key|credentials?|\w{0,20}auth)s?")
_LEAST_TOKEN = 8


@dataclass(slots=True)
class LineRedaction:
    """Redacts the lines of one text, handed over in blocks that end with a line; remembers private keys across them."""

    strays: bool = True
    """Also mask lines of encoded bytes that stand in no private key, because a log may show a part of one."""
    changed: int = 0
    """Lines that were changed so far."""
    _keys: KeyWatch = field(init=False)

    def __post_init__(self) -> None:
        self._keys = KeyWatch(strays=self.strays)

    def block(self, block: bytes) -> bytes:
        """The block with secrets masked. Bytes that are no UTF-8 stay as they are."""
        whole = self._keys.inside or self._keys.public or _BEGINS in block
        parts, at = [], 0
        for begin, end in _lines(block) if whole else _suspects(block):
            line = block[begin:end]
            made = self._line(line)
            if made != line:
                parts += [block[at:begin], made]
                at = end
                self.changed += 1
        return b"".join([*parts, block[at:]]) if parts else block

    def _line(self, line: bytes) -> bytes:
        if len(line) <= LONGEST_LINE:
            return self._piece(line)
        return b"".join(self._piece(piece) for piece in _pieces(line))

    def _piece(self, line: bytes) -> bytes:
        text = line.decode("utf-8", "surrogateescape")
        start = _prefix(text)
        rest = text[start:]
        plain = shown(rest)
        told = self._keys.read(plain)
        made = told if told != plain else redact(plain, whole_line=self.strays and not self._keys.public)
        if made == plain:
            return line
        end = "\r" if rest.endswith("\r") and not made.endswith("\r") else ""
        return (text[:start] + made + end).encode("utf-8", "surrogateescape")


def redacted_text(text: str) -> str:
    """A text of any number of lines with secrets masked. Encoded bytes outside of a private key stay."""
    if "\n" not in text and len(text) <= LONGEST_LINE:
        return redact(text, whole_line=False)
    raw = text.encode("utf-8", "surrogatepass")
    return LineRedaction(strays=False).block(raw).decode("utf-8", "surrogatepass")


def redacted_json(data: bytes) -> bytes:
    """JSON with secrets masked in its texts, and in what stands behind names such as `password`; else the same bytes.

    What is no JSON is redacted as lines.
    """
    if len(data) <= LARGEST_JSON:
        try:
            value = json.loads(data)
            made = _redacted(value)
        except (ValueError, RecursionError):
            pass
        else:
            return data if made == value else json.dumps(made, separators=(",", ":")).encode() + b"\n"
    return LineRedaction().block(data)


def _redacted(value: Any, name: str = "", depth: int = 0) -> Any:
    if depth > _DEEPEST:
        raise RecursionError
    if isinstance(value, str):
        return _redacted_string(value, name, depth)
    if isinstance(value, dict):
        return {_key(key): _redacted(inner, key, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_redacted(inner, name, depth + 1) for inner in value]
    return value


def _key(key: str) -> str:
    return redact(key) if len(key) >= _LEAST_TOKEN else key


def _redacted_string(text: str, name: str, depth: int) -> str:
    if len(name) <= 200 and (
        _SURE_NAME.fullmatch(name) or (len(text) >= _LEAST_TOKEN and " " not in text and _TOKEN_NAME.fullmatch(name))
    ):
        return masked_value(text)
    if text[:1] in ("{", "[") and len(text) > 2:
        try:
            inner = json.loads(text)
            made = _redacted(inner, "", depth + 1)
        except (ValueError, RecursionError):
            return redacted_text(text)
        return text if made == inner else json.dumps(made, separators=(",", ":"), ensure_ascii=False)
    return redacted_text(text)


def _suspects(block: bytes) -> Iterator[tuple[int, int]]:
    """The lines in which there may be something, from their first byte to their line feed."""
    places = {start for _, start, _ in _HINTED.find_matches_as_indexes(block.lower())}
    for form in (_ENCODED_LINE, _FOLDED, _SHAPELESS):
        places.update(found.start() for found in form.finditer(block))
    end = -1
    for place in sorted(places):
        if place > end:
            begin = block.rfind(b"\n", 0, place) + 1
            end = block.find(b"\n", place)
            end = len(block) if end < 0 else end
            yield begin, end


def _lines(block: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(block):
        end = block.find(b"\n", at)
        end = len(block) if end < 0 else end
        yield at, end
        at = end + 1


def _pieces(line: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(line):
        piece = line[at : at + LONGEST_LINE]
        if at + len(piece) < len(line):
            cut = _SEPARATORS.search(piece, len(piece) - 4096)
            piece = piece[: cut.end()] if cut is not None else piece
        yield piece
        at += len(piece)


def _prefix(text: str) -> int:
    """Where the text of a log's line begins, behind its job, step and time."""
    found = _PREFIX.match(text)
    stamped = found is not None and found.group().rstrip().endswith("Z")
    return found.end() if found is not None and stamped else 0
