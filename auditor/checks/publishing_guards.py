"""The steps whose answer decides whether something is published: a guard, what it decides, the publication."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.checks.derived import derived
from auditor.checks.publishing import Publication, publications_by_job
from auditor.checks.subject import Subject
from auditor.model.workflow import Workflow
from auditor.workflows.guards import Guard, Guarded


@dataclass(frozen=True, slots=True)
class PublishingGuard:
    """One guard and the publications it decides, in the order of the file."""

    workflow: Workflow
    guard: Guard
    decides: tuple[tuple[Guarded, Publication], ...]

    @property
    def name(self) -> str:
        """The step's name, else its id, in backquotes."""
        step = self.guard.step
        return f"`{step.name.text if step.name is not None else step.id}`"

    @property
    def blind(self) -> bool:
        """Whether it can give only one answer."""
        return any(one.can_run.word == "no" or one.can_be_held.word == "no" for one, _ in self.decides)


def publishing_guards(subject: Subject) -> Iterator[PublishingGuard]:
    """Yield the guards that decide about a publication."""
    return iter(derived(subject, "publishing_guards", lambda one: tuple(_found(one))))


def _found(subject: Subject) -> Iterator[PublishingGuard]:
    published = publications_by_job(subject)
    for path in sorted({path for path, _ in published}):
        workflow = subject.workflows[path]
        for guard in subject.analysis.guards(workflow):
            decides = tuple(
                (guarded, each)
                for guarded in guard.guarded
                for each in published.get((path, guarded.job_id), ())
                if guarded.step is None or (each.step is not None and each.step.number == guarded.step.number)
            )
            if decides:
                yield PublishingGuard(workflow, guard, decides)
