"""An existence check finds `1.0.4` in `1.0.42`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.publishing import Publication, publications_by_job
from auditor.checks.scripts import ScriptLine, commands
from auditor.checks.subject import Subject
from auditor.checks.tag_values import TagValues, tag_values
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep
from auditor.workflows.scripts.registry_answers import asks

_GREP = re.compile(
    r"(?<![\w-])[ef]?grep\s+(?P<flags>(?:-{1,2}[\w-]+\s+){0,6})(?P<pattern>\"(?:[^\"\\]|\\.){1,200}\"|'[^']{1,200}'|[^\s|;&)]{1,200})"
)
_GLOB = re.compile(r"\[\[\s[^\]]{0,200}(?:==|=)\s*(?P<pattern>\*\"?\$\{?\w+\}?\"?\*)")
_MATCHES = re.compile(r"\[\[\s[^\]]{0,200}=~\s*(?P<pattern>\"?\$\{?\w+\}?\"?)\s")
_JQ = re.compile(r"\b(?:contains|test|inside|startswith|index)\(\s*(?P<pattern>\\?\"?\$\{?\w+\}?\\?\"?)\s*\)")
_POWERSHELL = re.compile(
    r"(?i)(?:-(?:match|like)\s+[\"']?\*?(?P<pattern>\$\{?\w+\}?)|\.Contains\(\s*[\"']?(?P<other>\$\{?\w+\}?))"
)
_BOUNDED = re.compile(r"\^|\$(?=[\"']?$)|\\b|\\\"|\\<|\(\\s")
_WHOLE = re.compile(r"(?:^|\s)(?:-[a-zA-Z]*[xw][a-zA-Z]*|--line-regexp|--word-regexp)(?=\s|$)")
_STORED = re.compile(r"^\s*(?:\$?([A-Za-z_]\w{0,80})\s?=)|(?:-o|--output|-O|>)\s?([\w./-]{1,100})")


def _find(subject: Subject) -> Iterator[Finding]:
    published = publications_by_job(subject)
    for workflow, job in subject.jobs():
        own = published.get((workflow.path, job.id), ())
        if not own and not any(job.id in each.need_ids for each in workflow.jobs):
            continue
        values = tag_values(subject, workflow)
        for step in job.steps:
            for line, compared in _comparisons(job, step, values):
                yield _finding(workflow, job, step, line, compared, own)


def _comparisons(job: WorkflowJob, step: WorkflowStep, values: TagValues) -> Iterator[tuple[ScriptLine, str]]:
    """Yield the lines that look for the version in a registry's answer, with what they look for."""
    answers: set[str] = set()
    for line in commands(step):
        question = asks(line.text)
        if question:
            answers.update(name for pair in _STORED.findall(line.text) for name in pair if name)
        if not question and not any(re.search(rf"(?<![\w.]){re.escape(name)}(?![\w])", line.text) for name in answers):
            continue
        for pattern in (_GREP, _GLOB, _MATCHES, _JQ, _POWERSHELL):
            found = pattern.search(line.text)
            if found is None:
                continue
            compared = found["pattern"] or found["other"]
            if pattern is _GREP and (_WHOLE.search(found["flags"]) or _BOUNDED.search(compared.strip("\"'"))):
                continue
            given = re.search(rf"--arg\s+{re.escape(compared.lstrip('$'))}\s+(\S{{1,200}})", line.text)
            if values.carries(job, step, given[1] if given is not None else compared) or re.search(
                r"(?i)\$\{?\w*ver", compared
            ):
                yield line, compared
                break


def _finding(
    workflow: Workflow,
    job: WorkflowJob,
    step: WorkflowStep,
    line: ScriptLine,
    compared: str,
    own: tuple[Publication, ...],
) -> Finding:
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH if own else Confidence.MEDIUM,
        message=(
            f"`{job.id}` looks for {compared.strip() if len(compared) < 60 else 'the version'} anywhere in the answer: "
            "`1.0.4` is found in `1.0.42`, and the release is held back"
        ),
        place=place(workflow, line.line, compared),
        job=job.id,
        step=step.number,
        platforms=tuple(dict.fromkeys(each.platform for each in own)),
        remedy=Remedy(
            summary="Compare whole versions: `grep -Fx` on one version per line, or `==` in jq.",
            snippet="jq --exit-status --arg v \"$VERSION\" 'any(.versions[]; . == $v)' answer.json\n",
        ),
    )


CHECK = Check(
    id="check-by-substring",
    title="An existence check compares versions by substring",
    severity=Severity.ERROR,
    find=_find,
)
