"""The text of a workflow file → `Workflow`.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

from auditor.model.facts import WorkflowFile
from auditor.model.workflow import Trigger, Workflow, WorkflowInput
from auditor.workflows.errors import WorkflowError
from auditor.workflows.jobs import default_shell, read_concurrency, read_jobs, read_permissions
from auditor.workflows.reading import Reader, is_null, value_of
from auditor.workflows.secrets import secrets_in
from auditor.workflows.yaml_tree import Node, read_tree, split_lines


def parse_workflow(file: WorkflowFile) -> Workflow:
    """Read one workflow file.

    What is odd but readable, such as a duplicate key, is listed in `Workflow.problems`. Raises `WorkflowError`, whose
    message starts with `path:line`, for text that is no YAML mapping or is beyond the limits of `yaml_tree`.
    """
    root = read_tree(file.path, file.text)
    if root.kind != "map":
        raise WorkflowError(file.path, root.line, "a workflow file must be a mapping with `on` and `jobs`")
    reader = Reader()
    found = reader.mapping(root, "the workflow")
    for key in ("on", "jobs"):
        if key not in found:
            reader.note(1, f"the workflow has no `{key}`")
    jobs = read_jobs(value_of(found, "jobs"), default_shell(found, reader), reader)
    handed = {use for job in jobs for use in job.secrets_used if use.name == "inherit"}
    secrets = {*secrets_in(root), *handed}
    return Workflow(
        path=file.path,
        name=reader.text(value_of(found, "name"), "`name`"),
        triggers=_triggers(value_of(found, "on"), reader),
        permissions=read_permissions(found, reader),
        env=reader.texts(value_of(found, "env"), "`env`"),
        concurrency=read_concurrency(found, reader),
        jobs=jobs,
        secrets_used=tuple(sorted(secrets, key=lambda use: (use.line, use.name))),
        problems=reader.problems,
        lines=split_lines(file.text),
    )


def _triggers(node: Node | None, reader: Reader) -> tuple[Trigger, ...]:
    if node is None or is_null(node):
        return ()
    if node.kind == "map":
        pairs = reader.mapping(node, "`on`")
        return tuple(_trigger(event, key, value, reader) for event, (key, value) in pairs.items())
    return tuple(Trigger(event=event.text, line=event.line) for event in reader.several(node, "`on`"))


def _trigger(event: str, key: Node, node: Node, reader: Reader) -> Trigger:
    if event == "schedule":
        entries = node.items if node.kind == "list" else ()
        crons = [reader.text(value_of(reader.mapping(entry, "`schedule`"), "cron"), "`cron`") for entry in entries]
        return Trigger(event=event, line=key.line, crons=tuple(cron.text for cron in crons if cron is not None))
    found = reader.mapping(node, f"`on.{event[:80]}`")

    def strings(name: str) -> tuple[str, ...]:
        return reader.strings(value_of(found, name), f"`on.{event[:80]}.{name}`")

    outputs = {}
    for name, (_, output) in reader.mapping(value_of(found, "outputs"), "`outputs`").items():
        value = reader.text(value_of(reader.mapping(output, f"output `{name[:80]}`"), "value"), "`value`")
        if value is not None:
            outputs[name] = value
    return Trigger(
        event=event,
        line=key.line,
        branches=strings("branches"),
        branches_ignore=strings("branches-ignore"),
        tags=strings("tags"),
        tags_ignore=strings("tags-ignore"),
        paths=strings("paths"),
        paths_ignore=strings("paths-ignore"),
        types=strings("types"),
        workflows=strings("workflows"),
        inputs=_inputs(value_of(found, "inputs"), reader),
        outputs=outputs,
        secrets=tuple(reader.mapping(value_of(found, "secrets"), "`secrets`")),
    )


def _inputs(node: Node | None, reader: Reader) -> tuple[WorkflowInput, ...]:
    inputs = []
    for name, (key, value) in reader.mapping(node, "`inputs`").items():
        what = f"input `{name[:80]}`"
        found = reader.mapping(value, what)
        kind = reader.text(value_of(found, "type"), f"`type` of {what}")
        required = reader.text(value_of(found, "required"), f"`required` of {what}")
        default = reader.text(value_of(found, "default"), f"`default` of {what}")
        inputs.append(
            WorkflowInput(
                name=name,
                line=key.line,
                type=kind.text if kind else "string",
                required=required is not None and required.text.lower() == "true",
                default=default.text if default else None,
            )
        )
    return tuple(inputs)
