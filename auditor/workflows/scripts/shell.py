"""Shell tokens → structure. Whatever is not followed raises `OpaqueScriptError`."""

from __future__ import annotations

import re

from auditor.workflows.scripts.shell_tokens import Token, tokens
from auditor.workflows.scripts.tree import (
    Branch,
    Chain,
    Choice,
    Command,
    Function,
    Group,
    Loop,
    Negation,
    Node,
    OpaqueScriptError,
    Pipe,
    Redirect,
    Sequence,
)

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*\+?)=")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DEEPEST = 30
_ENDS = frozenset({"then", "elif", "else", "fi", "do", "done", "esac", "}"})


def parse_shell(script: str) -> Sequence:
    """Return the structure of a POSIX or bash script. Raises `OpaqueScriptError`."""
    parser = _Parser(tokens(script))
    found = parser.sequence()
    if parser.next.kind != "end":
        raise OpaqueScriptError(f"`{parser.next.text[:20]}` stands where no command can")
    return found


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self.next
        if token.kind != "end":
            self._at += 1
        return token

    def _is(self, kind: str, *texts: str) -> bool:
        return self.next.kind == kind and self.next.text in texts

    def _expect(self, kind: str, *texts: str) -> Token:
        if not self._is(kind, *texts):
            raise OpaqueScriptError(f"`{texts[0]}` is missing before `{self.next.text[:20]}`")
        return self._take()

    def _blank(self) -> None:
        while self.next.kind == "newline" or self._is("op", ";", "&"):
            self._at += 1

    def sequence(self) -> Sequence:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise OpaqueScriptError("the script is nested too deeply")
        items: list[Node] = []
        self._blank()
        while not (self.next.kind == "end" or self._is("word", *_ENDS) or self._is("op", ")", ";;", ";&", ";;&")):
            items.append(self._chain())
            if not (self.next.kind in ("newline", "end") or self._is("op", ";", "&", ")", ";;", ";&", ";;&")):
                raise OpaqueScriptError(f"`{self.next.text[:20]}` stands where a command should end")
            self._blank()
        self._depth -= 1
        return Sequence(tuple(items))

    def _chain(self) -> Node:
        first = self._pipe()
        rest: list[tuple[str, Node]] = []
        while self._is("op", "&&", "||"):
            operator = self._take().text
            self._newlines()
            rest.append((operator, self._pipe()))
        return Chain(first, tuple(rest)) if rest else first

    def _newlines(self) -> None:
        while self.next.kind == "newline":
            self._at += 1

    def _pipe(self) -> Node:
        negated = False
        while self._is("word", "!"):
            self._at += 1
            negated = not negated
        parts = [self._command()]
        while self._is("op", "|", "|&"):
            self._at += 1
            self._newlines()
            parts.append(self._command())
        node: Node = Pipe(tuple(parts)) if len(parts) > 1 else parts[0]
        return Negation(node) if negated else node

    def _command(self) -> Node:
        token = self.next
        if self._is("word", "if"):
            return self._redirected(self._if())
        if self._is("word", "while", "until", "for", "select"):
            return self._redirected(self._loop())
        if self._is("word", "case"):
            return self._redirected(self._case())
        if self._is("word", "{"):
            self._at += 1
            body = self.sequence()
            self._expect("word", "}")
            return Group(body, self._redirects(), subshell=False)
        if self._is("op", "("):
            return self._subshell()
        if token.kind == "word" and token.text == "function":
            self._at += 1
            return self._function(self._take().text)
        following = self._tokens[self._at + 1 : self._at + 3]
        if token.kind == "word" and [each.text for each in following] == ["(", ")"]:
            self._at += 1
            return self._function(token.text)
        return self._simple()

    def _function(self, name: str) -> Node:
        if self._is("op", "("):
            self._at += 1
            self._expect("op", ")")
        self._newlines()
        return Function(name, self._command())

    def _redirected(self, node: Node) -> Node:
        redirects = self._redirects()
        return Group(node, redirects, subshell=False) if redirects else node

    def _redirects(self) -> tuple[Redirect, ...]:
        found = []
        while self.next.kind == "redirect":
            token = self._take()
            target = self._take()
            if target.kind != "word":
                raise OpaqueScriptError("a redirection has no target")
            found.append(Redirect(token.text, target.text, token.body))
        return tuple(found)

    def _subshell(self) -> Node:
        self._expect("op", "(")
        if self._is("op", "("):
            return self._arithmetic()
        body = self.sequence()
        self._expect("op", ")")
        return Group(body, self._redirects(), subshell=True)

    def _arithmetic(self) -> Node:
        """`(( … ))`: may be true or false, and may set every name in it."""
        index, depth = self.next.index, 1
        names: list[str] = []
        while depth and self.next.kind != "end":
            token = self._take()
            depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "op" else 0
            names.extend(_NAME.findall(token.text) if token.kind == "word" else ())
        if depth:
            raise OpaqueScriptError("`((` is not closed")
        return Command(("((", *names), (), self._redirects(), index)

    def _if(self) -> Node:
        arms: list[tuple[Node, Node]] = []
        otherwise: Node | None = None
        self._expect("word", "if")
        while True:
            condition = self.sequence()
            self._expect("word", "then")
            arms.append((condition, self.sequence()))
            if self._is("word", "elif"):
                self._at += 1
                continue
            if self._is("word", "else"):
                self._at += 1
                otherwise = self.sequence()
            self._expect("word", "fi")
            return Branch(tuple(arms), otherwise)

    def _loop(self) -> Node:
        kind = self._take().text
        head: Node | None = None
        entered = False
        variables: tuple[str, ...] = ()
        if kind in ("while", "until"):
            head = self.sequence()
            entered = head == _simple_head("true" if kind == "while" else "false", head)
            head = Negation(head) if kind == "until" else head
        elif self._is("op", "("):
            self._at += 1
            counted = self._arithmetic()
            variables = counted.words[1:] if isinstance(counted, Command) else ()
        else:
            variables = (self.next.text,)
            listed = 0
            while not (self._is("op", ";") or self.next.kind in ("newline", "end")):
                listed += int(not self._take().text.startswith(("$", "`", '"$')))
            entered = listed > 2
        self._blank()
        self._expect("word", "do")
        body = self.sequence()
        self._expect("word", "done")
        return Loop(head, body, entered, variables)

    def _case(self) -> Node:
        index = self._expect("word", "case").index
        subject = self._take().text
        self._newlines()
        self._expect("word", "in")
        arms: list[tuple[tuple[str, ...], Node]] = []
        self._blank()
        while not self._is("word", "esac"):
            if self._is("op", "("):
                self._at += 1
            patterns = [self._take()]
            while self._is("op", "|"):
                self._at += 1
                patterns.append(self._take())
            self._expect("op", ")")
            if any(pattern.kind != "word" for pattern in patterns):
                raise OpaqueScriptError("a `case` pattern is not followed")
            arms.append((tuple(pattern.text for pattern in patterns), self.sequence()))
            if self._is("op", ";&", ";;&"):
                raise OpaqueScriptError("`case` arms that fall through are not followed")
            if self._is("op", ";;"):
                self._at += 1
            self._blank()
        self._expect("word", "esac")
        return Choice(subject, tuple(arms), index)

    def _simple(self) -> Node:
        assignments: list[tuple[str, str]] = []
        words: list[str] = []
        redirects: list[Redirect] = []
        index = self.next.index
        while True:
            if self.next.kind == "redirect":
                redirects.extend(self._redirects())
            elif self.next.kind != "word":
                break
            else:
                text = self._take().text
                assignment = _ASSIGNMENT.match(text)
                if assignment is not None and not words:
                    if self._is("op", "("):
                        raise OpaqueScriptError("arrays are not followed")
                    assignments.append((assignment[1], text[assignment.end() :]))
                else:
                    words.append(text)
                    if words == ["[["]:
                        self._double_bracket(words)
        if not (words or assignments or redirects):
            raise OpaqueScriptError(f"`{self.next.text[:20]}` stands where a command should be")
        return Command(tuple(words), tuple(assignments), tuple(redirects), index)

    def _double_bracket(self, words: list[str]) -> None:
        while words[-1] != "]]":
            token = self._take()
            if token.kind == "end":
                raise OpaqueScriptError("`[[` is not closed")
            if token.kind != "newline":
                words.append(token.text)


def _simple_head(word: str, like: Node) -> Node:
    """Return a sequence of just `word`, at the line of `like`, to compare a loop's head with."""
    index = 0
    if isinstance(like, Sequence) and len(like.items) == 1 and isinstance(like.items[0], Command):
        index = like.items[0].index
    return Sequence((Command((word,), (), (), index),))
