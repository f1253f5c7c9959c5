"""GitHub's expression language, evaluated over facts that may be incomplete.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions

Contexts are plain mappings (`github`, `needs`, `inputs`, `vars`, `env`, `matrix`, `strategy`, `steps`): a key absent
from one is null, as on GitHub; a context that is not given at all (`secrets` never is) is `UNKNOWN`; a context of which
only some keys are known is wrapped in `Partial`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.workflows.expression.evaluator import NO_STATUS, Evaluator, Status
from auditor.workflows.expression.reasons import reasons, unknown_reads
from auditor.workflows.expression.template import condition_tree, segments, status_functions, tree_of
from auditor.workflows.expression.tree import Call, ExpressionError, Logic, Tree
from auditor.workflows.expression.values import UNKNOWN, Partial, Ternary, Value, to_text, truth

__all__ = [
    "UNKNOWN",
    "ExpressionError",
    "Partial",
    "Status",
    "Ternary",
    "Value",
    "evaluate",
    "evaluate_condition",
    "full_condition",
    "interpolate",
    "is_constant_false",
    "to_text",
    "truth",
    "undecided",
    "uses_status_function",
    "why_false",
]


def evaluate(text: str, context: Mapping[str, Any], status: Status = NO_STATUS) -> Value:
    """Return the value of an expression, bare or in `${{ }}`, or `UNKNOWN`; blank text is null.

    `&&` and `||` return the deciding operand. Raises `ExpressionError` with the position of a syntax error.
    """
    tree = tree_of(text)
    return None if tree is None else Evaluator(context, status).value(tree)


def evaluate_condition(text: str, context: Mapping[str, Any], status: Status = NO_STATUS) -> Ternary:
    """Return whether an `if` lets its job or step run: true, false, or `UNKNOWN`.

    A condition without a status function is `success() && (condition)`; blank text is `success()`.
    https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
    Raises `ExpressionError`.
    """
    return Evaluator(context, status).truth(full_condition(text))


def full_condition(text: str) -> Tree:
    """Return the tree GitHub evaluates for an `if`, with the implied `success()`. Raises `ExpressionError`."""
    tree = condition_tree(text)
    implied = Call("success", (), 0, 0, 1)
    if tree is None:
        return implied
    return tree if status_functions(tree) else Logic("&&", (implied, tree), tree.start, tree.end, tree.depth + 1)


def uses_status_function(text: str) -> bool:
    """Tell whether an `if` names `always()`, `success()`, `failure()` or `cancelled()`. Raises `ExpressionError`."""
    return status_functions(condition_tree(text))


def interpolate(template: str, context: Mapping[str, Any]) -> str | Any:
    """Return a template with every `${{ }}` replaced, or `UNKNOWN` when one of them is. Raises `ExpressionError`."""
    texts = []
    for segment in segments(template):
        value = evaluate(segment.text, context) if segment.is_expression else segment.text
        if value is UNKNOWN:
            return UNKNOWN
        texts.append(to_text(value))
    return "".join(texts)


def why_false(text: str, context: Mapping[str, Any], status: Status = NO_STATUS) -> tuple[str, ...]:
    """Say which parts made an `if` false and what they read; nothing when it is not known to be false.

    For example: "`github.event_name == 'release'` is false: the event was `push`". Raises `ExpressionError`.
    """
    evaluator = Evaluator(context, status)
    tree = condition_tree(text)
    own = reasons(text, tree, evaluator, wanted=False) if tree is not None else ()
    if own or evaluator.truth(full_condition(text)) is not False:
        return own
    return (f"the implied `success()` is false{': ' + status.why if status.why else ''}",)


def undecided(text: str, context: Mapping[str, Any], status: Status = NO_STATUS) -> tuple[str, ...]:
    """Return the context reads of an expression, as written, that the facts do not tell. Raises `ExpressionError`."""
    tree = condition_tree(text)
    return () if tree is None else unknown_reads(text, tree, Evaluator(context, status))


def is_constant_false(text: str) -> bool:
    """Tell whether an `if` can never be true, such as `false` or `${{ false && … }}`. Raises `ExpressionError`."""
    tree = condition_tree(text)
    return tree is not None and Evaluator({}).truth(tree) is False
