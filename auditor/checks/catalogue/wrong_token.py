"""GITHUB_TOKEN is used where only a token of another repository works."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.knowledge import data
from auditor.checks.scripts import ScriptLine, commands
from auditor.checks.subject import Subject
from auditor.checks.tokens import given_token, names_own_token, own_token_variables
from auditor.model.finding import Finding, Place, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep

_REPOSITORY = re.compile(
    r"(?:github\.com[/:]|api\.github\.com/repos/|repos/|(?:-R|--repo)[= ]\s?[\"']?)"
    r"([\w.-]{1,100}/[\w.-]{1,100}?)(?:\.git)?(?=[\"'/\s]|$)"
)


def _find(subject: Subject) -> Iterator[Finding]:
    for workflow, job in subject.jobs():
        for step in job.steps:
            if step.uses is not None:
                yield from _of_action(subject, workflow, job, step)
            else:
                yield from _of_script(subject, workflow, job, step)


def _of_action(subject: Subject, workflow: Workflow, job: WorkflowJob, step: WorkflowStep) -> Iterator[Finding]:
    if step.uses is None:
        return
    action = step.uses.text.partition("@")[0].lower()
    for entry in data("other_repository")["actions"]:
        if entry["uses"].lower() != action:
            continue
        named = entry.get("repository")
        target = step.inputs[named].text.strip() if named in step.inputs else ""
        if named is not None and not _elsewhere(subject, target):
            continue
        inputs, env = entry.get("inputs", ()), entry.get("env", ())
        given = given_token(workflow, job, step, inputs, env)
        if given == "own" or (given == "none" and entry.get("by_default")):
            line, text = step.uses.line, step.uses.text
            for name in inputs:
                if name in step.inputs:
                    line, text = step.inputs[name].line, step.inputs[name].text
            for name in env:
                if name in step.env:
                    line, text = step.env[name].line, step.env[name].text
            what = f"`{step.uses.text.partition('@')[0]}` writes to {f'`{target}`' if target else 'another repository'}"
            yield _finding(job, step, place(workflow, line, text), what)
    if action == "actions/checkout":
        yield from _of_checkout(subject, workflow, job, step)


def _of_checkout(subject: Subject, workflow: Workflow, job: WorkflowJob, step: WorkflowStep) -> Iterator[Finding]:
    """A checkout of another repository that the job then pushes to."""
    target = step.inputs["repository"].text.strip() if "repository" in step.inputs else ""
    if not _elsewhere(subject, target) or "ssh-key" in step.inputs:
        return
    if given_token(workflow, job, step, ("token",), ()) == "other":
        return
    folder = step.inputs["path"].text.strip("./ ") if "path" in step.inputs else ""
    for later in job.steps:
        pushes = [line for line in commands(later) if re.search(r"\bgit\b[^\n]{0,200}\bpush\b", line.text)]
        inside = later.working_directory.text if later.working_directory is not None else ""
        script = later.run.text if later.run is not None else ""
        if later.number > step.number and pushes and (not folder or folder in f"{inside}\n{script}"):
            at = step.inputs.get("token", step.inputs["repository"])
            yield _finding(job, step, place(workflow, at.line, at.text), f"`{job.id}` pushes to `{target}`")
            return


def _of_script(subject: Subject, workflow: Workflow, job: WorkflowJob, step: WorkflowStep) -> Iterator[Finding]:
    variables = own_token_variables(workflow, job, step)
    lines = list(commands(step))
    writes = [line for line in lines if re.search(data("other_repository")["writes"], line.text)]
    for line in lines:
        target = _REPOSITORY.search(line.text)
        if target is None or not _elsewhere(subject, target[1]) or not _has_own_token(line, variables):
            continue
        cloned = re.search(r"\bgit\s[^\n]{0,100}\b(?:clone|remote)\b", line.text) is not None
        if line in writes or (cloned and any("push" in each.text for each in writes if each.line > line.line)):
            fragment = line.text.strip()
            yield _finding(job, step, place(workflow, line.line, fragment), f"`{job.id}` writes to `{target[1]}`")
            return


def _has_own_token(line: ScriptLine, variables: frozenset[str]) -> bool:
    if names_own_token(line.text) or any(re.search(rf"\$\{{?{re.escape(name)}\b", line.text) for name in variables):
        return True
    return "gh " in line.text and bool({"GH_TOKEN", "GITHUB_TOKEN"} & variables)


def _elsewhere(subject: Subject, repository: str) -> bool:
    """Tell whether a repository is surely not the workflow's own."""
    if not repository or "$" in repository:
        return False
    if subject.repository is not None:
        return repository.lower() != subject.repository.lower()
    return re.search(data("other_repository")["elsewhere"], repository) is not None


def _finding(job: WorkflowJob, step: WorkflowStep, at: Place, what: str) -> Finding:
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message=f"{what} with GITHUB_TOKEN, which is good for the workflow's own repository only",
        place=at,
        job=job.id,
        step=step.number,
        remedy=Remedy(
            summary="Give it a token of that repository: of a GitHub App, or a fine-grained personal one, kept as a secret.",
            snippet=(
                "- uses: actions/create-github-app-token@v2\n  id: app\n  with:\n    app-id: ${{ vars.APP_ID }}\n"
                "    private-key: ${{ secrets.APP_KEY }}\n    owner: OWNER\n    repositories: REPOSITORY\n"
            ),
        ),
    )


CHECK = Check(
    id="wrong-token",
    title="GITHUB_TOKEN is used on another repository",
    severity=Severity.ERROR,
    find=_find,
)
