"""Puts the sections of a log together into the steps of its job, and says which platforms each step publishes to."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from auditor.logs.steps import Boundary, align
from auditor.model.facts import Job, Step
from auditor.rulebook.course import Course
from auditor.rulebook.reading import ErrorLine, Hit, JobReading, Section
from auditor.rulebook.recognise import Recogniser, command_lines
from auditor.rulebook.schema import DestinationRule

FAILED = frozenset({"failure", "timed_out", "cancelled"})
LONGEST_COMMAND = 160
"""Characters of a command that are quoted."""

_SETTING = re.compile(r"^\s*(?:set\s+[-+]|shopt\s|\$ErrorActionPreference\b)")


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
    expects_it_there: bool = False
    """Whether its script provides for a version that is there already (`npm publish || npm view …`)."""
    disproved: frozenset[str] = frozenset()
    """Platforms that its command suggests and that it does not publish to: a step before it, or its output, says so."""

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
    def warned(self) -> list[Hit]:
        """Hits of failure rules in lines that GitHub marked as warnings."""
        return [hit for section in self.sections for hit in section.warned]

    @property
    def errors(self) -> list[ErrorLine]:
        """The lines GitHub marked as errors."""
        return [error for section in self.sections for error in section.errors]

    @property
    def ran(self) -> str | None:
        """What the step ran: its action, or its first command and how many follow; None when the log does not tell."""
        for section in self.sections:
            if section.uses:
                return f"“{section.uses}”"
            commands = [line.strip() for line in command_lines(section.script) if not _SETTING.match(line)]
            if commands:
                others = len(commands) - 1
                more = f" and {others} more command{'s' if others > 1 else ''}" if others else ""
                return f"“{commands[0][:LONGEST_COMMAND]}”{more}"
        return None


Platforms = Callable[[str], tuple[str, ...]]
"""What the workflow file says about the step of this name: the platforms it publishes to."""


def steps_of(
    reading: JobReading, job: Job | None, recogniser: Recogniser, from_workflow: Platforms = lambda _: ()
) -> list[StepReading]:
    """Give the steps of a job in order: the API's when there is a job object, else what the log itself shows."""
    if job is not None and job.steps:
        return _known_steps(reading, job.steps, recogniser, from_workflow)
    course = Course(recogniser)
    steps = []
    for section in reading.sections:
        name = section.step or (f"Run {section.title}" if section.title else _NAMES[section.kind])
        step = StepReading(name, None, None, section.kind, from_workflow(name), (section,))
        steps.append(_on_course(step, course, recogniser))
    return steps


_NAMES = {"start": "Set up job", "run": "Run", "post": "Post job", "finish": "Complete job"}


def _known_steps(
    reading: JobReading, steps: Sequence[Step], recogniser: Recogniser, from_workflow: Platforms
) -> list[StepReading]:
    by_step: dict[int, list[Section]] = {}
    for section, owner in zip(reading.sections, _owners(reading.sections, steps), strict=True):
        if owner is not None:
            by_step.setdefault(owner, []).append(section)
    course = Course(recogniser)
    found = []
    for index, step in enumerate(steps):
        sections = tuple(by_step.get(index, ()))
        kind = sections[0].kind if sections else "run"
        known = StepReading(step.name, step.number, step.conclusion, kind, from_workflow(step.name), sections)
        found.append(_on_course(known, course, recogniser))
    return found


def _owners(sections: Sequence[Section], steps: Sequence[Step]) -> list[int | None]:
    """By the step names in the log where it has them (`gh run view --log`), else by alignment in time."""
    if any(section.step for section in sections):
        names = {step.name: index for index, step in enumerate(steps)}
        return [names.get(section.step or "") for section in sections]
    return align([Boundary(section.kind, section.title, section.stamp) for section in sections], steps)


def _on_course(step: StepReading, course: Course, recogniser: Recogniser) -> StepReading:
    """Say what the step publishes to: by what it runs, by what the steps before it set up, and by what it says itself."""
    published = step.published
    moved: dict[str, str] = {}
    ran: set[str] = set()
    sure: set[str] = set()
    wrong: set[str] = set()
    for section in step.sections:
        found = course.step(section.uses, section.inputs, section.script, section.env)
        published, moved = (*published, *found.platforms), {**moved, **found.moved}
        ran |= set(found.platforms)
        sure |= found.named
        wrong |= found.disproved
    told = [(hit.rule.platform, w) for hit in step.hits if isinstance(w := hit.rule.written, DestinationRule)]
    named = [moved.get(platform, platform) for platform in published]
    there = tuple(dict.fromkeys(platform for platform, rule in told if published or rule.anywhere))
    wrong -= ran
    wrong |= {name for platform, rule in told if platform in there for name in rule.instead_of}
    wrong -= {*there, *sure}
    moved = {name: to for name, to in moved.items() if name not in there and to not in wrong}
    if len(there) == 1:
        moved |= {name: there[0] for name in wrong if name in published}
    return replace(
        step,
        published=tuple(dict.fromkeys(name for name in (*there, *named) if name not in wrong)),
        sections=tuple(_moved(section, moved) for section in step.sections) if moved else step.sections,
        expects_it_there=any(recogniser.expects_it_there(section.script) for section in step.sections),
        disproved=frozenset({*moved, *wrong}),
    )


def _moved(section: Section, moved: Mapping[str, str]) -> Section:
    """The section with the rules of a tool counted for the place that it publishes to here."""
    return replace(
        section,
        hits=[_counted_for(hit, moved) for hit in section.hits],
        warned=[_counted_for(hit, moved) for hit in section.warned],
    )


def _counted_for(hit: Hit, moved: Mapping[str, str]) -> Hit:
    to = moved.get(hit.rule.platform)
    return hit if to is None else replace(hit, rule=replace(hit.rule, platform=to))
