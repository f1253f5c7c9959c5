"""What the jobs that shipped do well, with the YAML it comes from. Nothing is praised that cannot fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.diagnose.execution import Execution
from auditor.model.audit import GoodPattern
from auditor.model.vocabulary import Classification
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep
from auditor.rulebook.book import Rulebook
from auditor.rulebook.publish_steps import platforms_of_steps
from auditor.rulebook.recognise import Recogniser
from auditor.workflows.analysis import WorkflowAnalysis

MOST_LINES = 24


@dataclass(frozen=True, slots=True)
class _Seen:
    title: str
    why: str
    job: str
    path: str
    first: int
    last: int


def good_patterns(
    executions: Sequence[Execution],
    workflows: Mapping[str, Workflow],
    book: Rulebook,
    analysis: WorkflowAnalysis,
) -> Iterator[GoodPattern]:
    """Yield each kind of pattern once, with all jobs that follow it and the first one's YAML."""
    recogniser = book.recogniser
    grouped: dict[str, list[_Seen]] = {}
    for e in executions:
        if e.classification is not Classification.SUCCESS or not e.platforms or e.workflow_job is None:
            continue
        if e.workflow is not None:
            for seen in _in_job(e, e.workflow, e.workflow_job, recogniser, book, analysis):
                grouped.setdefault(seen.title, []).append(seen)
    for title, found in grouped.items():
        first = found[0]
        lines = workflows[first.path].source_lines(first.first, min(first.last, first.first + MOST_LINES - 1))
        yield GoodPattern(
            title=title,
            why=first.why,
            jobs=tuple(dict.fromkeys(seen.job for seen in found)),
            path=first.path,
            line=first.first,
            snippet=_dedent(lines),
        )


def _in_job(
    e: Execution,
    workflow: Workflow,
    job: WorkflowJob,
    recogniser: Recogniser,
    book: Rulebook,
    analysis: WorkflowAnalysis,
) -> Iterator[_Seen]:
    found = platforms_of_steps(job, recogniser, workflow.env)
    publishing = {step.number for step, platforms in zip(job.steps, found, strict=True) if platforms}

    def seen(title: str, why: str, step: WorkflowStep) -> _Seen:
        return _Seen(title, why, e.key, workflow.path, step.line, step.end_line)

    for guard in analysis.guards(workflow):
        held = [g for g in guard.guarded if g.job_id == job.id and g.step is not None and g.step.number in publishing]
        if held and all(g.can_run.word == "yes" and g.can_be_held.word == "yes" for g in held):
            yield seen(
                "Existence check before publishing",
                "It can answer both ways, so a re-run of the same tag skips what is there and publishes what is not.",
                guard.step,
            )
            break
    source = next(
        (source for source in analysis.version_sources(workflow) if source.job_id == job.id and source.readers), None
    )
    if source is not None:
        yield seen(
            "One source of the version",
            "The version is taken from the tag once, and every later step reads it from there.",
            source.step,
        )
    permissions = job.permissions or workflow.permissions
    offered = any(book.platforms[name].trusted_publishing for name in e.platforms if name in book.platforms)
    if (
        offered
        and permissions is not None
        and permissions.level("id-token") == "write"
        and _without_token(job, publishing)
    ):
        line = permissions.scopes["id-token"].line if "id-token" in permissions.scopes else permissions.line
        yield _Seen(
            "Trusted publishing",
            "The registry trusts this workflow by OpenID Connect: there is no long-lived token to leak or to expire.",
            e.key,
            workflow.path,
            line,
            line,
        )


def _without_token(job: WorkflowJob, publishing: set[int]) -> bool:
    """No publish step is handed a secret."""
    for step in job.steps:
        if step.number in publishing:
            values = [*step.inputs.values(), *step.env.values()]
            if any("secrets." in value.text for value in values):
                return False
    return bool(publishing)


def _dedent(lines: Sequence[str]) -> str:
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[margin:] for line in lines).rstrip()
