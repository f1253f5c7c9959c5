"""One rule as text for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from auditor.rulebook.book import Rule
from auditor.rulebook.schema import FailureRule


def rule_text(rule: Rule) -> str:
    """The rule with its meaning, expression, fix and examples; ends with a line feed."""
    return "\n".join(_lines(rule)) + "\n"


def _lines(rule: Rule) -> Iterator[str]:
    written = rule.written
    yield rule.id
    if isinstance(written, FailureRule):
        yield f"  means      {written.classification.value}, {written.role.value}"
        limits = [word for word in ("needs_platform", "survivable", "in_success") if getattr(written, word)]
        if limits:
            yield f"  is         {', '.join(limits)}"
    else:
        yield f"  means      {'published' if rule.section == 'success' else 'nothing to publish'}"
    yield f"  matches    {written.match}"
    if written.unless:
        yield f"  unless     {written.unless}"
    if written.near is not None:
        yield f"  near       {written.near.match} ({written.near.before} lines before, {written.near.after} after)"
    if isinstance(written, FailureRule):
        yield from _indented("fix", written.fix.summary)
        for command in written.fix.commands:
            yield f"             $ {command}"
        if written.fix.snippet:
            yield textwrap.indent(written.fix.snippet.rstrip(), " " * 13)
        if written.fix.rerun:
            yield f"  re-run     {written.fix.rerun.value}"
        yield f"  docs       {written.docs}"
    for example in written.examples.match:
        yield from _indented("example", example)
    for example in written.examples.no_match:
        yield from _indented("but not", example)


def _indented(label: str, text: str) -> Iterator[str]:
    first, *rest = text.strip().splitlines() or [""]
    yield f"  {label:10} {first}"
    for line in rest:
        yield f"             {line}"
