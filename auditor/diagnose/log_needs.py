"""Which logs an audit reads: those of jobs that did not simply succeed, and of those that say they published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from auditor.diagnose.publish_steps import platforms_of_job
from auditor.model.facts import Attempt, Job, WorkflowFile
from auditor.model.workflow import Workflow
from auditor.rulebook.book import Rulebook
from auditor.rulebook.recognise import Recogniser
from auditor.workflows.errors import WorkflowError
from auditor.workflows.graph import RunGraph
from auditor.workflows.matching import match_jobs
from auditor.workflows.parse import parse_workflow

_NOTHING_TO_READ = ("skipped", "neutral", "action_required", "stale")


class LogNeeds:
    """Answers by the rulebook: a job publishes when its workflow file, or else its name, says so."""

    def __init__(self, book: Rulebook) -> None:
        self._recogniser = Recogniser(book)
        self._parsed: dict[WorkflowFile, Workflow | None] = {}

    def logs(self, attempt: Attempt, files: Sequence[WorkflowFile], repository: str) -> Set[int]:
        """The ids of the attempt's jobs that cannot be judged without their log.

        A green job that publishes nothing is not among them, unless the run's workflow file is not known: then nothing
        but the name tells what a job does, and names are short of words.
        """
        workflows = [workflow for file in files if (workflow := self._workflow(file)) is not None]
        known = {workflow.path for workflow in workflows}
        blind = attempt.run.path.split("@", 1)[0] not in known
        matches = match_jobs(attempt.run.path, workflows, [job.name for job in attempt.jobs], repository)
        graph = RunGraph(attempt.run.path, workflows, repository)
        needed = set()
        for job in attempt.jobs:
            if job.conclusion in _NOTHING_TO_READ:
                continue
            match = matches.get(job.name)
            if job.conclusion != "success" or blind or match is None or match.job is None:
                needed.add(job.id)
                continue
            caller = graph.nodes.get(match.chain[:-1])
            inside = [graph.nodes[inner].job for inner in graph.inside(match.chain)]
            jobs = [match.job, caller.job if caller is not None else None, *inside]
            if self._publishes(job, jobs):
                needed.add(job.id)
        return needed

    def follows(self, file: WorkflowFile, workflows: Iterable[str]) -> bool:
        """Whether the workflow starts by `workflow_run` on one of the workflows of these names."""
        workflow = self._workflow(file)
        names = set(workflows)
        return workflow is not None and any(
            trigger.event == "workflow_run" and names.intersection(trigger.workflows) for trigger in workflow.triggers
        )

    def _publishes(self, job: Job, jobs: Sequence[object]) -> bool:
        return bool(platforms_of_job(jobs, job.name, self._recogniser))  # type: ignore[arg-type]

    def _workflow(self, file: WorkflowFile) -> Workflow | None:
        if file not in self._parsed:
            try:
                self._parsed[file] = parse_workflow(file)
            except WorkflowError:
                self._parsed[file] = None
        return self._parsed[file]
