"""Which token a step works with, as far as the file says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep

_OWN = re.compile(r"(?i)\bsecrets\s*(?:\.\s*GITHUB_TOKEN\b|\[\s*'GITHUB_TOKEN'\s*\])|\bgithub\s*\.\s*token\b")
_SECRET = re.compile(r"(?i)\bsecrets\s*\.\s*([A-Za-z_]\w{0,200})")

Token = Literal["own", "other", "none"]
"""`own` is GITHUB_TOKEN; `other` any other value; `none` when nothing is given."""


def token_of(text: str) -> Token:
    """Say which token a value is. With a fallback, `secrets.PAT || github.token`, it counts as another one."""
    if not text.strip():
        return "none"
    others = [name for name in _SECRET.findall(text) if name.upper() != "GITHUB_TOKEN"]
    return "own" if _OWN.search(text) and not others else "other"


def given_token(
    workflow: Workflow, job: WorkflowJob, step: WorkflowStep, inputs: Sequence[str], env: Sequence[str]
) -> Token:
    """Return the token given in the first of these inputs, else of these variables, that the step has."""
    for name in inputs:
        if name in step.inputs and step.inputs[name].text.strip():
            return token_of(step.inputs[name].text)
    for name in env:
        for holder in (step.env, job.env, workflow.env):
            if name in holder and holder[name].text.strip():
                return token_of(holder[name].text)
    return "none"


def names_own_token(text: str) -> bool:
    """Tell whether a text has GITHUB_TOKEN in it."""
    return _OWN.search(text) is not None


def own_token_variables(workflow: Workflow, job: WorkflowJob, step: WorkflowStep) -> frozenset[str]:
    """The environment variables of a step that hold GITHUB_TOKEN."""
    merged = {**workflow.env, **job.env, **step.env}
    return frozenset(name for name, text in merged.items() if token_of(text.text) == "own")
