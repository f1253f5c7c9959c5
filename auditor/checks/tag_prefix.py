"""Whether the tags of a workflow begin with `v`, and how commands name the tag."""

from __future__ import annotations

from auditor.checks.scenarios import tag_starts
from auditor.checks.subject import Subject
from auditor.model.workflow import Workflow


def tags_begin_with_v(subject: Subject, workflow: Workflow) -> bool:
    """Tell whether every tag that starts a workflow by its push begins with `v`."""
    pushed = workflow.trigger("push")
    if pushed is None or not pushed.tags or workflow.trigger("release") is not None:
        return False
    wanted = [pattern for pattern in pushed.tags if not pattern.startswith("!")]
    return bool(wanted) and all(pattern.startswith("v") for pattern in wanted) and bool(tag_starts(subject, workflow))
