"""A publishing job is skipped because an ancestor is, although the job between them runs all the same."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import job_key, place, replaced
from auditor.checks.publishing import publications_by_job
from auditor.checks.scenarios import Scenario, has_status_function
from auditor.checks.skip_traps import SkipTrap, skip_trap
from auditor.checks.subject import Subject
from auditor.model.finding import Edit, Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob

_RUNS_ON = "!failure() && !cancelled()"


def _find(subject: Subject) -> Iterator[Finding]:
    for path, job_id in publications_by_job(subject):
        workflow = subject.workflows[path]
        job = workflow.job(job_id)
        if job is None or has_status_function(job.condition):
            continue
        trap = skip_trap(subject, workflow, job)
        if trap is not None:
            yield _finding(workflow, job, trap)


def _finding(workflow: Workflow, job: WorkflowJob, trap: SkipTrap) -> Finding:
    when = f"on `{_event(trap.scenario)}`" if trap.scenario is not None else "whenever its condition is false"
    through = f", although `{trap.between.id}` between them runs" if trap.between is not None else ""
    condition = job.condition
    line, fragment = (condition.line, condition.text) if condition is not None else (job.line, job.id)
    if condition is None and job.needs:
        line, fragment = job.needs[0].line, job.needs[0].text
    at = trap.skipped.condition.line if trap.skipped.condition is not None else trap.skipped.line
    related = [place(workflow, at, None, f"`{trap.skipped.id}` is skipped here")]
    if trap.between is not None and trap.between.condition is not None:
        related.append(place(workflow, trap.between.condition.line, None, f"`{trap.between.id}` runs all the same"))
    edits = _edits(workflow, job)
    inner = f" && ({_bare(condition.text)})" if condition is not None else ""
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR if trap.scenario is not None else Severity.WARNING,
        confidence=Confidence.HIGH if trap.scenario is not None else Confidence.MEDIUM,
        message=(
            f"`{job.id}` publishes nothing {when}: `{trap.skipped.id}` above it is skipped then, and a job without a status "
            f"function in its `if` is skipped with any of its ancestors{through}"
        ),
        place=place(workflow, line, fragment),
        related=tuple(related),
        job=job.id,
        remedy=Remedy(
            summary="Say in the job's `if` that a skipped ancestor is fine, with a status function.",
            edits=edits,
            snippet=f"if: ${{{{ {_RUNS_ON}{inner} }}}}",
        ),
    )


def _edits(workflow: Workflow, job: WorkflowJob) -> tuple[Edit, ...]:
    if job.condition is None:
        edit = job_key(workflow, job, f"if: ${{{{ {_RUNS_ON} }}}}")
    else:
        new = f"${{{{ {_RUNS_ON} && ({_bare(job.condition.text)}) }}}}"
        edit = replaced(workflow, job.condition.line, job.condition.text, new)
    return (edit,) if edit is not None else ()


def _bare(text: str) -> str:
    text = text.strip()
    return text[3:-2].strip() if text.startswith("${{") and text.endswith("}}") and text.count("${{") == 1 else text


def _event(scenario: Scenario) -> str:
    kinds = {"refs/tags/": " of a tag", "refs/heads/": " of a branch"}
    kind = next((word for head, word in kinds.items() if (scenario.ref or "").startswith(head)), "")
    return f"{scenario.event}{kind if scenario.event == 'push' else ''}"


CHECK = Check(
    id="inherited-skip",
    title="A skipped ancestor silently skips the publishing job",
    severity=Severity.ERROR,
    find=_find,
    fixes=True,
)
