"""Tree + contexts → value, honest about what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.workflows.expression.functions import call
from auditor.workflows.expression.tree import Call, Compare, Context, Index, Literal, Logic, Not, Tree
from auditor.workflows.expression.values import (
    UNKNOWN,
    Partial,
    Ternary,
    Value,
    equals,
    every,
    fold,
    less,
    lookup,
    to_text,
    truth,
)


@dataclass(frozen=True, slots=True)
class Status:
    """What the status functions answer at the moment a condition is evaluated.

    `results` gives `success`, `failure`, `cancelled` or `skipped` by job id for `success('job')`, which is accepted
    though not documented. `why` says in words why `success()` is false.

    https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
    """

    success: Ternary = UNKNOWN
    failure: Ternary = UNKNOWN
    cancelled: Ternary = UNKNOWN
    results: Mapping[str, str] = field(default_factory=dict)
    why: str = ""


NO_STATUS = Status()


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Evaluates trees in one set of contexts.

    A context that is not in `contexts` is `UNKNOWN` as a whole; a key absent from a plain mapping is null; a key absent
    from a `Partial` mapping is `UNKNOWN`.
    """

    contexts: Mapping[str, Any]
    status: Status = NO_STATUS

    def value(self, node: Tree) -> Value:
        """Return the node's value, or `UNKNOWN`."""
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Context):
            return self._context(node.name)
        if isinstance(node, Index):
            target = self.value(node.target)
            return every(target) if node.key is None else lookup(target, self.value(node.key))
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Not):
            answer = self.truth(node.operand)
            return UNKNOWN if answer is UNKNOWN else not answer
        return self._compare(node) if isinstance(node, Compare) else self._logic(node)

    def truth(self, node: Tree) -> Ternary:
        """Return whether the node counts as true.

        One false part makes `&&` false and one true part makes `||` true, whatever the unknown parts are.
        """
        if isinstance(node, Logic):
            decisive = node.operator == "||"
            answers = [self.truth(part) for part in node.parts]
            if decisive in answers:
                return decisive
            return UNKNOWN if UNKNOWN in answers else not decisive
        return truth(self.value(node))

    def _context(self, name: str) -> Value:
        return lookup(Partial(self.contexts), name)

    def _call(self, node: Call) -> Value:
        if node.name == "always" and not node.args:
            return True
        if node.name == "cancelled" and not node.args:
            return self.status.cancelled
        if node.name in ("success", "failure"):
            if not node.args:
                return self.status.success if node.name == "success" else self.status.failure
            return self._of_jobs(node)
        return call(node.name, [self.value(arg) for arg in node.args])

    def _of_jobs(self, node: Call) -> Ternary:
        results = {fold(job): result for job, result in self.status.results.items()}
        names = [self.value(arg) for arg in node.args]
        found = [None if name is UNKNOWN else results.get(fold(to_text(name))) for name in names]
        if node.name == "failure":
            if "failure" in found:
                return True
            return UNKNOWN if None in found else False
        if any(result not in (None, "success") for result in found):
            return False
        return UNKNOWN if None in found else True

    def _compare(self, node: Compare) -> Ternary:
        left, right = self.value(node.left), self.value(node.right)
        if left is UNKNOWN or right is UNKNOWN:
            return UNKNOWN
        same = equals(left, right)
        if node.operator in ("==", "!="):
            return same if node.operator == "==" else not same
        strict = less(left, right) if node.operator.startswith("<") else less(right, left)
        return bool(strict) or (node.operator.endswith("=") and bool(same))

    def _logic(self, node: Logic) -> Value:
        """Return the deciding operand itself, as GitHub does."""
        decisive = node.operator == "||"
        value: Value = None
        for part in node.parts:
            value = self.value(part)
            answer = truth(value)
            if answer is UNKNOWN or answer is decisive:
                return value if answer is decisive else UNKNOWN
        return value
