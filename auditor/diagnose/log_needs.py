"""Which logs an audit reads: those of jobs that did not simply succeed, and of those that may have published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set

from auditor.model.facts import Attempt, Job, WorkflowFile
from auditor.model.workflow import Permissions, Workflow, WorkflowJob
from auditor.rulebook.book import Rulebook
from auditor.rulebook.publish_steps import platforms_of_job
from auditor.workflows.errors import WorkflowError
from auditor.workflows.graph import RunGraph
from auditor.workflows.matching import match_jobs
from auditor.workflows.parse import parse_workflow

_PUBLISHING = re.compile(r"publish|deploy|releas|upload|\bpush\b", re.IGNORECASE)
_PUBLISHING_SCRIPT = re.compile(r"\b(?:publish|deploy|upload|push)\b|\bgh release\b", re.IGNORECASE)
_NOT_ELSEWHERE = ("actions/upload-artifact", "actions/cache", "codecov/", "github/codeql-action")
_CREDENTIALS = ("id-token", "packages")
_LONGEST_SCRIPT = 20_000


class LogNeeds:
    """Answers by the rulebook, and where that knows nothing of a job, by what the job is given to work with."""

    def __init__(self, book: Rulebook) -> None:
        self._recogniser = book.recogniser
        self._parsed: dict[WorkflowFile, Workflow | None] = {}

    def logs(self, attempt: Attempt, files: Sequence[WorkflowFile], repository: str) -> Set[int]:
        """The ids of the attempt's jobs that cannot be judged without their log."""
        workflows = [workflow for file in files if (workflow := self._workflow(file)) is not None]
        matches = match_jobs(attempt.run.path, workflows, [job.name for job in attempt.jobs], repository)
        graph = RunGraph(attempt.run.path, workflows, repository)
        needed = set()
        for job in attempt.jobs:
            match = matches.get(job.name)
            own = match.job if match is not None else None
            chain = match.chain if match is not None else ()
            caller = graph.nodes.get(chain if own is None else chain[:-1])
            inside = [graph.nodes[inner].job for inner in graph.inside(chain)]
            around = [own, caller.job if caller is not None else None, *inside]
            platforms = platforms_of_job(around, job.name, self._recogniser)
            if needs_log(job, own, platforms):
                needed.add(job.id)
        return needed

    def follows(self, file: WorkflowFile, workflows: Iterable[str]) -> bool:
        """Whether the workflow starts by `workflow_run` on one of the workflows of these names."""
        workflow = self._workflow(file)
        trigger = workflow.trigger("workflow_run") if workflow is not None else None
        return trigger is not None and not set(workflows).isdisjoint(trigger.workflows)

    def _workflow(self, file: WorkflowFile) -> Workflow | None:
        if file not in self._parsed:
            try:
                self._parsed[file] = parse_workflow(file)
            except WorkflowError:
                self._parsed[file] = None
        return self._parsed[file]


def needs_log(job: Job, own: WorkflowJob | None, platforms: Sequence[str]) -> bool:
    """Whether a job cannot be judged without its log.

    `own` is the workflow's job behind it, nothing when that is not known; `platforms` are those it publishes to, by the
    rulebook. A green job needs no log when nothing speaks for its having published: no platform, no word of publishing
    in its names, scripts and actions, no secret and no permission that publishing takes.
    """
    if job.conclusion == "skipped":
        return False
    return job.conclusion != "success" or own is None or bool(platforms) or may_publish(job, own)


def may_publish(job: Job, own: WorkflowJob) -> bool:
    """Whether a job that the rulebook knows nothing about has the words or the means of one that publishes."""
    if any(use.name.upper() != "GITHUB_TOKEN" for use in own.secrets_used) or own.inherits_secrets or own.secrets:
        return True
    if _may_write(own.permissions) or _PUBLISHING.search(job.name) or _PUBLISHING.search(own.id):
        return True
    for step in own.steps:
        action = step.uses.text if step.uses is not None else ""
        if not action.startswith(_NOT_ELSEWHERE) and _PUBLISHING.search(action):
            return True
        if step.run is not None and _PUBLISHING_SCRIPT.search(step.run.text[:_LONGEST_SCRIPT]):
            return True
    return False


def _may_write(permissions: Permissions | None) -> bool:
    return permissions is not None and any(permissions.level(scope) == "write" for scope in _CREDENTIALS)
