"""The text of a composite action → a `Workflow` with one job `runs`, so that whatever reads steps can read it.

https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax#runs-for-composite-actions
"""

from __future__ import annotations

from auditor.model.facts import WorkflowFile
from auditor.model.workflow import Workflow, WorkflowJob
from auditor.workflows.errors import WorkflowError
from auditor.workflows.jobs import read_steps
from auditor.workflows.reading import Reader, value_of
from auditor.workflows.secrets import secrets_in
from auditor.workflows.yaml_tree import read_tree, split_lines


def parse_composite(file: WorkflowFile) -> Workflow | None:
    """Read an `action.yml`; nothing when it is no composite action. Raises `WorkflowError` for text that cannot be read."""
    root = read_tree(file.path, file.text)
    if root.kind != "map":
        raise WorkflowError(file.path, root.line, "an action file must be a mapping with `runs`")
    reader = Reader()
    found = reader.mapping(root, "the action")
    runs = reader.mapping(value_of(found, "runs"), "`runs`")
    using = reader.text(value_of(runs, "using"), "`using`")
    if using is None or using.text.lower() != "composite":
        return None
    key, node = found["runs"]
    job = WorkflowJob(
        id="runs",
        line=key.line,
        end_line=max(key.line, node.end_line),
        steps=read_steps(value_of(runs, "steps"), "the action", reader),
    )
    return Workflow(
        path=file.path,
        name=reader.text(value_of(found, "name"), "`name`"),
        jobs=(job,),
        secrets_used=secrets_in(root),
        problems=reader.problems,
        lines=split_lines(file.text),
    )
