"""Steps that publish by a script that is out of sight: they say so, and are given a publishing tool's credentials."""

from __future__ import annotations

import re

from auditor.checks.knowledge import knowledge
from auditor.checks.subject import Subject
from auditor.model.workflow import WorkflowStep

PUBLISHING = re.compile(r"(?i)(?<![a-z])(?:pre-?)?(?:publish|deploy|releas|push|upload)")
"""A name that speaks of publishing; not `goreleaser`, which is a tool's."""


def hinted_platforms(subject: Subject, step: WorkflowStep) -> tuple[str, ...]:
    """Return the platforms whose variables a script gets that says, or whose step says, that it publishes."""
    said = f"{step.name.text if step.name is not None else ''}\n{step.run.text if step.run is not None else ''}"
    if step.run is None or not step.env or "dry-run" in said or not PUBLISHING.search(said):
        return ()
    named = (knowledge().credentials.get(variable.upper()) for variable in step.env)
    return tuple(dict.fromkeys(name for name in named if name is not None and name in subject.book.platforms))
