"""Finds the secrets a part of a workflow reads, with the line of each place.

https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#secrets-context
"""

from __future__ import annotations

import re

from auditor.model.workflow import SecretUse
from auditor.workflows.expression.template import segments
from auditor.workflows.expression.tree import ExpressionError
from auditor.workflows.yaml_tree import Node

_READ = re.compile(r"(?i)(?<![\w.-])secrets\s{0,9}(?:\.\s{0,9}([a-z_][\w-]{0,200})|\[\s{0,9}'([^']{1,200})'\s{0,9}\])")


def secrets_in(node: Node) -> tuple[SecretUse, ...]:
    """Return every `secrets.NAME` inside a `${{ }}` below a node, by line, each place once."""
    found: dict[tuple[int, str], None] = {}
    stack = [node]
    while stack:
        current = stack.pop()
        if current.kind == "scalar":
            if "secrets" in current.text.lower():
                found.update(dict.fromkeys(_in_text(current)))
        else:
            stack.extend(current.items)
            stack.extend(value for _, value in current.pairs)
    return tuple(SecretUse(name=name, line=line) for line, name in sorted(found))


def _in_text(node: Node) -> list[tuple[int, str]]:
    try:
        found = segments(node.text)
    except ExpressionError:
        return []
    uses = []
    for segment in found:
        for read in _READ.finditer(segment.text) if segment.is_expression else ():
            before = node.text.count("\n", 0, segment.start + read.start()) if node.style == "|" else 0
            uses.append((node.text_line + before, read[1] or read[2]))
    return uses
