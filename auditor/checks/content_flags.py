"""Makes a publishing tool content with a version that is there already, where it has a flag or an input for that."""

from __future__ import annotations

import re

from auditor.checks.edits import inserted, replaced, step_key
from auditor.checks.knowledge import knowledge
from auditor.checks.publishing import Publication
from auditor.model.finding import Edit


def content_edits(one: Publication) -> tuple[Edit, ...]:
    """Return the edit that adds the flag, or the input of the action; none for tools that have nothing of the kind."""
    step = one.step
    if step is None:
        return ()
    for flag in knowledge().flags if one.command is not None else ():
        found = re.search(flag.command, one.command.text) if one.command is not None else None
        if found is not None:
            edit = replaced(one.workflow, one.line, found[0], f"{found[0]} {flag.flag}")
            return (edit,) if edit is not None else ()
    for action in knowledge().action_inputs:
        if one.action == action.uses.lower() and action.input not in step.inputs:
            if not step.inputs:
                added = step_key(one.workflow, step, f"with:\n  {action.input}: true")
                return (added,) if added is not None else ()
            first = min(step.inputs.items(), key=lambda pair: pair[1].line)
            text = one.workflow.lines[first[1].line - 1]
            if re.match(rf"^\s+{re.escape(first[0])}:\s", text):
                indent = text[: len(text) - len(text.lstrip())]
                return (inserted(one.workflow, first[1].line, f"{indent}{action.input}: true"),)
    return ()
