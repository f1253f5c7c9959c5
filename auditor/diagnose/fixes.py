"""Fills a rule's fix with what is known about the failure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from auditor.logs.redact import safe_line
from auditor.model.evidence import Fix
from auditor.rulebook.book import Rule
from auditor.rulebook.rendering import render
from auditor.rulebook.schema import FailureRule

_PASTABLE = re.compile(r"[\w@/.+:~=,-]{1,200}", re.ASCII)
"""Values from a log come into a command only when no shell could read anything else into them."""


def fix_for(rule: Rule, facts: Mapping[str, str | None], captures: Mapping[str, str]) -> Fix | None:
    """Render the fix of a failure rule; `captures` of the matched line win over the job's `facts`."""
    written = rule.written
    if not isinstance(written, FailureRule):
        return None
    known = {name: value for name, value in {**facts, **captures}.items() if value}
    shown = {name: safe_line(value, 200) for name, value in known.items()}
    pasted = {name: value if _PASTABLE.fullmatch(value) else f"<{name}>" for name, value in known.items()}
    fix = written.fix
    return Fix(
        summary=render(fix.summary, shown),
        commands=tuple(render(command, pasted) for command in fix.commands),
        snippet=render(fix.snippet, pasted) if fix.snippet else None,
        language=fix.language,
        docs=written.docs if written.docs.startswith("https://") else None,
        rerun=fix.rerun,
    )
