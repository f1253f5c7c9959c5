"""Several legs of a matrix, or several jobs, upload an artifact under the same name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from auditor.checks.action_versions import major_version
from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep
from auditor.workflows.expression import UNKNOWN, ExpressionError, interpolate
from auditor.workflows.matrix import matrix_context

_MOST = 20
_UNIQUE_SINCE = 4


def _find(subject: Subject) -> Iterator[Finding]:
    for workflow, job in subject.jobs():
        if job.matrix is None:
            continue
        for step in job.steps:
            if step.uses is None or not step.uses.text.startswith("actions/upload-artifact@"):
                continue
            if (major_version(workflow, step) or 0) < _UNIQUE_SINCE:
                continue
            if "overwrite" in step.inputs or (step.condition is not None and "matrix." in step.condition.text):
                continue
            clash = _clash(job, step)
            if clash is not None:
                yield _finding(workflow, job, step, *clash)


def _clash(job: WorkflowJob, step: WorkflowStep) -> tuple[str, int] | None:
    """Return the name that more than one leg uploads, and how many do; nothing when every leg has its own."""
    name = step.inputs["name"].text if "name" in step.inputs else "artifact"
    if job.matrix is None or job.matrix.combos is None:
        constant = "${{" not in name and job.matrix is not None
        return (name, 2) if constant else None
    if re.search(r"\b(?:strategy|steps|env|runner|github\.(?!ref_name|sha|run_))", name):
        return None
    names: Counter[str] = Counter()
    for combo in job.matrix.combos:
        try:
            made = interpolate(name, {"matrix": matrix_context(combo.values)}) if "${{" in name else name
        except ExpressionError:
            return None
        if made is UNKNOWN and "matrix." in name:
            return None
        names[made if isinstance(made, str) else name] += 1
    worst = names.most_common(1)
    return worst[0] if worst and worst[0][1] > 1 else None


def _finding(workflow: Workflow, job: WorkflowJob, step: WorkflowStep, name: str, count: int) -> Finding:
    at = step.inputs.get("name", step.uses)
    legs = f"{count} legs" if job.matrix is not None and job.matrix.combos is not None else "all legs"
    keys = sorted(job.matrix.combos[0].values)[:_MOST] if job.matrix is not None and job.matrix.combos else []
    telling = [key for key in keys if key not in re.findall(r"matrix\.([\w-]+)", name)]
    suffix = f"${{{{ matrix.{telling[0]} }}}}" if telling else "${{ strategy.job-index }}"
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message=f"{legs} of `{job.id}` upload an artifact called `{name}`: all but the first fail, because a name is given once",
        place=place(workflow, at.line if at is not None else step.line, at.text if at is not None else None),
        job=job.id,
        step=step.number,
        remedy=Remedy(
            summary="Put the leg into the name, and download them together with `pattern` and `merge-multiple`.",
            snippet=f"with:\n  name: {name}-{suffix}\n",
        ),
    )


CHECK = Check(
    id="artifact-collision",
    title="Several legs of a matrix upload the same artifact",
    severity=Severity.ERROR,
    find=_find,
)
