"""Says in words which part of an expression decided it, and what that part read."""

from __future__ import annotations

import math

from auditor.logs.redact import safe_line
from auditor.workflows.expression.evaluator import Evaluator
from auditor.workflows.expression.tree import Call, Compare, Context, Index, Literal, Logic, Not, Tree, path_of, walk
from auditor.workflows.expression.values import UNKNOWN, Value, is_number, number_text, to_number, truth

_LONGEST_QUOTE = 160
_MOST_REASONS = 4

_SUBJECTS = {
    ("github", "event_name"): "the event was {}",
    ("github", "ref"): "the ref was {}",
    ("github", "ref_name"): "the ref name was {}",
    ("github", "ref_type"): "the ref was a {}",
    ("github", "repository"): "the repository was {}",
    ("github", "repository_owner"): "the repository owner was {}",
    ("github", "event", "action"): "the event's action was {}",
    ("github", "run_attempt"): "the attempt was {}",
}


def reasons(source: str, tree: Tree, evaluator: Evaluator, wanted: bool) -> tuple[str, ...]:
    """Return the sentences that explain why a tree is `wanted`; none when it is not known to be so."""
    if evaluator.truth(tree) is not wanted:
        return ()
    found: list[str] = []
    _collect(source, tree, evaluator, wanted, found)
    return tuple(dict.fromkeys(found))[:_MOST_REASONS]


def _collect(source: str, tree: Tree, evaluator: Evaluator, wanted: bool, found: list[str]) -> None:
    if isinstance(tree, Logic):
        decisive = tree.operator == "||"
        parts = tree.parts
        if wanted is decisive:
            parts = tuple(part for part in parts if evaluator.truth(part) is wanted)[:1]
        for part in parts[:_MOST_REASONS]:
            _collect(source, part, evaluator, wanted, found)
    elif isinstance(tree, Not) and isinstance(tree.operand, (Logic, Not, Compare)):
        _collect(source, tree.operand, evaluator, not wanted, found)
    else:
        found.append(_sentence(source, tree, evaluator, wanted))


def _sentence(source: str, tree: Tree, evaluator: Evaluator, wanted: bool) -> str:
    quoted = quote(source, tree)
    inner = tree.operand if isinstance(tree, Not) else tree
    if isinstance(inner, Literal):
        return f"`{quoted}` is always {_word(wanted)}"
    if isinstance(inner, Call) and inner.name in ("success", "failure", "cancelled", "always"):
        why = evaluator.status.why if inner.name == "success" and evaluator.value(inner) is False else ""
        return f"`{quoted}` is {_word(wanted)}" + (f": {why}" if why else "")
    if isinstance(inner, (Context, Index)):
        return f"`{quoted}` is {_word(wanted)}: {_read(source, inner, evaluator.value(inner))}"
    facts = [
        _read(source, leaf, evaluator.value(leaf)) for leaf in leaves(inner) if evaluator.value(leaf) is not UNKNOWN
    ]
    told = " and ".join(dict.fromkeys(facts[:3]))
    return f"`{quoted}` is {_word(wanted)}" + (f": {told}" if told else "")


def _word(value: bool) -> str:
    return "true" if value else "false"


def leaves(tree: Tree) -> tuple[Tree, ...]:
    """Return the outermost context reads in a tree, such as `github.event.release.prerelease`, in source order."""
    found: list[Tree] = []
    inside: set[int] = set()
    for node in walk(tree):
        if id(node) in inside:
            inside.update(id(below) for below in walk(node))
        elif isinstance(node, (Context, Index)):
            found.append(node)
            inside.update(id(below) for below in walk(node))
    return tuple(found)


def unknown_reads(source: str, tree: Tree, evaluator: Evaluator) -> tuple[str, ...]:
    """Return the context reads of a tree, as written, that the facts do not tell, each once."""
    unknown = [quote(source, leaf) for leaf in leaves(tree) if evaluator.value(leaf) is UNKNOWN]
    return tuple(dict.fromkeys(unknown))


def quote(source: str, tree: Tree) -> str:
    """Return the node's own text on one line, redacted and bounded."""
    return safe_line(" ".join(source[tree.start : tree.end].split()).replace("`", "'"), _LONGEST_QUOTE)


def _read(source: str, leaf: Tree, value: Value) -> str:
    path = path_of(leaf) or ()
    if len(path) == 3 and path[0] == "needs" and path[2] == "result":
        return f"job {_shown(path[1])} ended as {_shown(value)}"
    if len(path) == 4 and path[0] == "needs" and path[2] == "outputs" and value is None:
        return f"job {_shown(path[1])} set no output {_shown(path[3])}"
    if len(path) == 2 and path[0] == "inputs":
        return f"input {_shown(path[1])} was {_shown(value)}"
    subject = _SUBJECTS.get(path, "")
    if subject and truth(value) is True:
        return subject.format(_shown(value))
    return f"`{quote(source, leaf)}` was {_shown(value)}"


def _shown(value: Value) -> str:
    if value is None or value == "":
        return "empty"
    if isinstance(value, bool):
        return f"`{_word(value)}`"
    if is_number(value):
        number = to_number(value)
        return "`NaN`" if math.isnan(number) else f"`{number_text(number)}`"
    if isinstance(value, str):
        return f"`{safe_line(' '.join(value.split()).replace('`', chr(39)), _LONGEST_QUOTE)}`"
    return "a list" if isinstance(value, (list, tuple)) else "an object"
