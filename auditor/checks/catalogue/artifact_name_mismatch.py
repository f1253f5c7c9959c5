"""A job downloads an artifact under a name that no job of the run uploads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from auditor.checks.check import Check
from auditor.checks.edits import place, replaced
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Text, Workflow, WorkflowJob, WorkflowStep

_EXPRESSION = re.compile(r"\$\{\{[^}]{0,300}\}\}")
_OTHER_RUN = ("run-id", "github-token", "repository", "artifact-ids")


def _find(subject: Subject) -> Iterator[Finding]:
    for _, workflow in sorted(subject.workflows.items()):
        uploads = [step for job in workflow.jobs for step in job.steps if _is(step, "actions/upload-artifact@")]
        if not uploads or not _complete(subject, workflow):
            continue
        names = [_name(step) for step in uploads]
        for job in workflow.jobs:
            for step in job.steps:
                wanted = step.inputs.get("name") or step.inputs.get("pattern")
                if not _is(step, "actions/download-artifact@") or any(each in step.inputs for each in _OTHER_RUN):
                    continue
                if wanted is not None and not any(_may_be(wanted.text, name) for name in names):
                    yield _finding(workflow, job, step, wanted, names)


def _is(step: WorkflowStep, action: str) -> bool:
    return step.uses is not None and step.uses.text.startswith(action)


def _complete(subject: Subject, workflow: Workflow) -> bool:
    """Tell whether nothing but the steps in sight can upload: no calls, and no action that may do it inside."""
    if any(job.uses is not None for job in workflow.jobs) or workflow.trigger("workflow_call") is not None:
        return False
    uses = [step.uses.text for job in workflow.jobs for step in job.steps if step.uses is not None]
    makers = re.compile(r"(?i)^\./|build|release|package|pack|slsa|wheel|attest|sbom|upload|artifact|pages|snap")
    known = re.compile(
        r"^(?:actions/(?:upload|download)-artifact|softprops/action-gh-release|ncipollo/release-action|docker/[\w-]+)@"
    )
    return not any(makers.search(each) and not known.match(each) for each in uses)


def _name(step: WorkflowStep) -> str:
    return step.inputs["name"].text if "name" in step.inputs else "artifact"


def _may_be(wanted: str, uploaded: str) -> bool:
    """Tell whether two names may be the same, with an expression standing for anything and `*` as in a pattern."""
    if _EXPRESSION.sub("", wanted) != wanted and _EXPRESSION.sub("", uploaded) != uploaded:
        return True
    if _EXPRESSION.search(uploaded):
        pattern = re.sub(r"([?\[])", r"[\1]", _EXPRESSION.sub("*", uploaded))
        return fnmatchcase(wanted.replace("*", "x"), pattern) or fnmatchcase(_EXPRESSION.sub("x", uploaded), wanted)
    return fnmatchcase(uploaded, _EXPRESSION.sub("*", wanted))


def _finding(workflow: Workflow, job: WorkflowJob, step: WorkflowStep, wanted: Text, names: list[str]) -> Finding:
    plain = list(dict.fromkeys(name for name in names if "${{" not in name))
    near = [name for name in plain if _folded(name) == _folded(wanted.text)]
    edit = replaced(workflow, wanted.line, wanted.text, near[0]) if len(near) == 1 else None
    uploaded = ", ".join(f"`{name}`" for name in dict.fromkeys(names))
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message=f"`{job.id}` downloads the artifact `{wanted.text}`, which no job uploads; uploaded are {uploaded}",
        place=place(workflow, wanted.line, wanted.text),
        job=job.id,
        step=step.number,
        remedy=Remedy(
            summary="Use one name in both places.",
            edits=(edit,) if edit is not None else (),
            snippet=None if edit is not None else f"with:\n  name: {plain[0] if plain else 'dist'}\n",
        ),
    )


def _folded(name: str) -> str:
    """Fold what is easily mistyped: case, hyphens, a plural."""
    return re.sub(r"(?:ies|y|s)$", "", re.sub(r"[-_. ]", "", name).lower())


CHECK = Check(
    id="artifact-name-mismatch",
    title="A download names an artifact that nobody uploads",
    severity=Severity.ERROR,
    find=_find,
    fixes=True,
)
