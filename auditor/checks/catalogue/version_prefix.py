"""The `v` of the tag is doubled or lost on the way to a command."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place, replaced
from auditor.checks.scripts import commands
from auditor.checks.subject import Subject
from auditor.checks.tag_prefix import tags_begin_with_v
from auditor.checks.tag_values import TagValues, tag_values
from auditor.model.finding import Edit, Finding, Place, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep

_DOUBLED = re.compile(
    r"(?<![\w.])v(?P<tag>\$\{\{\s*github\.(?:ref_name|event\.release\.tag_name)\s*\}\}|\$GITHUB_REF_NAME\b|\$\{GITHUB_REF_NAME\}|\$\{GITHUB_REF#refs/tags/\}|\$\{GITHUB_REF##\*/\}"
    r"|\$\{\{[^}|]{0,100}\|\|\s*github\.ref_name\s*\}\})"
)
_RELEASE = re.compile(
    r"\bgh\s+release\s+(?:create|upload|edit|download|view)\s+(?P<tag>\"[^\"]{1,200}\"|'[^']{1,200}'|[^\s-]\S{0,200})"
)
_TAG_INPUTS = {
    "softprops/action-gh-release": "tag_name",
    "ncipollo/release-action": "tag",
    "actions/create-release": "tag_name",
    "svenstaro/upload-release-action": "tag",
}


def _find(subject: Subject) -> Iterator[Finding]:
    for _, workflow in sorted(subject.workflows.items()):
        if not tags_begin_with_v(subject, workflow):
            continue
        values = tag_values(subject, workflow)
        for job in workflow.jobs:
            for step in job.steps:
                yield from _doubled(workflow, job, step)
                yield from _lost(workflow, job, step, values)


def _doubled(workflow: Workflow, job: WorkflowJob, step: WorkflowStep) -> Iterator[Finding]:
    for number in range(step.line, min(step.end_line, len(workflow.lines)) + 1):
        text = workflow.lines[number - 1]
        found = _DOUBLED.search(text.partition(" #")[0])
        if found is not None and not text.lstrip().startswith("#"):
            edit = replaced(workflow, number, found[0], found["tag"]) if "||" not in found["tag"] else None
            message = f"`{job.id}` writes `v` before the tag, which begins with `v` already: it becomes `vv1.2.3`"
            at = place(workflow, number, found[0])
            yield _finding(job, step, at, message, "Leave the `v` away.", (edit,) if edit is not None else ())


def _lost(workflow: Workflow, job: WorkflowJob, step: WorkflowStep, values: TagValues) -> Iterator[Finding]:
    for text, line in _tags(step):
        bare = text.strip().strip("\"'")
        named = re.fullmatch(r"\$\{?(\w{1,100})\}?", bare)
        without = values.stripped(job, bare) if named is None else _variable_stripped(job, step, named[1], values)
        if without and not bare.startswith("v"):
            edit = replaced(workflow, line, bare, f"v{bare}")
            message = (
                f"`{job.id}` names the release by the version without its `v`: the tag is `v1.2.3`, "
                "and a second tag `1.2.3` is made, or nothing is found"
            )
            edits = (edit,) if edit is not None else ()
            yield _finding(job, step, place(workflow, line, bare), message, "Use the tag itself.", edits)


def _tags(step: WorkflowStep) -> Iterator[tuple[str, int]]:
    """Yield the texts that must be a tag: arguments of `gh release`, inputs of actions."""
    for line in commands(step):
        found = _RELEASE.search(line.text)
        if found is not None:
            yield found["tag"], line.line
    if step.uses is not None:
        name = _TAG_INPUTS.get(step.uses.text.partition("@")[0].lower())
        if name is not None and name in step.inputs:
            yield step.inputs[name].text, step.inputs[name].line


def _variable_stripped(job: WorkflowJob, step: WorkflowStep, name: str, values: TagValues) -> bool:
    """Tell whether a shell variable is set once in the step, to the version without `v`."""
    if name in step.env:
        return values.stripped(job, step.env[name].text) and not step.env[name].text.startswith("v")
    script = step.run.text if step.run is not None else ""
    assigned = re.findall(rf"(?m)(?:^|[\s;]){re.escape(name)}=(\S{{0,300}})", script)
    return len(assigned) == 1 and not assigned[0].lstrip("\"'").startswith("v") and values.stripped(job, assigned[0])


def _finding(
    job: WorkflowJob, step: WorkflowStep, at: Place, message: str, summary: str, edits: tuple[Edit, ...]
) -> Finding:
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message=message,
        place=at,
        job=job.id,
        step=step.number,
        remedy=Remedy(
            summary=summary, edits=edits, safe=True, snippet=None if edits else 'gh release view "$GITHUB_REF_NAME"\n'
        ),
    )


CHECK = Check(
    id="version-prefix",
    title="The `v` of the tag is doubled or lost",
    severity=Severity.ERROR,
    find=_find,
    fixes=True,
)
