"""The secrets that a job really reads: in a called workflow, those that its callers hand over under another name.

https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows#passing-inputs-and-secrets-to-a-reusable-workflow
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.subject import Subject
from auditor.model.workflow import Workflow, WorkflowJob
from auditor.release_map.access import secrets_of
from auditor.workflows.graph import called_path

_DEEPEST = 4
_READ = re.compile(r"(?i)\bsecrets\s{0,9}(?:\.\s{0,9}([a-z_][\w-]{0,200})|\[\s{0,9}'([^']{1,200})'\s{0,9}\])")


def real_secrets(subject: Subject, workflow: Workflow, job: WorkflowJob) -> tuple[str, ...]:
    """Return the names, in capitals, under which the secrets of a job are defined; without GITHUB_TOKEN.

    A name that a called workflow declares stands for what its callers in this repository hand over; one that no caller
    here hands over is left out, because the caller knows its name.
    """
    found = (real for name in secrets_of(workflow, job) for real in _real(subject, workflow, name, 0))
    return tuple(dict.fromkeys(name for name in found if name != "GITHUB_TOKEN"))


def _real(subject: Subject, workflow: Workflow, name: str, depth: int) -> Iterator[str]:
    called = workflow.trigger("workflow_call")
    if called is None or depth >= _DEEPEST:
        yield name
        return
    if len(workflow.triggers) > 1:
        yield name
    declared = name in (each.upper() for each in called.secrets)
    for other, caller in _callers(subject, workflow):
        if caller.inherits_secrets:
            yield from _real(subject, other, name, depth + 1)
            continue
        given = {key.upper(): text.text for key, text in caller.secrets.items()}.get(name)
        for read in _READ.finditer(given) if given is not None and declared else ():
            yield from _real(subject, other, (read[1] or read[2]).upper(), depth + 1)


def _callers(subject: Subject, workflow: Workflow) -> Iterator[tuple[Workflow, WorkflowJob]]:
    for other, job in subject.jobs():
        if called_path(job, subject.repository) == workflow.path:
            yield other, job
