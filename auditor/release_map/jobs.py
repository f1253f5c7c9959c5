"""The jobs of the workflows that a tag starts: what they publish, what guards them, what they need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.checks.subject import Subject
from auditor.model.release_map import MapGuard, MapJob
from auditor.model.vocabulary import JobKind
from auditor.model.workflow import Workflow, WorkflowJob
from auditor.release_map.access import permissions_of
from auditor.release_map.conditions import contexts, jobs_run
from auditor.release_map.handed_secrets import real_secrets
from auditor.release_map.publishing import Published
from auditor.release_map.starts import Started
from auditor.workflows.graph import needs_of

MOST_JOBS = 5_000


def map_jobs(
    subject: Subject, begun: Sequence[Started], tag: str, known: Mapping[tuple[str, str], Published]
) -> tuple[MapJob, ...]:
    """Return every job of the started workflows, in the order of paths and files; `known` is what jobs publish."""
    events: dict[str, list[str]] = {}
    for each in begun:
        events.setdefault(each.workflow.path, []).append(each.event)
    found: list[MapJob] = []
    for path in sorted(events):
        workflow = subject.workflows[path]
        seen = [jobs_run(workflow, contexts(workflow, event, tag)) for event in dict.fromkeys(events[path])]
        for job in workflow.jobs:
            if len(found) >= MOST_JOBS:
                return tuple(found)
            answers = [each[job.id] for each in seen]
            runs = True if any(a is True for a, _ in answers) else None if any(a is None for a, _ in answers) else False
            what = known.get((path, job.id), Published(()))
            found.append(_job(subject, workflow, job, runs, answers[0][1] if runs is False else None, what))
    return tuple(found)


def _job(
    subject: Subject,
    workflow: Workflow,
    job: WorkflowJob,
    runs: bool | None,
    why_not: str | None,
    what: Published,
) -> MapJob:
    combos = job.matrix.combos if job.matrix is not None else ()
    return MapJob(
        key=key_of(workflow, job.id),
        path=workflow.path,
        id=job.id,
        name=job.display_name,
        line=job.line,
        kind=JobKind.PUBLISH if what.platforms else JobKind.HELPER,
        platforms=what.platforms,
        runs=runs,
        why_not=why_not,
        condition=" ".join(job.condition.text.split()) if job.condition is not None else None,
        needs=tuple(key_of(workflow, need) for need in needs_of(workflow, job.id)),
        guards=_guards(subject, workflow, job, what.steps),
        environment=job.environment.name if job.environment is not None else None,
        permissions=permissions_of(workflow, job),
        secrets=real_secrets(subject, workflow, job),
        legs=1 if job.matrix is None else len(combos) if combos is not None else None,
    )


def key_of(workflow: Workflow, job_id: str) -> str:
    """The key of a job in a map."""
    return f"{workflow.path}#{job_id}"


def _guards(subject: Subject, workflow: Workflow, job: WorkflowJob, publishing: frozenset[int]) -> tuple[MapGuard, ...]:
    """The steps that decide about the job, or about one of its steps that publishes."""
    found: dict[int, MapGuard] = {}
    for guard in subject.analysis.guards(workflow):
        decided = [
            each
            for each in guard.guarded
            if each.job_id == job.id and (each.step is None or each.step.number in publishing)
        ]
        if not decided:
            continue
        name = guard.step.name.text if guard.step.name is not None else guard.step.id or f"step {guard.step.number}"
        blind = any(each.can_run.word == "no" for each in decided)
        before = found.get(guard.step.line)
        asks = tuple(text.text for text in guard.asks)
        found[guard.step.line] = MapGuard(
            step=name, line=guard.step.line, asks=asks, blind=blind or (before is not None and before.blind)
        )
    return tuple(found.values())
