"""PowerShell text → structure: `if`, loops and `try` are followed, everything else is a statement.

https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.core/about/about_language_keywords
"""

from __future__ import annotations

import re

from auditor.workflows.scripts.tree import Attempt, Branch, Loop, Node, OpaqueScriptError, Sequence, Statement

LONGEST = 30_000
_DEEPEST = 30
_KEYWORD = re.compile(r"(?i)(if|foreach|for|while|try|switch|do|function|filter|class|trap|begin|process)\b(?![-=\w])")
_VARIABLE = re.compile(r"\$([A-Za-z_]\w{0,100})")
_WORD = re.compile(r"\s*([A-Za-z]+)")
_GAP = re.compile(r"(?:\s|;|<#.*?#>|#[^\n]*)+", re.DOTALL)
_CLOSES = {"(": ")", "{": "}", "[": "]"}


def parse_powershell(script: str) -> Sequence:
    """Return the structure of a PowerShell script. Raises `OpaqueScriptError` for what is not followed."""
    if len(script) > LONGEST:
        raise OpaqueScriptError("the script is too long to be followed")
    return _Parser(script.replace("\r\n", "\n")).block(0, None, 0)[0]


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text

    def block(self, at: int, close: str | None, depth: int) -> tuple[Sequence, int]:
        """Read statements up to the closing brace, or to the end; return them and the position behind."""
        if depth > _DEEPEST:
            raise OpaqueScriptError("the script is nested too deeply")
        items: list[Node] = []
        while True:
            at = self._gap(at)
            if at >= len(self._text):
                if close is not None:
                    raise OpaqueScriptError("a block in the script is not closed")
                return Sequence(tuple(items)), at
            if self._text[at] == close:
                return Sequence(tuple(items)), at + 1
            if self._text[at] == "}":
                raise OpaqueScriptError("`}` stands where no statement can")
            node, at = self._statement(at, depth)
            items.append(node)

    def _gap(self, at: int) -> int:
        gap = _GAP.match(self._text, at)
        return gap.end() if gap else at

    def _index(self, at: int) -> int:
        return self._text.count("\n", 0, at)

    def _statement(self, at: int, depth: int) -> tuple[Node, int]:
        keyword = _KEYWORD.match(self._text, at)
        word = keyword[1].lower() if keyword else ""
        if keyword is not None and word == "if":
            return self._if(keyword.end(), depth)
        if keyword is not None and word == "try":
            return self._try(keyword.end(), depth)
        if keyword is not None and word in ("foreach", "for", "while"):
            head, at = self._enclosed(keyword.end(), "(")
            body, at = self._body(at, depth)
            variables = tuple(dict.fromkeys(name.lower() for name in _VARIABLE.findall(head)))
            return Loop(None, body, entered=False, variables=variables), at
        if word:
            raise OpaqueScriptError(f"`{word}` is not followed")
        end = self._end_of_statement(at)
        return Statement(self._text[at:end].strip(), self._index(at)), end

    def _if(self, at: int, depth: int) -> tuple[Node, int]:
        arms: list[tuple[Node, Node]] = []
        while True:
            start = at
            condition, at = self._enclosed(at, "(")
            body, at = self._body(at, depth)
            arms.append((Statement(condition.strip(), self._index(start), is_test=True), body))
            following = _WORD.match(self._text, self._gap(at))
            word = following[1].lower() if following else ""
            if following is not None and word == "elseif":
                at = following.end()
            elif following is not None and word == "else":
                otherwise, at = self._body(following.end(), depth)
                return Branch(tuple(arms), otherwise), at
            else:
                return Branch(tuple(arms), None), at

    def _try(self, at: int, depth: int) -> tuple[Node, int]:
        body, at = self._body(at, depth)
        handler: Node | None = None
        final: Node | None = None
        while True:
            following = _WORD.match(self._text, self._gap(at))
            word = following[1].lower() if following else ""
            if following is not None and word == "catch":
                brace = self._text.find("{", following.end())
                if brace < 0:
                    raise OpaqueScriptError("a block in the script is not closed")
                caught, at = self.block(brace + 1, "}", depth + 1)
                handler = caught if handler is None else handler
            elif following is not None and word == "finally":
                final, at = self._body(following.end(), depth)
            else:
                return Attempt(body, handler, final), at

    def _body(self, at: int, depth: int) -> tuple[Sequence, int]:
        at = self._gap(at)
        if at >= len(self._text) or self._text[at] != "{":
            raise OpaqueScriptError("a block is missing in the script")
        return self.block(at + 1, "}", depth + 1)

    def _enclosed(self, at: int, opening: str) -> tuple[str, int]:
        at = self._gap(at)
        if at >= len(self._text) or self._text[at] != opening:
            raise OpaqueScriptError("a condition is missing in the script")
        end = self._skip(at)
        return self._text[at + 1 : end - 1], end

    def _end_of_statement(self, at: int) -> int:
        start = at
        while at < len(self._text):
            char = self._text[at]
            if char in ";}":
                return at
            if char == "\n" and not self._text[start:at].rstrip(" \t").endswith(
                ("|", "`", ",", "=", "+", "-and", "-or")
            ):
                return at
            at = self._skip(at)
        return at

    def _skip(self, at: int, depth: int = 0) -> int:
        """Return the position behind the character, string, comment or bracket at `at`."""
        text = self._text
        if depth > _DEEPEST:
            raise OpaqueScriptError("the script is nested too deeply")
        char = text[at]
        if char == "`":
            return min(at + 2, len(text))
        if text.startswith(("@'", '@"'), at):
            return self._find("\n" + text[at + 1] + "@", at) + 3
        if text.startswith("<#", at):
            return self._find("#>", at) + 2
        if text.startswith("${{", at):
            return self._find("}}", at) + 2
        if char == "'":
            return self._find("'", at + 1) + 1
        if char == '"':
            at += 1
            while at < len(text) and text[at] != '"':
                at = (
                    self._skip(at, depth + 1) if text[at] in "`$" and text.startswith(("`", "$(", "${"), at) else at + 1
                )
            return min(at + 1, len(text))
        if char == "#" and (at == 0 or text[at - 1] in " \t\n({;"):
            end = text.find("\n", at)
            return len(text) if end < 0 else end
        if char == "$" and text.startswith(("$(", "${"), at):
            return self._skip(at + 1, depth)
        if char in _CLOSES:
            return self._bracket(at, _CLOSES[char], depth)
        return at + 1

    def _bracket(self, at: int, close: str, depth: int) -> int:
        at += 1
        while at < len(self._text):
            if self._text[at] == close:
                return at + 1
            at = self._skip(at, depth + 1)
        raise OpaqueScriptError("a bracket in the script is not closed")

    def _find(self, what: str, at: int) -> int:
        found = self._text.find(what, at)
        if found < 0:
            raise OpaqueScriptError("a quotation in the script is not closed")
        return found
