"""A reusable workflow asks its callers for a secret that nothing in it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Trigger, Workflow


def _find(subject: Subject) -> Iterator[Finding]:
    for _, workflow in sorted(subject.workflows.items()):
        trigger = workflow.trigger("workflow_call")
        if trigger is None or any(job.inherits_secrets for job in workflow.jobs) or _reads_all(workflow):
            continue
        used = {use.name.upper() for use in workflow.secrets_used}
        for name in trigger.secrets:
            if name.upper() not in used:
                yield _finding(workflow, trigger, name)


def _reads_all(workflow: Workflow) -> bool:
    """Tell whether the secrets are read as a whole or by a computed name."""
    return any(re.search(r"(?i)toJSON\(\s*secrets\s*\)|\bsecrets\s*\[\s*[^'\s]", line) for line in workflow.lines)


def _finding(workflow: Workflow, trigger: Trigger, name: str) -> Finding:
    line = _line_of(workflow, trigger, name)
    callers = "every caller has to keep it, and believes that it publishes with it"
    return Finding(
        check=CHECK.id,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        message=f"the secret `{name}` is asked for and read by no job: {callers}",
        place=place(workflow, line, name),
        remedy=Remedy(summary="Read it where the credential is needed, or stop asking for it."),
    )


def _line_of(workflow: Workflow, trigger: Trigger, name: str) -> int:
    written = re.compile(rf"^\s+[\"']?{re.escape(name)}[\"']?\s{{0,9}}:")
    seen = False
    for number in range(trigger.line, len(workflow.lines) + 1):
        text = workflow.lines[number - 1]
        seen = seen or re.match(r"^\s+secrets\s{0,9}:", text) is not None
        if seen and written.match(text):
            return number
    return trigger.line


CHECK = Check(
    id="unused-secret-input",
    title="A reusable workflow asks for a secret that it does not read",
    severity=Severity.WARNING,
    find=_find,
)
