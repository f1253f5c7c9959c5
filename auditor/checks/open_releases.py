"""Publications to registries that take nothing back, in workflows where no environment stands before anything.

The notes on concurrency, time limits and environments are about these only: where people set environments up, or where
what is published can be replaced, they would tell maintainers what they decided long ago.
"""

from __future__ import annotations

from auditor.checks.publishing import Publication, publications
from auditor.checks.scope_needs import only_called
from auditor.checks.subject import Subject
from auditor.model.workflow import Workflow


def open_publications(subject: Subject, workflow: Workflow) -> tuple[Publication, ...]:
    """Return those of a workflow, in the order of the file; calls of reusable workflows are not among them."""
    if only_called(workflow) or any(job.environment is not None for job in workflow.jobs):
        return ()
    return tuple(
        each
        for each in publications(subject, workflow)
        if each.step is not None and subject.book.platforms[each.platform].registry.immutable
    )
