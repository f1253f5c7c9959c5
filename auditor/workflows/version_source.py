"""Finds the step that derives the release's version from the tag, and who reads it.

One step that derives it, with every job reading its output, is what keeps a release from shipping two versions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep

_TAG = re.compile(r"\bGITHUB_REF(?:_NAME)?\b|\bgithub\.ref(?:_name)?\b|\bgithub\.event\.release\.tag_name\b")
_ASSIGNED = re.compile(r"(?:^|[\s;&|({])\$?([A-Za-z_]\w{0,100})\s?=(?!=)")
_OUTPUT = re.compile(r"(?:set-output name=([\w-]{1,100})::|(?<![\w-])([\w-]{1,100})=)")
_TO_OUTPUTS = re.compile(r"GITHUB_OUTPUT|set-output")
_MOST = 50
_MOST_OUTPUTS = 5


@dataclass(frozen=True, slots=True)
class VersionSource:
    """A step that makes an output of the tag."""

    job_id: str
    step: WorkflowStep
    output: str
    line: int
    """Where the output is set."""
    readers: tuple[tuple[str, int], ...]
    """Job id and line of every place that reads the output, directly or as an output of the job."""


def version_sources(workflow: Workflow) -> tuple[VersionSource, ...]:
    """Return every step that sets an output derived from the tag, in the order of the file, at most 50."""
    found: list[VersionSource] = []
    for job in workflow.jobs:
        for step in job.steps:
            for output, line in _derived(step) if step.id is not None and len(found) < _MOST else ():
                readers = _readers(workflow, job, step, output)
                found.append(VersionSource(job.id, step, output, line, readers))
    return tuple(found)


def single_version_source(workflow: Workflow) -> VersionSource | None:
    """Return the one step all others take the version from: it has readers, and no other step derives it again."""
    sources = [source for source in version_sources(workflow) if source.readers]
    steps = {(source.job_id, source.step.number) for source in sources}
    if len(steps) != 1:
        return None
    return sources[0] if not derived_again(workflow, sources[0]) else None


def derived_again(workflow: Workflow, source: VersionSource) -> tuple[tuple[str, int], ...]:
    """Return job id and line of every other script line that takes the version from the tag by itself."""
    found = []
    for job in workflow.jobs:
        for step in job.steps:
            if step.run is None or (job.id, step.number) == (source.job_id, source.step.number):
                continue
            for index, line in enumerate(step.run.text.split("\n")):
                if _TAG.search(line) and not line.lstrip().startswith("#"):
                    found.append((job.id, step.run.line_of(index)))
    return tuple(found[:_MOST])


def _derived(step: WorkflowStep) -> list[tuple[str, int]]:
    """Follow the tag through plain assignments to the outputs of a script."""
    if step.run is None:
        return []
    tagged = {name for name, text in step.env.items() if _TAG.search(text.text)}
    found: dict[str, int] = {}
    for index, line in enumerate(step.run.text.split("\n")[:2000]):
        if line.lstrip().startswith("#"):
            continue
        carries = bool(_TAG.search(line)) or any(
            re.search(rf"\$\{{?(?:env:)?{re.escape(name)}\b", line) for name in tagged
        )
        if not carries:
            continue
        if _TO_OUTPUTS.search(line):
            output = _OUTPUT.search(line)
            if output is not None:
                found.setdefault(output[1] or output[2], step.run.line_of(index))
        else:
            assigned = _ASSIGNED.search(line)
            if assigned is not None and len(tagged) < _MOST:
                tagged.add(assigned[1])
    return list(found.items())[:_MOST_OUTPUTS]


def _readers(workflow: Workflow, job: WorkflowJob, step: WorkflowStep, output: str) -> tuple[tuple[str, int], ...]:
    direct = _reads(f"steps.{step.id}.outputs.{output}")
    names = [name for name, text in job.outputs.items() if direct.search(text.text)]
    passed = [_reads(f"needs.{job.id}.outputs.{name}") for name in names]
    own_outputs = {text.line for text in job.outputs.values()}
    found: dict[tuple[str, int], None] = {}
    for other in workflow.jobs:
        patterns = [direct] if other.id == job.id else passed
        for number in range(other.line, min(other.end_line, len(workflow.lines)) + 1):
            if other.id == job.id and number in own_outputs:
                continue
            if any(pattern.search(workflow.lines[number - 1]) for pattern in patterns):
                found[other.id, number] = None
    return tuple(found)


def _reads(path: str) -> re.Pattern[str]:
    return re.compile(rf"(?i)(?<![\w.-]){re.escape(path)}(?![\w-])")
