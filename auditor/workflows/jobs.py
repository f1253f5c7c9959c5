"""Reads `jobs:` of a workflow file: jobs, calls of reusable workflows, steps."""

from __future__ import annotations

from auditor.model.workflow import (
    Concurrency,
    Environment,
    Matrix,
    Permissions,
    Script,
    SecretUse,
    Text,
    WorkflowJob,
    WorkflowStep,
)
from auditor.workflows.matrix import read_matrix
from auditor.workflows.reading import Reader, is_null, value_of
from auditor.workflows.secrets import secrets_in
from auditor.workflows.yaml_tree import Node

Pairs = dict[str, tuple[Node, Node]]

MOST_JOBS = 1_000
"""Jobs of one file; further ones are noted and left out."""


def read_jobs(node: Node | None, shell: Text | None, reader: Reader) -> tuple[WorkflowJob, ...]:
    """Return the jobs in the order of the file; `shell` is the workflow's default."""
    found = list(reader.mapping(node, "`jobs`").items())
    if len(found) > MOST_JOBS:
        reader.note(found[MOST_JOBS][1][0].line, f"only the first {MOST_JOBS} jobs were read")
    return tuple(_job(name, key, value, shell, reader) for name, (key, value) in found[:MOST_JOBS])


def _job(job_id: str, key: Node, node: Node, shell: Text | None, reader: Reader) -> WorkflowJob:
    what = f"job `{job_id[:80]}`"
    found = reader.mapping(node, what)
    strategy = reader.mapping(value_of(found, "strategy"), f"`strategy` of {what}")
    secrets = value_of(found, "secrets")
    inherits = secrets is not None and secrets.kind == "scalar" and secrets.text == "inherit"
    return WorkflowJob(
        id=job_id,
        line=key.line,
        end_line=max(key.line, node.end_line),
        name=reader.text(value_of(found, "name"), f"`name` of {what}"),
        needs=reader.several(value_of(found, "needs"), f"`needs` of {what}"),
        condition=reader.text(value_of(found, "if"), f"`if` of {what}"),
        uses=reader.text(value_of(found, "uses"), f"`uses` of {what}"),
        inputs=reader.texts(value_of(found, "with"), f"`with` of {what}"),
        secrets={} if inherits else reader.texts(secrets, f"`secrets` of {what}"),
        inherits_secrets=inherits,
        runs_on=_runs_on(found, what, reader),
        matrix=_matrix(strategy, reader),
        fail_fast=reader.text(value_of(strategy, "fail-fast"), f"`fail-fast` of {what}"),
        env=reader.texts(value_of(found, "env"), f"`env` of {what}"),
        outputs=reader.texts(value_of(found, "outputs"), f"`outputs` of {what}"),
        permissions=read_permissions(found, reader),
        environment=_environment(found, reader),
        concurrency=read_concurrency(found, reader),
        timeout_minutes=reader.text(value_of(found, "timeout-minutes"), f"`timeout-minutes` of {what}"),
        continue_on_error=reader.text(value_of(found, "continue-on-error"), f"`continue-on-error` of {what}"),
        container=_container(found, reader),
        shell=default_shell(found, reader) or shell,
        steps=read_steps(value_of(found, "steps"), what, reader),
        secrets_used=_secrets(node, inherits, secrets),
    )


def _secrets(node: Node, inherits: bool, secrets: Node | None) -> tuple[SecretUse, ...]:
    used = secrets_in(node)
    return (*used, SecretUse(name="inherit", line=secrets.line)) if inherits and secrets is not None else used


def default_shell(found: Pairs, reader: Reader) -> Text | None:
    """Return `defaults.run.shell` of a workflow or a job."""
    defaults = reader.mapping(value_of(found, "defaults"), "`defaults`")
    run = reader.mapping(value_of(defaults, "run"), "`defaults.run`")
    return reader.text(value_of(run, "shell"), "`defaults.run.shell`")


def read_permissions(found: Pairs, reader: Reader) -> Permissions | None:
    """Return the `permissions:` of a workflow or a job; an empty mapping takes every permission away."""
    if "permissions" not in found:
        return None
    key, node = found["permissions"]
    if node.kind == "scalar" and not is_null(node):
        return Permissions(line=key.line, every=node.text)
    return Permissions(line=key.line, scopes=reader.texts(node, "`permissions`"))


