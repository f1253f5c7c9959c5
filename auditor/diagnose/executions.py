"""Reads and judges every job of every attempt, one by one; what jobs have to do with each other comes later."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from auditor.collect.collected import Collected
from auditor.diagnose.execution import Execution
from auditor.diagnose.hints import hinted
from auditor.diagnose.judgement import LogJudgement
from auditor.diagnose.log_judgement import judge_log
from auditor.diagnose.step_reading import steps_of
from auditor.logs.redact import safe_line
from auditor.logs.segments import segments
from auditor.logs.source import LogAbsent, LogSource, TextLog
from auditor.model.facts import Annotation, Attempt, Job, Missing
from auditor.model.vocabulary import Classification, Confidence, LogState
from auditor.model.workflow import Text, Workflow, WorkflowJob
from auditor.rulebook.book import Rulebook
from auditor.rulebook.publish_steps import StepIndex, platforms_of_job
from auditor.rulebook.reading import JobReading, read_log
from auditor.workflows.graph import Chain, RunGraph
from auditor.workflows.matching import JobMatch, match_jobs

NOT_NEEDED = "not needed"
"""How the reason begins when a log was left out because nothing in it could change the audit."""

_NOT_ENDED = ("queued", "in_progress", "waiting", "requested", "pending")


class ExecutionReader:
    """The rulebook made ready to judge the jobs of a release. Collects what could not be read in `missing`."""

    def __init__(self, book: Rulebook, workflows: Mapping[str, Workflow], collected: Collected) -> None:
        self._scanner = book.scanner
        self._recogniser = book.recogniser
        self._hints = book.hints
        self._workflows = workflows
        self._logs = collected.logs
        self._repository = collected.facts.repository.full_name
        self.missing: list[Missing] = []
        self.named: set[str] = set()
        """What the bundle calls the logs in `missing`."""

    def read(self, attempts: Sequence[Attempt]) -> list[Execution]:
        """Judge all jobs of all attempts, in their order."""
        return [execution for attempt in attempts for execution in self._attempt(attempt)]

    def _attempt(self, attempt: Attempt) -> Iterator[Execution]:
        files = self._workflows.values()
        matches = match_jobs(attempt.run.path, files, [job.name for job in attempt.jobs], self._repository)
        graph = RunGraph(attempt.run.path, files, self._repository)
        seen: Counter[str] = Counter()
        for job in attempt.jobs:
            seen[job.name] += 1
            key = f"{attempt.run.id}/{job.name}" + (f"#{seen[job.name]}" if seen[job.name] > 1 else "")
            yield self._execution(attempt, job, key, matches.get(job.name), graph)

    def _execution(self, attempt: Attempt, job: Job, key: str, match: JobMatch | None, graph: RunGraph) -> Execution:
        chain = match.chain if match is not None else ()
        own = match.job if match is not None else None
        caller = self._caller(chain if own is None else chain[:-1], graph)
        inside = [graph.nodes[inner].job for inner in graph.inside(chain)]
        named = platforms_of_job([own, caller, *inside], job.name, self._recogniser)
        state, source = self._log(job, attempt.run.run_attempt)
        annotations = attempt.annotations.get(job.id, ())
        workflow = self._workflows.get(match.path) if match is not None else None
        variables = workflow.env if workflow is not None else None
        judged = self._judge(job, own, named, source, annotations, state, variables)
        return Execution(
            key=key,
            run=attempt.run,
            attempt=attempt.run.run_attempt,
            job=job,
            judged=judged,
            log=state,
            source=source,
            workflow=workflow,
            workflow_job=own or caller,
            chain=chain,
            graph=graph,
        )

    def _caller(self, chain: Chain, graph: RunGraph) -> WorkflowJob | None:
        """The job that calls the workflow in which a job stands."""
        node = graph.nodes.get(chain)
        return node.job if node is not None else None

    def _log(self, job: Job, attempt: int) -> tuple[LogState, LogSource | None]:
        if job.conclusion == "skipped" or (job.status in _NOT_ENDED and not job.steps):
            return LogState.NEVER_STARTED, None
        found = self._logs.log(job)
        if not isinstance(found, LogAbsent):
            return LogState.PRESENT, found
        if found.state is not LogState.NEVER_STARTED and job.status not in _NOT_ENDED:
            self.named.add(f"log of job {job.id}")
            if found.why.startswith(NOT_NEEDED):
                return LogState.NOT_NEEDED, None
            what = f"log of job “{safe_line(job.name, 200)}” (attempt {attempt})"
            self.missing.append(Missing(what=what, why=found.why))
        return found.state, None

    def _judge(
        self,
        job: Job,
        own: WorkflowJob | None,
        named: tuple[str, ...],
        source: LogSource | None,
        annotations: Sequence[Annotation],
        state: LogState,
        variables: Mapping[str, Text] | None,
    ) -> LogJudgement:
        if job.status in _NOT_ENDED or (job.conclusion is None and job.status != "completed"):
            word = "has not started yet" if not job.steps else "is still running"
            return LogJudgement(Classification.IN_PROGRESS, Confidence.HIGH, (f"the job {word}",), named)
        if job.conclusion == "skipped":
            return LogJudgement(
                Classification.SKIPPED_BY_CONDITION, Confidence.HIGH, ("GitHub skipped the job",), named
            )
        if source is None:
            source = _annotation_log(annotations)
        reading = self._reading(job, source)
        index = StepIndex(own, variables)
        steps = steps_of(reading, job, self._recogniser, lambda name: index.platforms(name, self._recogniser))
        judged = judge_log(reading, steps, job, named, annotations, _limit(own))
        if source is not None:
            with contextlib.suppress(OSError):  # what cannot be read is already told as missing
                judged = hinted(judged, source, self._hints)
        return judged if state is LogState.PRESENT else _without_log(judged, state)

    def _reading(self, job: Job, source: LogSource | None) -> JobReading:
        if source is None:
            return JobReading(job.name)
        try:
            with source.open() as stream:
                readings = read_log(self._scanner, segments(stream))
        except OSError as error:
            self.missing.append(
                Missing(what=f"log of job “{safe_line(job.name, 200)}”", why=f"it cannot be read: {error}")
            )
            return JobReading(job.name)
        return readings[0] if readings else JobReading(job.name)


def _limit(job: WorkflowJob | None) -> float | None:
    """The job's own `timeout-minutes`, in seconds, when it is a plain number."""
    text = job.timeout_minutes.text if job is not None and job.timeout_minutes is not None else ""
    try:
        return float(text) * 60 if text else None
    except ValueError:
        return None


def _annotation_log(annotations: Sequence[Annotation]) -> LogSource | None:
    """Where no log is left, GitHub's annotations of the job may still hold the error line."""
    lines = [
        note.message.replace("\n", " ") for note in annotations if note.message and note.annotation_level == "failure"
    ]
    return TextLog("annotations", "".join(f"##[error]{line}\n" for line in lines).encode()) if lines else None


def _without_log(judged: LogJudgement, state: LogState) -> LogJudgement:
    if state is LogState.NOT_NEEDED:
        reason = "its log was not read: it succeeded, and publishes nothing"
        return replace(judged, confidence=Confidence.MEDIUM, reasons=(*judged.reasons[:1], reason))
    reason = f"there is no log to prove it ({state.value})"
    if judged.hit is not None:
        return replace(judged, confidence=Confidence.MEDIUM, reasons=(*judged.reasons, reason))
    return replace(judged, confidence=Confidence.LOW, reasons=(*judged.reasons[:1], reason))
