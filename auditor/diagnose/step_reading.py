"""Puts the sections of a log together into the steps of its job, and says which platforms each step publishes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from auditor.logs.steps import Boundary, align
from auditor.model.facts import Job, Step
from auditor.rulebook.reading import ErrorLine, Hit, JobReading, Section
from auditor.rulebook.recognise import Recogniser

FAILED = frozenset({"failure", "timed_out", "cancelled"})


@dataclass(frozen=True, slots=True)
class StepReading:
    """One step with its part of the log. `number` and `conclusion` are the API's, None when there is no job object.

    `published` are the platforms that its script, action or job name says it publishes to.
    """

    name: str
    number: int | None
    conclusion: str | None
    kind: str
    published: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def first(self) -> int:
        """Number of the step's first line in the log; 0 when the step left no line."""
        return self.sections[0].first if self.sections else 0

    @property
    def last(self) -> int:
        """Number of the step's last line in the log."""
        return self.sections[-1].last if self.sections else 0

    @property
    def output(self) -> tuple[int, int]:
        """First and last line of what the step printed after the last echo of its script or inputs."""
        return max((section.body + 1 for section in self.sections), default=0) or self.first, self.last

    @property
    def hits(self) -> list[Hit]:
        """All rule hits in the step, in the order of the log."""
        return [hit for section in self.sections for hit in section.hits]

    @property
    def errors(self) -> list[ErrorLine]:
        """The lines GitHub marked as errors."""
        return [error for section in self.sections for error in section.errors]


Platforms = Callable[[str], tuple[str, ...]]
"""What the workflow file says about the step of this name: the platforms it publishes to."""


def steps_of(
    reading: JobReading, job: Job | None, recogniser: Recogniser, from_workflow: Platforms = lambda _: ()
) -> list[StepReading]:
    """Give the steps of a job in order: the API's when there is a job object, else what the log itself shows."""
    if job is not None and job.steps:
        return _known_steps(reading, job.steps, recogniser, from_workflow)
    steps = []
    for section in reading.sections:
        name = section.step or (f"Run {section.title}" if section.title else _NAMES[section.kind])
        published = _merge(from_workflow(name), _platforms(section, recogniser))
        steps.append(StepReading(name, None, None, section.kind, published, (section,)))
    return steps


_NAMES = {"start": "Set up job", "run": "Run", "post": "Post job", "finish": "Complete job"}


def _known_steps(
    reading: JobReading, steps: Sequence[Step], recogniser: Recogniser, from_workflow: Platforms
) -> list[StepReading]:
    by_step: dict[int, list[Section]] = {}
    for section, owner in zip(reading.sections, _owners(reading.sections, steps), strict=True):
        if owner is not None:
            by_step.setdefault(owner, []).append(section)
    found = []
    for index, step in enumerate(steps):
        sections = tuple(by_step.get(index, ()))
        published = from_workflow(step.name)
        for section in sections:
            published = _merge(published, _platforms(section, recogniser))
        kind = sections[0].kind if sections else "run"
        found.append(StepReading(step.name, step.number, step.conclusion, kind, published, sections))
    return found


def _owners(sections: Sequence[Section], steps: Sequence[Step]) -> list[int | None]:
    """By the step names in the log where it has them (`gh run view --log`), else by alignment in time."""
    if any(section.step for section in sections):
        names = {step.name: index for index, step in enumerate(steps)}
        return [names.get(section.step or "") for section in sections]
    return align([Boundary(section.kind, section.title, section.stamp) for section in sections], steps)


def _platforms(section: Section, recogniser: Recogniser) -> tuple[str, ...]:
    found: tuple[str, ...] = ()
    if section.uses:
        found = _merge(found, recogniser.action(section.uses, section.inputs))
    if section.script:
        found = _merge(found, recogniser.script(section.script))
        for line in section.script.splitlines():
            if line.startswith("uses: "):
                found = _merge(found, recogniser.action(line.removeprefix("uses: ")))
    return found


def _merge(left: Iterable[str], right: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*left, *right)))
