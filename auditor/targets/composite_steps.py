"""Steps of composite actions of the same repository, put in the place of the step that calls them.

https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax#runs-for-composite-actions
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from auditor.model.facts import ManifestFile, WorkflowFile
from auditor.model.workflow import Script, Text, WorkflowJob, WorkflowStep
from auditor.workflows.composite import parse_composite
from auditor.workflows.errors import WorkflowError

DEEPEST = 5
MOST_STEPS = 500
FILES = ("action.yml", "action.yaml")
_INPUT = re.compile(r"\$\{\{\s*inputs\.([A-Za-z_][\w-]{0,100})\s*\}\}")

Actions = Mapping[str, WorkflowJob]
"""The steps of composite actions, by the action's folder."""


def composite_actions(files: Mapping[str, ManifestFile]) -> dict[str, WorkflowJob]:
    """The composite actions among these files; what cannot be read is none."""
    found: dict[str, WorkflowJob] = {}
    for path, file in files.items():
        if posixpath.basename(path) not in FILES:
            continue
        try:
            action = parse_composite(WorkflowFile(path=path, text=file.text))
        except WorkflowError:
            continue
        if action is not None:
            found[posixpath.dirname(path)] = action.jobs[0]
    return found


def inlined(job: WorkflowJob, actions: Actions) -> WorkflowJob:
    """The job with the steps of the composite actions that it calls, on the lines of the steps that call them."""
    if not any(step.uses is not None and step.uses.text.startswith("./") for step in job.steps):
        return job
    steps = [step for _, step in zip(range(MOST_STEPS), _steps(job.steps, actions, 0), strict=False)]
    return job.model_copy(update={"steps": tuple(steps)})


def _steps(steps: tuple[WorkflowStep, ...], actions: Actions, depth: int) -> Iterator[WorkflowStep]:
    for step in steps:
        action = actions.get(_folder(step)) if step.uses is not None and depth < DEEPEST else None
        if action is None:
            yield step
            continue
        for inner in _steps(action.steps, actions, depth + 1):
            yield _with_inputs(inner, step)


def _folder(step: WorkflowStep) -> str:
    uses = step.uses.text if step.uses is not None else ""
    return posixpath.normpath(uses.removeprefix("./")) if uses.startswith("./") else "?"


def _with_inputs(step: WorkflowStep, call: WorkflowStep) -> WorkflowStep:
    """The inner step with what the call gives its inputs; an input that the call leaves out is not known."""
    given = {name.lower(): text.text for name, text in call.inputs.items()}

    def text(written: str) -> str:
        return _INPUT.sub(lambda found: given.get(found[1].lower(), found[0])[:2_000], written)

    def texts(written: Mapping[str, Text]) -> dict[str, Text]:
        return {name: Text(text=text(value.text), line=call.line) for name, value in written.items()}

    folder = step.working_directory
    return step.model_copy(
        update={
            "line": call.line,
            "inputs": texts(step.inputs),
            "env": {**call.env, **texts(step.env)},
            "run": Script(text=text(step.run.text), line=call.line) if step.run is not None else None,
            "working_directory": Text(text=text(folder.text), line=call.line) if folder is not None else None,
        }
    )
