"""Which platforms a job publishes to, read from its workflow file; and which of its steps do it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from auditor.model.workflow import Text, WorkflowJob, WorkflowStep
from auditor.rulebook.course import Course
from auditor.rulebook.recognise import Recogniser

_NOT_PUBLISHING = re.compile(
    r"(?i)\b(?:tests?|build|lint|checks?|verify|install|smoke|e2e|setup|bench|scan|cache|validate|preview|dry.?run)\b"
)
_PUBLISHING = re.compile(r"(?i)(?:publish|deploy|release|push|upload)")


def platforms_of_steps(
    job: WorkflowJob, recogniser: Recogniser, variables: Mapping[str, Text] | None = None
) -> list[tuple[str, ...]]:
    """Platforms of each step of a job, in the order of the steps.

    What the steps before it set up counts, and so do the job's variables and those of its workflow, the `variables`.
    """
    course = Course(recogniser)
    found = []
    for step in job.steps:
        inputs = {name: value.text for name, value in step.inputs.items()}
        env = {name: value.text for name, value in {**(variables or {}), **job.env, **step.env}.items()}
        script = step.run.text if step.run is not None else ""
        uses = step.uses.text if step.uses is not None else None
        found.append(course.step(uses, inputs, script, env).platforms)
    return found


def platforms_of_job(jobs: Sequence[WorkflowJob | None], name: str, recogniser: Recogniser) -> tuple[str, ...]:
    """Platforms of a job: from its steps, from the reusable workflow it calls, and only then from its name.

    `jobs` are the job itself, its caller, and the jobs of the workflow that it calls, as far as they are known.
    """
    known = [job for job in jobs if job is not None]
    found: list[str] = []
    for job in known:
        for platforms in platforms_of_steps(job, recogniser):
            found += platforms
        if job.uses is not None:
            found += recogniser.reusable(job.uses.text)
    if not found:
        found += [
            platform for text in (name, *(job.id for job in known)) for platform in platforms_by_name(text, recogniser)
        ]
    return tuple(dict.fromkeys(found))


def platforms_by_name(name: str, recogniser: Recogniser) -> tuple[str, ...]:
    """Platforms that a job's name suggests; a name that speaks of building or testing suggests none."""
    if _NOT_PUBLISHING.search(name) and not _PUBLISHING.search(name):
        return ()
    return recogniser.job_name(name)


def labels(step: WorkflowStep) -> Iterator[str]:
    """The names under which the API may list the step: its own, or GitHub's default."""
    if step.name is not None:
        yield step.name.text
    if step.uses is not None:
        yield f"Run {step.uses.text}"
    if step.run is not None:
        yield f"Run {step.run.text.strip().splitlines()[0].strip()}" if step.run.text.strip() else "Run"


class StepIndex:
    """Finds the workflow's step behind a step name of the API."""

    def __init__(self, job: WorkflowJob | None, variables: Mapping[str, Text] | None = None) -> None:
        """`variables` are those of the job's workflow."""
        self._job = job
        self._variables = variables
        self._platforms: dict[int, tuple[str, ...]] | None = None
        self._by_label: dict[str, WorkflowStep] = {}
        for step in job.steps if job is not None else ():
            for label in labels(step):
                self._by_label.setdefault(label, step)

    def find(self, name: str) -> WorkflowStep | None:
        """The step, or None for GitHub's own steps and for names made by an expression."""
        return self._by_label.get(name)

    def platforms(self, name: str, recogniser: Recogniser) -> tuple[str, ...]:
        """Platforms that the step of this name publishes to."""
        step = self.find(name)
        if step is None or self._job is None:
            return ()
        if self._platforms is None:
            found = platforms_of_steps(self._job, recogniser, self._variables)
            self._platforms = {each.number: platforms for each, platforms in zip(self._job.steps, found, strict=True)}
        return self._platforms[step.number]
