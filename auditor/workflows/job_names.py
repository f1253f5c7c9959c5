"""The names GitHub may give the jobs of a run.

How a name comes about:
- no `name:` → the job id; a `name:` without expressions stands as written; both get ` (a, b)` for a matrix leg, and are
  cut to 97 characters and `...` when they are longer than 100;
- a `name:` with `${{ }}` is the evaluated text, without anything appended;
- a job skipped before its matrix was expanded shows the bare name, or the template with its `${{ }}`;
- a job of a called workflow is `caller / job`, nested ones `caller / middle / job`.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idname and, for the cut and
the suffix, `JobNameBuilder` in https://github.com/actions/runner
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, TypeAlias

from auditor.model.workflow import Workflow, WorkflowJob
from auditor.workflows.expression import UNKNOWN, ExpressionError, evaluate, to_text
from auditor.workflows.expression.template import segments
from auditor.workflows.graph import DEEPEST_CALL, Chain, called_path
from auditor.workflows.matrix import matrix_context
from auditor.workflows.run_context import input_value

Parts: TypeAlias = tuple[str | None, ...]
"""A name in pieces: text, and nothing where anything may stand."""

LONGEST_NAME = 100
"""UTF-16 units GitHub keeps of a name it builds."""
MOST_FORMS = 4_000
_ANY: Parts = (None,)


class How(IntEnum):
    """How a name was recognised, the surer the higher."""

    PREFIX = 1
    """Only the caller is known: the file of the called workflow is not at hand, or has no such job."""
    TEMPLATE = 2
    """The name has parts that are only known at run time."""
    UNEXPANDED = 3
    """The name of a job that was skipped before its matrix and its name were evaluated."""
    EXACT = 4


@dataclass(frozen=True, slots=True)
class NameForm:
    """One name that a job, or a leg of its matrix, may have."""

    parts: Parts
    how: How
    path: str
    chain: Chain
    job: WorkflowJob | None
    matrix: str | None = None
    values: Mapping[str, Any] | None = None
    many: bool = False
    """Several jobs of a run may have this form."""

    @property
    def text(self) -> str | None:
        """The whole name, when no part of it is open."""
        return None if None in self.parts else "".join(part or "" for part in self.parts)

    @property
    def literal(self) -> int:
        """Characters of the name that are fixed."""
        return sum(len(part) for part in self.parts if part)


def expected_names(path: str, files: Mapping[str, Workflow], repository: str | None = None) -> list[NameForm]:
    """Return the forms of every job that a run of the workflow at `path` may have, at most `MOST_FORMS`."""
    found: list[NameForm] = []
    for form in _of_file(path, files, repository, (), (), {}, ()):
        found.append(form)
        if len(found) >= MOST_FORMS:
            break
    return found


def _of_file(
    path: str,
    files: Mapping[str, Workflow],
    repository: str | None,
    chain: Chain,
    before: Parts,
    contexts: Mapping[str, Any],
    paths: tuple[str, ...],
) -> Iterator[NameForm]:
    workflow = files.get(path)
    for job in workflow.jobs if workflow is not None else ():
        own = (*chain, job.id)
        called = called_path(job, repository)
        inner = files.get(called) if called is not None else None
        for form in _of_job(job, path, own, contexts):
            outer = replace(form, parts=(*before, *form.parts), how=min(form.how, _openness(before)))
            yield outer
            if job.uses is None or form.how is How.UNEXPANDED:
                continue
            yield replace(outer, parts=(*outer.parts, " / ", None), how=How.PREFIX, job=None, many=True)
            if inner is not None and called is not None and called not in paths and len(paths) < DEEPEST_CALL:
                inputs = {
                    "inputs": _inputs(inner, job, {**contexts, "matrix": matrix_context(dict(form.values or {}))})
                }
                deeper = (*outer.parts, " / ")
                for each in _of_file(called, files, repository, own, deeper, inputs, (*paths, path)):
                    yield replace(each, many=each.many or form.many, matrix=_joined(form.matrix, each.matrix))


def _openness(parts: Parts) -> How:
    return How.TEMPLATE if None in parts else How.EXACT


def _joined(outer: str | None, inner: str | None) -> str | None:
    return f"{outer} / {inner}" if outer and inner else inner or outer


def _inputs(inner: Workflow, call: WorkflowJob, contexts: Mapping[str, Any]) -> dict[str, Any]:
    trigger = inner.trigger("workflow_call")
    given = {name.lower(): text for name, text in call.inputs.items()}
    declared = trigger.inputs if trigger is not None else ()
    return {each.name: input_value(each, given.get(each.name.lower()), contexts) for each in declared}


def _of_job(job: WorkflowJob, path: str, chain: Chain, contexts: Mapping[str, Any]) -> Iterator[NameForm]:
    template = job.display_name
    plain = "${{" not in template
    legs: list[tuple[str | None, dict[str, Any] | None]] = [(None, None)]
    if job.matrix is not None and job.matrix.combos is not None:
        legs = [(combo.label, combo.values) for combo in job.matrix.combos]
    dynamic = job.matrix is not None and job.matrix.combos is None
    for label, values in legs:
        if plain:
            suffix = _ANY if dynamic else _parts(label or "", {})
            parts: Parts = (template, " (", *suffix, ")") if dynamic or label else (template,)
        else:
            known = {**contexts, **({"matrix": matrix_context(values)} if values is not None else {})}
            parts = _evaluated(job, template, label, known)
        form = NameForm(parts, _openness(parts), path, chain, job, label, values, many=dynamic)
        yield form
        cut = cut_name(form.text) if form.text is not None else None
        if cut is not None and cut != form.text:
            yield replace(form, parts=(cut,))
    if job.matrix is not None or not plain:
        for text in dict.fromkeys((template, cut_name(template))):
            yield NameForm((text,), How.UNEXPANDED, path, chain, job)


def _evaluated(job: WorkflowJob, template: str, label: str | None, contexts: Mapping[str, Any]) -> Parts:
    """An empty result falls back to the id, with the matrix suffix."""
    parts = _parts(template, contexts)
    if parts:
        return parts
    return (job.id, f" ({label})") if label else (job.id,)


def _parts(template: str, contexts: Mapping[str, Any]) -> Parts:
    """Evaluate a template as far as the contexts allow; neighbouring open parts are one."""
    try:
        found = segments(template)
    except ExpressionError:
        return (template,)
    parts: list[str | None] = []
    for segment in found:
        value: object = segment.text
        if segment.is_expression:
            try:
                value = evaluate(segment.text, contexts)
            except ExpressionError:
                value = UNKNOWN
        part = None if value is UNKNOWN else to_text(value)
        if part != "" and not (part is None and parts and parts[-1] is None):
            parts.append(part)
    return tuple(parts)


def cut_name(name: str) -> str:
    """Cut a name as GitHub does: longer than 100 UTF-16 units becomes 97 and `...`."""
    units = name.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * LONGEST_NAME:
        return name
    return units[: 2 * (LONGEST_NAME - 3)].decode("utf-16-le", "replace") + "..."