def read_concurrency(found: Pairs, reader: Reader) -> Concurrency | None:
    """Return the `concurrency:` of a workflow or a job."""
    if "concurrency" not in found:
        return None
    key, node = found["concurrency"]
    if node.kind == "scalar":
        return Concurrency(line=key.line, group=node.text)
    inner = reader.mapping(node, "`concurrency`")
    group = reader.text(value_of(inner, "group"), "`concurrency.group`")
    cancel = reader.text(value_of(inner, "cancel-in-progress"), "`concurrency.cancel-in-progress`")
    return Concurrency(
        line=key.line, group=group.text if group else "", cancel_in_progress=cancel.text if cancel else None
    )


def _environment(found: Pairs, reader: Reader) -> Environment | None:
    if "environment" not in found:
        return None
    key, node = found["environment"]
    if node.kind == "scalar":
        return None if is_null(node) else Environment(line=key.line, name=node.text)
    inner = reader.mapping(node, "`environment`")
    name = reader.text(value_of(inner, "name"), "`environment.name`")
    url = reader.text(value_of(inner, "url"), "`environment.url`")
    return Environment(line=key.line, name=name.text if name else "", url=url.text if url else None)


def _container(found: Pairs, reader: Reader) -> Text | None:
    node = value_of(found, "container")
    if node is not None and node.kind == "map":
        node = value_of(reader.mapping(node, "`container`"), "image")
    return reader.text(node, "`container`")


def _runs_on(found: Pairs, what: str, reader: Reader) -> tuple[Text, ...]:
    node = value_of(found, "runs-on")
    if node is not None and node.kind == "map":
        node = value_of(reader.mapping(node, f"`runs-on` of {what}"), "labels")
    return reader.several(node, f"`runs-on` of {what}")


def _matrix(strategy: Pairs, reader: Reader) -> Matrix | None:
    if "matrix" not in strategy:
        return None
    key, node = strategy["matrix"]
    return None if is_null(node) else read_matrix(node, key.line, reader)


def read_steps(node: Node | None, what: str, reader: Reader) -> tuple[WorkflowStep, ...]:
    """Return the steps of a job, or of a composite action."""
    if node is None or is_null(node):
        return ()
    if node.kind != "list":
        reader.note(node.line, f"`steps` of {what} should be a list")
        return ()
    return tuple(_step(number, item, what, reader) for number, item in enumerate(node.items, 1))


def _step(number: int, node: Node, job: str, reader: Reader) -> WorkflowStep:
    what = f"step {number} of {job}"
    found = reader.mapping(node, what)
    step_id = reader.text(value_of(found, "id"), f"`id` of {what}")
    return WorkflowStep(
        number=number,
        line=node.line,
        end_line=node.end_line,
        id=step_id.text if step_id is not None and step_id.text else None,
        name=reader.text(value_of(found, "name"), f"`name` of {what}"),
        uses=reader.text(value_of(found, "uses"), f"`uses` of {what}"),
        inputs=reader.texts(value_of(found, "with"), f"`with` of {what}"),
        run=_script(value_of(found, "run"), what, reader),
        env=reader.texts(value_of(found, "env"), f"`env` of {what}"),
        condition=reader.text(value_of(found, "if"), f"`if` of {what}"),
        continue_on_error=reader.text(value_of(found, "continue-on-error"), f"`continue-on-error` of {what}"),
        shell=reader.text(value_of(found, "shell"), f"`shell` of {what}"),
        timeout_minutes=reader.text(value_of(found, "timeout-minutes"), f"`timeout-minutes` of {what}"),
        working_directory=reader.text(value_of(found, "working-directory"), f"`working-directory` of {what}"),
    )


def _script(node: Node | None, what: str, reader: Reader) -> Script | None:
    text = reader.text(node, f"`run` of {what}")
    if node is None or text is None:
        return None
    return Script(text=text.text, line=text.line, line_by_line=node.style == "|" or "\n" not in text.text.strip("\n"))
