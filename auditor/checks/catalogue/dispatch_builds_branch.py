"""A run started by hand builds the head of a branch under the version it is given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place, step_key
from auditor.checks.publishing import creates_release, publications
from auditor.checks.scenarios import Scenario, runs_in, starts, tag_starts
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowInput, WorkflowJob, WorkflowStep
from auditor.workflows.graph import ancestors

_VERSION = re.compile(
    r"(?i)^(?:release[-_])?(?:version|tag|tag[-_]?name|release|ref)(?:[-_](?:name|to[-_]\w+|number))?$"
)
_MAKES_TAG = re.compile(
    r"\bgit\s+(?:-\S+\s+)*tag\s+(?!-l)|\bgit\s+push\b[^\n]{0,100}\btags?\b|createRef"
    r"|--target[= ][\"']?\$|mathieudutour/github-tag-action|\bnpm\s+version\b(?![^\n]{0,200}--no-git-tag-version)"
)


def _find(subject: Subject) -> Iterator[Finding]:
    for _, workflow in sorted(subject.workflows.items()):
        dispatch = workflow.trigger("workflow_dispatch")
        wanted = (
            next((each for each in dispatch.inputs if _VERSION.match(each.name)), None)
            if dispatch is not None
            else None
        )
        if wanted is None or wanted.type == "choice":
            continue
        by_hand = [each for each in starts(subject, workflow) if each.event == "workflow_dispatch"]
        jobs = _jobs(subject, workflow, by_hand)
        if not jobs:
            continue
        if not _reads(workflow, wanted):
            yield _unread(workflow, wanted, jobs)
        elif not _cuts_release(subject, workflow):
            yield from _branch(workflow, wanted, jobs)


def _jobs(subject: Subject, workflow: Workflow, by_hand: list[Scenario]) -> list[WorkflowJob]:
    """The jobs that build or publish in a run started by hand, in the order of the file."""
    wanted: set[str] = set()
    for one in publications(subject, workflow):
        if runs_in(workflow, one.job, by_hand, one.step):
            wanted |= {one.job.id, *ancestors(workflow, one.job.id)}
    return [job for job in workflow.jobs if job.id in wanted]


def _cuts_release(subject: Subject, workflow: Workflow) -> bool:
    """Tell whether the run itself makes the tag, at the commit it builds: then the head of the branch is what is meant."""
    if any(_MAKES_TAG.search(line) for line in workflow.lines):
        return True
    return not tag_starts(subject, workflow) and any(creates_release(each) for each in publications(subject, workflow))


def _reads(workflow: Workflow, wanted: WorkflowInput) -> bool:
    name = re.escape(wanted.name)
    read = re.compile(rf"(?i)\binputs\s?(?:\.\s?{name}\b|\[\s?'{name}'\s?\])|toJSON\((?:github\.event\.)?inputs")
    return any(read.search(line) for line in workflow.lines)


def _unread(workflow: Workflow, wanted: WorkflowInput, jobs: list[WorkflowJob]) -> Finding:
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message=(
            f"the input `{wanted.name}` of a run started by hand is read by nothing: "
            f"`{jobs[0].id}` takes its version from the ref, which is a branch then"
        ),
        place=place(workflow, wanted.line, wanted.name),
        remedy=Remedy(
            summary="Read the input where the version is made, or delete `workflow_dispatch` and re-run the tag's run.",
            snippet=f"VERSION: ${{{{ inputs.{wanted.name} || github.ref_name }}}}\n",
        ),
    )


def _branch(workflow: Workflow, wanted: WorkflowInput, jobs: list[WorkflowJob]) -> Iterator[Finding]:
    found = [(job, step) for job in jobs for step in job.steps if _is_checkout(step)]
    open_ones = [(job, step) for job, step in found if "ref" not in step.inputs and not _checks_out(job)]
    if not open_ones:
        return
    job, step = open_ones[0]
    uses = step.uses
    value = f"${{{{ inputs.{wanted.name} || github.ref }}}}"
    edits = tuple(step_key(workflow, one, f"with:\n  ref: {value}") for _, one in open_ones if not one.inputs)
    named = re.search(r"(?i)tag|ref", wanted.name) is not None
    sure = named and len(edits) == len(open_ones) and all(edit is not None for edit in edits)
    yield Finding(
        check=CHECK.id,
        severity=Severity.ERROR,
        confidence=Confidence.MEDIUM,
        message=(
            f"a run started by hand publishes the head of the branch under the version of `inputs.{wanted.name}`: "
            f"the checkout in `{job.id}` does not ask for its tag"
        ),
        place=place(workflow, uses.line if uses is not None else step.line, uses.text if uses is not None else None),
        related=tuple(
            place(workflow, one.line, None, f"the checkout in `{other.id}`") for other, one in open_ones[1:6]
        ),
        job=job.id,
        step=step.number,
        remedy=Remedy(
            summary="Check out the tag that the input names.",
            edits=tuple(edit for edit in edits if edit is not None) if sure else (),
            snippet=None if sure else f"with:\n  ref: refs/tags/v${{{{ inputs.{wanted.name} }}}}\n",
        ),
    )


def _is_checkout(step: WorkflowStep) -> bool:
    return step.uses is not None and step.uses.text.startswith("actions/checkout@") and "repository" not in step.inputs


def _checks_out(job: WorkflowJob) -> bool:
    return any(
        step.run is not None and re.search(r"\bgit\s+(?:checkout|switch)\b", step.run.text) for step in job.steps
    )


CHECK = Check(
    id="dispatch-builds-branch",
    title="A run started by hand publishes a branch under a version",
    severity=Severity.ERROR,
    find=_find,
    fixes=True,
)
