"""The steps of a job with their expressions replaced: from the workflow file, and from what the log echoes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.diagnose.execution import Execution
from auditor.logs.redact import safe_line
from auditor.model.evidence import Evidence
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep
from auditor.rulebook.course import Course
from auditor.rulebook.recognise import Recogniser
from auditor.targets.named import Release
from auditor.targets.surroundings import default_folder
from auditor.targets.values import known_script, known_text, shown, unmasked
from auditor.workflows.expression.values import Partial
from auditor.workflows.matrix import matrix_context

MOST_LEGS = 50
_ENTERS = re.compile(
    r"^\s*(?:cd|pushd|Set-Location|Push-Location)\s+[\"']?([^\s\"';&|]{1,200})", re.MULTILINE | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class PlacedStep:
    """One step as it ran, or would run. `folders` are those it works in; `platforms` those that it publishes to."""

    uses: str | None
    inputs: Mapping[str, str]
    script: str
    platforms: tuple[str, ...]
    folders: tuple[str, ...]
    path: str | None = None
    line: int | None = None
    job: str | None = None
    job_id: int | None = None

    def evidence(self, said: str) -> Evidence:
        """The place where the step says something."""
        return Evidence(
            source="workflow" if self.path is not None else "log",
            text=safe_line(shown(said)),
            path=self.path,
            line=self.line,
            job=safe_line(self.job, 200) if self.job is not None else None,
            job_id=self.job_id,
        )


def steps_in_workflow(
    workflow: Workflow,
    job: WorkflowJob,
    contexts: Mapping[str, Any],
    release: Release,
    recogniser: Recogniser,
    name: str,
) -> Iterator[PlacedStep]:
    """The steps as the file has them, once for every leg of a static matrix; `name` is the job's, to know its leg by."""
    for matrix in _legs(job, name):
        course = Course(recogniser)
        for step in job.steps:
            yield _placed(workflow, job, step, {**contexts, **matrix}, release, course)


def steps_in_log(execution: Execution) -> Iterator[PlacedStep]:
    """The steps as the log echoes them: expressions are replaced there, secrets are masked."""
    variables = _variables_of(execution)
    for reading in execution.judged.steps:
        for section in reading.sections:
            script = known_script(unmasked(section.script), {}, variables)
            yield PlacedStep(
                uses=section.uses,
                inputs={name: unmasked(value) for name, value in section.inputs.items()},
                script=script,
                platforms=reading.published,
                folders=folders_entered("", script),
                line=section.first or None,
                job=execution.job.name,
                job_id=execution.job.id,
            )


def folders_entered(start: str, script: str) -> tuple[str, ...]:
    """The folders that a script works in: where it starts, and those it changes to."""
    entered = [posixpath.normpath(posixpath.join(start, folder)) for folder in _ENTERS.findall(script)[:20]]
    return tuple(dict.fromkeys(entered or ([posixpath.normpath(start)] if start else [])))


def _legs(job: WorkflowJob, name: str) -> Sequence[Mapping[str, Any]]:
    matrix = job.matrix
    if matrix is None or not matrix.combos:
        return [{}]
    own = [combo for combo in matrix.combos if name.endswith(f"({combo.label})")]
    return [{"matrix": matrix_context(combo.values)} for combo in (own or matrix.combos)[:MOST_LEGS]]


def _placed(
    workflow: Workflow,
    job: WorkflowJob,
    step: WorkflowStep,
    contexts: Mapping[str, Any],
    release: Release,
    course: Course,
) -> PlacedStep:
    variables = _known_variables(release)
    known: dict[str, Any] = dict(contexts)
    for level in (workflow.env, job.env, step.env):
        variables |= {name: known_text(text.text, known) for name, text in level.items()}
        known["env"] = Partial(dict(variables))
    inputs = {name: known_text(text.text, known) for name, text in step.inputs.items()}
    script = known_script(step.run.text, known, variables) if step.run is not None else ""
    uses = step.uses.text if step.uses is not None else None
    # What an expression hides is recognised, too, where it is known.
    told = {name: shown(text) for name, text in variables.items()}
    ran = step.run.text if step.run is not None else ""
    published = course.step(uses, {name: shown(value) for name, value in inputs.items()}, ran, told)
    written = step.working_directory.text if step.working_directory is not None else default_folder(workflow, job)
    start = known_text(written, known)
    return PlacedStep(
        uses=uses,
        inputs=inputs,
        script=script,
        platforms=published.platforms,
        folders=folders_entered(start, script) if step.run is not None else _folder_of(step, start),
        path=workflow.path,
        line=step.line,
    )


def _folder_of(step: WorkflowStep, start: str) -> tuple[str, ...]:
    """The folder of a step that calls an action: `defaults` do not reach it."""
    return (posixpath.normpath(start),) if step.working_directory is not None and start else ()


def _variables_of(execution: Execution) -> dict[str, str]:
    tag = execution.run.head_branch or ""
    variables = {"GITHUB_REF_NAME": tag, "GITHUB_REF": f"refs/tags/{tag}"} if tag else {}
    job = execution.workflow_job
    for level in (execution.workflow.env if execution.workflow is not None else {}, job.env if job is not None else {}):
        variables |= {name: text.text for name, text in level.items() if "${{" not in text.text}
    return variables


def _known_variables(release: Release) -> dict[str, str]:
    """https://docs.github.com/en/actions/reference/workflows-and-actions/variables#default-environment-variables"""
    full = f"{release.owner}/{release.repository}" if release.owner else ""
    known = {
        "GITHUB_REF_NAME": release.tag,
        "GITHUB_REF": f"refs/tags/{release.tag}",
        "GITHUB_REPOSITORY": full,
        "GITHUB_REPOSITORY_OWNER": release.owner,
    }
    return {name: value for name, value in known.items() if value}
