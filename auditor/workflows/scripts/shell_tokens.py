"""Shell text → tokens, as far as the POSIX shell and bash agree.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_03
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.workflows.scripts.tree import OpaqueScriptError

LONGEST = 30_000
"""Characters of a script; longer ones are not followed."""
_DEEPEST = 25

_REDIRECT = re.compile(r"\d{0,2}(?:>>|>\||>&|&>>|&>|<<<|<<-|<<|<&|<>|>|<)")
_OPERATOR = re.compile(r";;&|;;|;&|;|&&|&|\|\||\|&|\||\(|\)")
_STOPS = frozenset(" \t\n;&|()<>")


@dataclass(frozen=True, slots=True)
class Token:
    """A word as written, an operator, a redirect operator (`body` is its here-document), a newline, or the end."""

    kind: str
    text: str
    index: int
    body: str | None = None


def tokens(script: str) -> list[Token]:
    """Cut a script into tokens. Raises `OpaqueScriptError` for unbalanced quotes and text beyond the limits."""
    if len(script) > LONGEST:
        raise OpaqueScriptError("the script is too long to be followed")
    return _Lexer(script.replace("\r\n", "\n")).run()


class _Lexer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._index = 0
        self._found: list[Token] = []
        self._waiting: list[int] = []

    def run(self) -> list[Token]:
        text = self._text
        while self._at < len(text):
            char = text[self._at]
            if char in " \t":
                self._at += 1
            elif text.startswith("\\\n", self._at):
                self._at += 2
                self._index += 1
            elif char == "\n":
                self._newline()
            elif char == "#":
                end = text.find("\n", self._at)
                self._at = len(text) if end < 0 else end
            elif redirect := _REDIRECT.match(text, self._at):
                self._redirect(redirect[0])
            elif operator := _OPERATOR.match(text, self._at):
                self._add("op", operator[0])
                self._at = operator.end()
            else:
                self._word()
        self._found.append(Token("end", "", self._index))
        return self._found

    def _add(self, kind: str, text: str, body: str | None = None) -> None:
        self._found.append(Token(kind, text, self._index, body))

    def _redirect(self, operator: str) -> None:
        self._add("redirect", operator)
        self._at += len(operator)
        if operator.endswith(("<<", "<<-")) and not operator.endswith("<<<"):
            self._waiting.append(len(self._found) - 1)

    def _newline(self) -> None:
        self._add("newline", "\n")
        self._at += 1
        self._index += 1
        for place in self._waiting:
            self._here_document(place)
        self._waiting.clear()

    def _here_document(self, place: int) -> None:
        if place + 1 >= len(self._found) or self._found[place + 1].kind != "word":
            raise OpaqueScriptError("a here-document has no end word")
        opened = self._found[place]
        stop = re.sub(r"['\"\\]", "", self._found[place + 1].text)
        body: list[str] = []
        while self._at < len(self._text):
            end = self._text.find("\n", self._at)
            end = len(self._text) if end < 0 else end
            line = self._text[self._at : end]
            self._at = min(end + 1, len(self._text))
            self._index += 1
            line = line.lstrip("\t") if opened.text.endswith("-") else line
            if line == stop:
                break
            body.append(line)
        else:
            raise OpaqueScriptError("a here-document is not closed")
        self._found[place] = Token("redirect", opened.text, opened.index, "\n".join(body))

    def _word(self) -> None:
        start, first = self._at, self._index
        while self._at < len(self._text) and self._text[self._at] not in _STOPS:
            end = skip(self._text, self._at)
            self._index += self._text.count("\n", self._at, end)
            self._at = end
        self._found.append(Token("word", self._text[start : self._at], first))


def skip(text: str, at: int, depth: int = 0) -> int:
    """Return the position behind the character, quotation, expansion or `${{ }}` at `at`."""
    if depth > _DEEPEST:
        raise OpaqueScriptError("the script is nested too deeply")
    char = text[at]
    if char == "\\":
        return min(at + 2, len(text))
    if char == "'":
        return _find(text, "'", at + 1) + 1
    if char == '"':
        return _until(text, at + 1, '"', depth)
    if char == "`":
        return _find(text, "`", at + 1) + 1
    if text.startswith("${{", at):
        return _find(text, "}}", at + 3) + 2
    if text.startswith("$(", at):
        return _until(text, at + 2, ")", depth)
    if text.startswith("${", at):
        return _until(text, at + 2, "}", depth)
    return _find(text, "'", at + 2) + 1 if text.startswith("$'", at) else at + 1


def _find(text: str, what: str, at: int) -> int:
    found = text.find(what, at)
    if found < 0:
        raise OpaqueScriptError("a quotation in the script is not closed")
    return found


def _until(text: str, at: int, close: str, depth: int) -> int:
    """Skip to behind the closing character; inside double quotes single quotes are plain text."""
    while at < len(text):
        char = text[at]
        if char == close:
            return at + 1
        if close == '"' and char == "'":
            at += 1
        elif close == ")" and char == "(":
            at = _until(text, at + 1, ")", depth + 1)
        elif close == ")" and char == "#" and text[at - 1] in " \t\n(":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        else:
            at = skip(text, at, depth + 1)
    raise OpaqueScriptError("a quotation in the script is not closed")
