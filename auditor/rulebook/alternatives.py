"""An expression as the alternatives it is made of: each of them can be looked for in the way that suits it best.

Most alternatives of a rule hold a rare text. One that does not would otherwise make all of them dear.
"""

from __future__ import annotations

import re
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from auditor.rulebook.patterns import FLAGS, Texts, rarest_texts
from auditor.rulebook.rarity import are_common
from auditor.rulebook.relaxed import Relaxed, relaxed_sequence

_DEEPEST = 3
_MOST = 40
"""With more alternatives without a rare text than this, an expression is left as it is."""


class Sought(NamedTuple):
    """What to look for: every line that the expression matches holds one of the texts or matches one of the expressions."""

    texts: Texts
    expressions: tuple[Relaxed, ...]


def sought(pattern: str) -> Sought:
    """Texts for the alternatives that hold a rare one, and relaxed expressions for the others."""
    tree = parser.parse(pattern, FLAGS)
    texts: set[str] = set()
    others: list[list[Any]] = []
    _take_apart(list(tree), _DEEPEST, texts, others)
    if len(others) > _MOST:
        texts, others = set(), [list(tree)]
    caseless = bool(tree.state.flags & re.IGNORECASE)
    relaxed = dict.fromkeys(Relaxed(relaxed_sequence(other), caseless) for other in others)
    return Sought(frozenset(texts), tuple(relaxed))


def _take_apart(nodes: list[Any], depth: int, texts: set[str], others: list[list[Any]]) -> None:
    """Add the texts of a sequence when they are rare; else take its first branches one by one."""
    rare = rarest_texts(nodes)
    if rare is not None and not are_common(rare):
        texts |= rare
        return
    nodes = _without_groups(nodes)
    at = next((at for at, (code, _) in enumerate(nodes) if code is op.BRANCH), None)
    if at is None or not depth:
        others.append(nodes)
        return
    for branch in nodes[at][1][1]:
        _take_apart([*nodes[:at], *branch, *nodes[at + 1 :]], depth - 1, texts, others)


def _without_groups(nodes: list[Any]) -> list[Any]:
    """What stands in groups, in their place; groups that set a flag stay."""
    found: list[Any] = []
    for code, value in nodes:
        opened = code is op.SUBPATTERN and not (value[1] or value[2])
        found += _without_groups(list(value[3])) if opened else [(code, value)]
    return found
