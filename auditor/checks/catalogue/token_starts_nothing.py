"""A release or tag made with GITHUB_TOKEN is to start another workflow, and cannot.

https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/trigger-a-workflow#triggering-a-workflow-from-a-workflow
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.publishing import RELEASES, Publication, creates_release, publications
from auditor.checks.scenarios import runs_in, starts
from auditor.checks.scripts import commands
from auditor.checks.subject import Subject
from auditor.checks.tokens import given_token
from auditor.model.finding import Finding, Place, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep

_MOST = 5
_INPUTS = ("token", "github-token", "github_token", "repo-token", "repo_token")
_ENV = ("GH_TOKEN", "GITHUB_TOKEN", "RELEASE_PLEASE_TOKEN")
_MAKERS = (
    "googleapis/release-please-action",
    "google-github-actions/release-please-action",
    "cycjimmy/semantic-release-action",
)
_RELEASE_TOOLS = re.compile(r"\bsemantic-release\b|\brelease-it\b|\brelease-plz\s+release\b")
_PUSHES_TAG = re.compile(
    r"\bgit\s+(?:-C\s+\S+\s+)?push\b[^\n]{0,200}(?:--tags|--follow-tags|refs/tags/|\bv?\$\{?\w*(?:TAG|VERSION))"
)
_DRAFT = re.compile(r"(?im)^\s*draft:\s*(?:true|\$\{\{)|--draft\b(?!=false)")
_STARTS_OTHERS = re.compile(
    r"\bgh\s+workflow\s+run\b|workflow-dispatch|repository-dispatch|createWorkflowDispatch|/dispatches\b"
)


@dataclass(frozen=True, slots=True)
class _Made:
    """A place that makes a release or a tag with GITHUB_TOKEN."""

    workflow: Workflow
    job: WorkflowJob
    step: WorkflowStep
    place: Place
    release: bool


def _find(subject: Subject) -> Iterator[Finding]:
    waiting = [(path, each) for path, each in sorted(subject.workflows.items()) if _waits(each)]
    by_release = [(path, each) for path, each in waiting if each.trigger("push") is None]
    by_tag = [(path, each) for path, each in waiting if each.trigger("release") is None]
    for path, workflow in sorted(subject.workflows.items()) if waiting else ():
        for made in _made(subject, workflow):
            meant = [*(by_release if made.release else ()), *(by_tag if _not_for_a_tag(subject, made) else ())]
            others = list(islice((each for each in meant if each[0] != path), _MOST))
            if others and not any(_STARTS_OTHERS.search(line) for line in workflow.lines):
                yield _finding(made, others)
                break


def _waits(workflow: Workflow) -> bool:
    """Tell whether only releases or tags start a workflow by itself."""
    events = {trigger.event for trigger in workflow.triggers} - {"workflow_dispatch", "workflow_call"}
    pushed = workflow.trigger("push")
    only_tags = pushed is None or bool(pushed.tags and not pushed.branches)
    return bool(events) and events <= {"push", "release"} and only_tags


def _not_for_a_tag(subject: Subject, made: _Made) -> bool:
    """Tell whether the run that makes the tag was not itself started by one, or by a release: then the tag is new."""
    found = runs_in(made.workflow, made.job, starts(subject, made.workflow), made.step)
    return any(each.tag is None for each in found) and not any(each.tag is not None for each in found)


def _made(subject: Subject, workflow: Workflow) -> Iterator[_Made]:
    for one in publications(subject, workflow):
        makes = one.platform == RELEASES and (
            creates_release(one)
            or one.action in _MAKERS
            or (one.command is not None and _RELEASE_TOOLS.search(one.command.text) is not None)
        )
        if makes and one.step is not None and _with_own_token(one) and not _DRAFT.search(one.text):
            yield _Made(workflow, one.job, one.step, one.place(), release=True)
    for job in workflow.jobs:
        checkouts = [
            step for step in job.steps if step.uses is not None and step.uses.text.startswith("actions/checkout@")
        ]
        if not checkouts or any({"token", "ssh-key"} & step.inputs.keys() for step in checkouts):
            continue
        for step in job.steps:
            for line in commands(step):
                if _PUSHES_TAG.search(line.text) and "http" not in line.text:
                    yield _Made(workflow, job, step, place(workflow, line.line, line.text.strip()), release=False)


def _with_own_token(one: Publication) -> bool:
    return one.step is not None and given_token(one.workflow, one.job, one.step, _INPUTS, _ENV) != "other"


def _finding(made: _Made, others: list[tuple[str, Workflow]]) -> Finding:
    names = ", ".join(path.removeprefix(".github/workflows/") for path, _ in others)
    what = "release" if made.release else "tag"
    related = tuple(
        place(each, trigger.line, trigger.event, "waits for it")
        for _, each in others
        for trigger in each.triggers
        if trigger.event in ("release", "push")
    )
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR,
        confidence=Confidence.MEDIUM,
        message=(
            f"the {what} that `{made.job.id}` makes with GITHUB_TOKEN starts no workflow: "
            f"{names} never run{'s' if len(others) == 1 else ''} for it"
        ),
        place=made.place,
        related=related,
        job=made.job.id,
        step=made.step.number,
        remedy=Remedy(
            summary=f"Make the {what} with the token of a GitHub App, or call the other workflow from here.",
            snippet=(f"  publish:\n    needs: {made.job.id}\n    uses: ./{others[0][0]}\n"),
        ),
    )


CHECK = Check(
    id="token-starts-nothing",
    title="A release made with GITHUB_TOKEN is to start a workflow",
    severity=Severity.ERROR,
    find=_find,
)
