"""Which texts of a workflow hold the tag, or the version made of it: by name, by an output, by a shell variable."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from auditor.checks.derived import derived
from auditor.checks.subject import Subject
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep
from auditor.workflows.analysis import WorkflowAnalysis

_TAG = re.compile(r"(?i)\bGITHUB_REF(?:_NAME)?\b|\bgithub\.ref(?:_name)?\b|\bgithub\.event\.release\.tag_name\b")
_INPUT = re.compile(r"(?i)\b(?:inputs|github\.event\.inputs)\.[\w-]{0,40}(?:version|tag|release)[\w-]{0,40}")
_ASSIGNED = re.compile(r"(?:^|[\s;&|({])\$?([A-Za-z_]\w{0,100})\s?=(?!=)(.{0,400})")
_WITHOUT_V = re.compile(
    r"REF(?:_NAME)?#{1,2}(?:refs/tags/)?\*?v\}|\$\{\w+#{1,2}v\}"
    r"|TrimStart\('v'\)|-replace '\^?v'|tr -d '?v|s/\^v//|\[1:\]|:1\}|cut -c ?2-"
)
_MOST = 60


@dataclass(frozen=True)
class TagValues:
    """Answers for one workflow; made by `tag_values`."""

    workflow: Workflow
    outputs: frozenset[str]
    """`steps.x.outputs.y` with the job's id before it, and `needs.x.outputs.y`, in lower case."""
    without_v: frozenset[str]
    """Those of `outputs` whose step takes the `v` away."""
    _names: dict[tuple[str, int], frozenset[str]] = field(default_factory=dict, compare=False)

    def carries(self, job: WorkflowJob, step: WorkflowStep | None, text: str) -> bool:
        """Tell whether a text holds the tag or the version that is released."""
        if _TAG.search(text) or _INPUT.search(text) or any(each in self.outputs for each in _reads(job, text)):
            return True
        names = self.names(job, step) if step is not None else frozenset()
        return any(re.search(rf"\$(?:env:)?\{{?(?:env:)?{name}\b", text) for name in names) or any(
            f"env.{name}" in text for name in names
        )

    def stripped(self, job: WorkflowJob, text: str) -> bool:
        """Tell whether a text is nothing but the version without the `v` that its tag begins with."""
        if _WITHOUT_V.search(text):
            return True
        reads = _reads(job, text)
        return bool(reads) and all(each in self.without_v for each in reads)

    def names(self, job: WorkflowJob, step: WorkflowStep) -> frozenset[str]:
        """The environment and shell variables that hold it in a step."""
        key = (job.id, step.number)
        if key not in self._names:
            self._names[key] = self._found_names(job, step)
        return self._names[key]

    def _found_names(self, job: WorkflowJob, step: WorkflowStep) -> frozenset[str]:
        merged = {**self.workflow.env, **job.env, **step.env}
        found = {name for name, text in merged.items() if self.carries(job, None, text.text)}
        for line in step.run.text.split("\n")[:2000] if step.run is not None else ():
            for name, value in _ASSIGNED.findall(line[:1000]):
                if len(found) < _MOST and self._holds(job, value, found):
                    found.add(name)
        return frozenset(name for name in found if re.fullmatch(r"\w{1,100}", name))

    def _holds(self, job: WorkflowJob, value: str, names: set[str]) -> bool:
        if self.carries(job, None, value):
            return True
        return any(re.search(rf"\$(?:env:)?\{{?(?:env:)?{re.escape(name)}\b", value) for name in names)


def tag_values(subject: Subject, workflow: Workflow) -> TagValues:
    """Return what is known of a workflow's tag and version."""
    kept: dict[str, TagValues] = derived(subject, "tag_values", lambda _: {})
    if workflow.path not in kept:
        kept[workflow.path] = _made(workflow, subject.analysis)
    return kept[workflow.path]


def _made(workflow: Workflow, analysis: WorkflowAnalysis) -> TagValues:
    outputs: set[str] = set()
    without_v: set[str] = set()
    for source in analysis.version_sources(workflow):
        job = workflow.job(source.job_id)
        path = f"{source.job_id}:steps.{source.step.id}.outputs.{source.output}".lower()
        found = {path}
        for name, text in job.outputs.items() if job is not None else ():
            if path.partition(":")[2] in text.text.lower():
                found.add(f"needs.{source.job_id}.outputs.{name}".lower())
        outputs |= found
        if source.step.run is not None and _WITHOUT_V.search(source.step.run.text):
            without_v |= found
    return TagValues(workflow, frozenset(outputs), frozenset(without_v))


def _reads(job: WorkflowJob, text: str) -> list[str]:
    found = re.findall(r"(?i)(?<![\w.-])((?:steps|needs)\.[\w-]{1,100}\.outputs\.[\w-]{1,100})", text)
    return [f"{job.id}:{each}".lower() if each.lower().startswith("steps") else each.lower() for each in found]
