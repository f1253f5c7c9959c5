"""Tokens → tree, with GitHub's precedence: `.` `[]`, `!`, `<` `<=` `>` `>=`, `==` `!=`, `&&`, `||`."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from auditor.workflows.expression.lexer import Token, tokens
from auditor.workflows.expression.tree import (
    Call,
    Compare,
    Context,
    ExpressionError,
    Index,
    Literal,
    Logic,
    Not,
    Tree,
)

DEEPEST = 50
"""Levels of nesting; GitHub's own limit."""


@lru_cache(maxsize=1024)
def parse(text: str, offset: int = 0) -> Tree:
    """Parse one bare expression; node positions are shifted by `offset`.

    Raises `ExpressionError` with the position of the first thing GitHub would refuse. Names of contexts and functions
    are not checked: one that is not known evaluates to `UNKNOWN`.
    """
    return _Parser(tokens(text, offset)).whole()


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._open = 0

    def whole(self) -> Tree:
        tree = self._or()
        if self._next.kind != "end":
            raise self._unexpected()
        return tree

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self, kind: str) -> Token | None:
        token = self._next
        if token.kind != kind:
            return None
        self._at += 1
        return token

    def _expect(self, kind: str) -> Token:
        token = self._take(kind)
        if token is None:
            raise self._unexpected()
        return token

    def _unexpected(self) -> ExpressionError:
        token = self._next
        said = "the expression ends too early" if token.kind == "end" else f"unexpected `{token.text[:40]}`"
        return ExpressionError(said, token.start)

    def _deeper(self, *below: Tree) -> int:
        depth = 1 + max((node.depth for node in below), default=0)
        if depth > DEEPEST:
            raise ExpressionError(f"nested deeper than {DEEPEST} levels", self._next.start)
        return depth

    def _nested(self) -> Tree:
        self._open += 1
        if self._open > DEEPEST:
            raise ExpressionError(f"nested deeper than {DEEPEST} levels", self._next.start)
        tree = self._or()
        self._open -= 1
        return tree

    def _or(self) -> Tree:
        return self._chain("||", self._and)

    def _and(self) -> Tree:
        return self._chain("&&", lambda: self._compared(("==", "!="), self._ordered))

    def _ordered(self) -> Tree:
        return self._compared(("<", "<=", ">", ">="), self._unary)

    def _chain(self, operator: str, inner: Callable[[], Tree]) -> Tree:
        parts = [inner()]
        while self._take(operator):
            parts.append(inner())
        if len(parts) == 1:
            return parts[0]
        return Logic(operator, tuple(parts), parts[0].start, parts[-1].end, self._deeper(*parts))

    def _compared(self, operators: tuple[str, ...], inner: Callable[[], Tree]) -> Tree:
        left = inner()
        while self._next.kind in operators:
            operator = self._next.kind
            self._at += 1
            right = inner()
            left = Compare(operator, left, right, left.start, right.end, self._deeper(left, right))
        return left

    def _unary(self) -> Tree:
        marks = []
        while bang := self._take("!"):
            marks.append(bang.start)
            if len(marks) > DEEPEST:
                raise ExpressionError(f"nested deeper than {DEEPEST} levels", bang.start)
        tree = self._access()
        for start in reversed(marks):
            tree = Not(tree, start, tree.end, self._deeper(tree))
        return tree

    def _access(self) -> Tree:
        first = self._next
        tree = self._primary()
        if first.kind == "literal":
            return tree
        while True:
            if self._take("["):
                key = None if self._take("*") else self._nested()
                end = self._expect("]").end
            elif self._take("."):
                if star := self._take("*"):
                    key, end = None, star.end
                else:
                    name = self._expect("name")
                    key, end = Literal(name.text, name.start, name.end), name.end
            else:
                return tree
            below = (tree,) if key is None else (tree, key)
            tree = Index(tree, key, tree.start, end, self._deeper(*below))

    def _primary(self) -> Tree:
        if literal := self._take("literal"):
            return Literal(literal.value, literal.start, literal.end)
        if self._take("("):
            tree = self._nested()
            self._expect(")")
            return tree
        name = self._expect("name")
        if not self._take("("):
            return Context(name.text, name.start, name.end)
        args: list[Tree] = []
        while not (close := self._take(")")):
            if args:
                self._expect(",")
            args.append(self._nested())
        return Call(name.text.lower(), tuple(args), name.start, close.end, self._deeper(*args))
