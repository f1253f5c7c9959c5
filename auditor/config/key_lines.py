"""On which line each key of a TOML text stands; the standard library's reader does not say.

The text has been read as TOML before, so this walk need not find mistakes, only keys. https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import re
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_KEY_PART = re.compile(r"""[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*""")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}|\'\'\'(?:[^\']|\'(?!\'\'))*\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
_PLAIN = re.compile(r"[^\s,\]}#]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")


def key_lines(text: str) -> dict[Path, int]:
    """Return the line (from 1) of every key and array entry, by its path: `("targets", 0, "platform")`."""
    return _Walk(text.replace("\r\n", "\n")).lines()


class _Walk:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._seen = 0
        self._found: dict[Path, int] = {}
        self._arrays: dict[Path, int] = {}

    def lines(self) -> dict[Path, int]:
        table: Path = ()
        while True:
            self._skip()
            if self._at >= len(self._text):
                return self._found
            if self._text.startswith("[[", self._at):
                table = self._header(2)
            elif self._text[self._at] == "[":
                table = self._header(1)
            elif not self._pair(table):
                self._at = (self._text.find("\n", self._at) + 1) or len(self._text)

    def _here(self) -> int:
        self._line += self._text.count("\n", self._seen, self._at)
        self._seen = self._at
        return self._line

    def _skip(self) -> None:
        blank = _BLANK.match(self._text, self._at)
        self._at = blank.end() if blank else self._at

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while part := _KEY_PART.match(self._text, self._at):
            quoted, literal, bare = part.groups()
            keys.append(_unescaped(quoted) if quoted is not None else literal if literal is not None else bare)
            self._at = part.end()
            if not self._text.startswith(".", self._at):
                break
            self._at += 1
        return keys

    def _header(self, brackets: int) -> Path:
        line = self._here()
        self._at += brackets
        keys = self._keys()
        self._at += brackets
        path = self._within((), keys[:-1])
        last: Path = (*path, *keys[-1:])
        if brackets == 2:
            number = self._arrays[last] = self._arrays.get(last, -1) + 1
            self._found.setdefault(last, line)
            last = (*last, number)
        elif last in self._arrays:
            last = (*last, self._arrays[last])
        self._found.setdefault(last, line)
        return last

    def _within(self, start: Path, keys: list[str]) -> Path:
        """Follow keys; of an array of tables the last one is meant."""
        for key in keys:
            start = (*start, key)
            self._found.setdefault(start, self._here())
            if start in self._arrays:
                start = (*start, self._arrays[start])
        return start

    def _pair(self, table: Path) -> bool:
        line = self._here()
        keys = self._keys()
        if not keys or not self._text.startswith("=", self._at):
            return False
        for length in range(1, len(keys) + 1):
            self._found.setdefault((*table, *keys[:length]), line)
        self._at += 1
        self._skip()
        self._value((*table, *keys))
        return True

    def _value(self, path: Path) -> None:
        if string := _STRING.match(self._text, self._at):
            self._at = string.end()
        elif self._text.startswith("[", self._at):
            self._several(path, "]")
        elif self._text.startswith("{", self._at):
            self._several(path, "}")
        elif plain := _PLAIN.match(self._text, self._at):
            self._at = plain.end()
            if re.match(r" \d\d:", self._text[self._at : self._at + 4]):  # a date and a time with a blank between
                self._at += len(_PLAIN.match(self._text, self._at + 1)[0]) + 1  # type: ignore[index]

    def _several(self, path: Path, end: str) -> None:
        self._at += 1
        number = 0
        while True:
            self._skip()
            before = self._at
            if self._text.startswith(end, self._at) or self._at >= len(self._text):
                self._at += 1
                return
            if self._text.startswith(",", self._at):
                self._at += 1
                continue
            if end == "]":
                self._found[(*path, number)] = self._here()
                self._value((*path, number))
                number += 1
            else:
                self._pair(path)
            if self._at == before:
                self._at += 1


def _unescaped(text: str) -> str:
    def replaced(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        if code:
            return chr(int(code, 16))
        return {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}.get(found[3], found[3])

    return _ESCAPE.sub(replaced, text)
