"""Finds the steps whose answer decides whether later steps or jobs run, and judges whether they can give both answers.

A check that says the same whatever it finds is worse than none: it lets every duplicate through, or holds every release
back while the run stays green. The judgement is careful: `no` is only said of what the script itself shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from auditor.logs.redact import safe_line
from auditor.model.workflow import Text, Workflow, WorkflowJob, WorkflowStep
from auditor.workflows.expression import ExpressionError, Partial, Status, evaluate_condition
from auditor.workflows.expression.reasons import leaves
from auditor.workflows.expression.template import condition_tree, tree_of
from auditor.workflows.expression.tree import Compare, Tree, path_of, walk
from auditor.workflows.expression.tree import Literal as LiteralNode
from auditor.workflows.expression.values import to_text
from auditor.workflows.scripts.registry_answers import asks
from auditor.workflows.step_answers import OUTCOMES, End, StepAnswers, continues

_OTHER = "\x00other"
_MOST_ASKS = 6
MOST_GUARDS = 100
"""Steps whose scripts are judged in one workflow."""
_MOST_READERS = 50
_MOST_OUTPUTS = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether something can happen, why, and the line of the workflow file that shows it."""

    word: Literal["yes", "no", "unknown"]
    reason: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Guarded:
    """A step, or a whole job when `step` is nothing, that runs only for some answers of a check."""

    job_id: str
    step: WorkflowStep | None
    line: int
    """Where its condition stands."""
    condition: str
    goes_on: tuple[str, ...]
    """Of the values compared or given: those that let it run; empty text stands for "not set"."""
    held_by: tuple[str, ...]
    can_run: Answer
    """`no`: the check can never let it run."""
    can_be_held: Answer
    """`no`: the check can never hold it back."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A step with an id, one of its outputs (or `outcome`, `conclusion`), and what depends on it."""

    job_id: str
    step: WorkflowStep
    output: str
    asks: tuple[Text, ...]
    """The command lines of its script that look something up, with their lines in the file."""
    guarded: tuple[Guarded, ...]

    @property
    def blind_for(self) -> tuple[Guarded, ...]:
        """What the check can never let run."""
        return tuple(each for each in self.guarded if each.can_run.word == "no")


@dataclass(frozen=True, slots=True)
class _Reader:
    job: WorkflowJob
    step: WorkflowStep | None
    condition: Text
    path: tuple[str, ...]


def find_guards(workflow: Workflow) -> tuple[Guard, ...]:
    """Return the guards of a workflow in the order of the file, at most `MOST_GUARDS` steps.

    Steps without an id cannot be one.
    """
    found: list[Guard] = []
    readers = _readers(workflow)
    judged = 0
    for job in workflow.jobs:
        for step in job.steps:
            answered = _answered(job, step, readers) if step.id is not None else {}
            if answered and judged < MOST_GUARDS:
                judged += 1
                answers = StepAnswers(workflow, job, step)
                found.extend(_guard(job, step, output, each, answers) for output, each in answered.items())
    return tuple(guard for guard in found if guard.guarded)


def _readers(workflow: Workflow) -> dict[tuple[str, ...], list[_Reader]]:
    """Return every condition that reads a step or a needed job, by job, `steps` or `needs`, and the id that is read."""
    found: dict[tuple[str, ...], list[_Reader]] = {}
    for job in workflow.jobs:
        places: list[tuple[WorkflowStep | None, Text | None]] = [(None, job.condition)]
        places.extend((step, step.condition) for step in job.steps)
        needed = {need.lower() for need in job.need_ids}
        for step, condition in places:
            for path in _paths(condition.text) if condition is not None else ():
                if condition is None or len(path) < 3:
                    continue
                if path[0] == "steps":
                    key: tuple[str, ...] = ("steps", job.id, path[1])
                elif path[0] == "needs" and path[1] in needed:
                    key = ("needs", path[1])
                else:
                    continue
                found.setdefault(key, []).append(_Reader(job, step, condition, path))
    return found


def _answered(
    job: WorkflowJob, step: WorkflowStep, readers: Mapping[tuple[str, ...], list[_Reader]]
) -> dict[str, list[_Reader]]:
    """Return, by output, the conditions a step decides: of later steps, and of jobs that need this one."""
    step_id = (step.id or "").lower()
    found: dict[str, list[_Reader]] = {}
    for reader in readers.get(("steps", job.id, step_id), ()):
        output = _step_output(reader.path, step_id)
        if output is not None and reader.step is not None and reader.step.number > step.number:
            found.setdefault(output, []).append(reader)
    others = readers.get(("needs", job.id.lower()), ())
    passed_on = _passed_on(job, step_id) if others else {}
    for reader in others:
        if len(reader.path) == 4 and reader.path[2] == "outputs" and reader.path[3] in passed_on:
            found.setdefault(passed_on[reader.path[3]], []).append(reader)
    return {output: each[:_MOST_READERS] for output, each in list(found.items())[:_MOST_OUTPUTS]}


def _paths(condition: str) -> tuple[tuple[str, ...], ...]:
    try:
        tree = condition_tree(condition)
    except ExpressionError:
        return ()
    found = [path_of(leaf) for leaf in leaves(tree)] if tree is not None else []
    return tuple(dict.fromkeys(path for path in found if path is not None))


def _step_output(path: tuple[str, ...], step_id: str) -> str | None:
    if path[:2] != ("steps", step_id):
        return None
    if len(path) == 4 and path[2] == "outputs":
        return path[3]
    return path[2] if len(path) == 3 and path[2] in OUTCOMES else None


def _passed_on(job: WorkflowJob, step_id: str) -> dict[str, str]:
    """Return job output → step output, for job outputs that are nothing but an output of the step."""
    found = {}
    for name, text in job.outputs.items():
        try:
            tree = tree_of(text.text)
        except ExpressionError:
            continue
        path = path_of(tree) if tree is not None else None
        output = _step_output(path, step_id) if path is not None else None
        if output is not None:
            found[name.lower()] = output
    return found


def _guard(job: WorkflowJob, step: WorkflowStep, output: str, readers: list[_Reader], answers: StepAnswers) -> Guard:
    written = answers.spelled(output)
    guarded = [_guarded(step, written, reader, answers) for reader in readers]
    return Guard(job.id, step, written, _asks(step), tuple(each for each in guarded if each is not None))


def _asks(step: WorkflowStep) -> tuple[Text, ...]:
    if step.run is None:
        return ()
    lines = enumerate(step.run.text.split("\n"))
    found = [
        Text(text=safe_line(line.strip()), line=step.run.line_of(index))
        for index, line in lines
        if not line.lstrip().startswith("#") and asks(line)
    ]
    return tuple(found[:_MOST_ASKS])


def _guarded(step: WorkflowStep, output: str, reader: _Reader, answers: StepAnswers) -> Guarded | None:
    """Judge one condition; nothing when no value of the output makes it false."""
    ends = answers.ends(output)
    given = [end.value for end in ends.ends if end.value is not None]
    candidates = dict.fromkeys(["", *_compared(reader), *given])
    runs = {value: _lets_run(reader, End(value, failed=False), step) for value in (*candidates, _OTHER)}
    if all(runs.values()) or not any(runs.values()):
        return None
    return Guarded(
        job_id=reader.job.id,
        step=reader.step,
        line=reader.condition.line,
        condition=safe_line(" ".join(reader.condition.text.split())),
        goes_on=tuple(value for value in candidates if runs[value]),
        held_by=tuple(value for value in candidates if not runs[value]),
        can_run=_answer(step, output, reader, answers, wanted=True),
        can_be_held=_answer(step, output, reader, answers, wanted=False),
    )


def _compared(reader: _Reader) -> list[str]:
    """Return the literals that the output is compared with."""
    tree: Tree | None = condition_tree(reader.condition.text)
    found: list[str] = []
    for node in walk(tree) if tree is not None else ():
        if isinstance(node, Compare):
            sides = (node.left, node.right)
            if any(path_of(side) == reader.path for side in sides):
                found.extend(to_text(side.value) for side in sides if isinstance(side, LiteralNode))
    return found


def _lets_run(reader: _Reader, end: End, step: WorkflowStep) -> bool:
    """Tell whether a condition may be true after the step ended so, as far as the step alone decides."""
    stops = end.failed and not continues(step)
    status = Status(success=not stops, failure=stops, cancelled=False)
    value: Any = Partial({reader.path[-1]: end.value})
    if reader.path[2] == "outputs":
        value = {"outputs": value} if reader.path[0] == "steps" else {"outputs": value, "result": "success"}
        if stops and reader.path[0] == "needs":
            value = {**value, "result": "failure"}
    contexts: Mapping[str, Any] = {reader.path[0]: Partial({reader.path[1]: Partial(value)})}
    return evaluate_condition(reader.condition.text, contexts, status) is not False


def _answer(step: WorkflowStep, output: str, reader: _Reader, answers: StepAnswers, *, wanted: bool) -> Answer:
    """Say whether the check can make the condition `wanted`."""
    run = step.run
    line = run.line if run is not None else step.line
    ends = answers.ends(output)
    if ends.why_unknown:
        return Answer("unknown", ends.why_unknown, line)
    for end in ends.ends:
        if end.value is not None and _lets_run(reader, end, step) is wanted and not (end.failed and not wanted):
            said = f"`{output}` can be `{safe_line(end.value, 80)}`" if end.value else f"`{output}` can stay unset"
            return Answer("yes", said, _set_at(step, output, end.value) or line)
    if any(end.value is None for end in ends.ends):
        return Answer("unknown", f"the value of `{output}` is computed when the script runs", line)
    return Answer("no", *_why_not(step, output, reader, answers, wanted))


def _why_not(
    step: WorkflowStep, output: str, reader: _Reader, answers: StepAnswers, wanted: bool
) -> tuple[str, int | None]:
    script = step.run
    if script is None and not continues(step):
        return "when this step fails the job ends, because it has no `continue-on-error`", step.line
    if script is None:
        return f"with `continue-on-error` the {output} of the step is always `success`", step.line
    ends = answers.ends(output)
    lines = script.text.split("\n")
    asked = next((each for each in ends.stops if asks(lines[each])), ends.stops[0] if ends.stops else 0)
    unbelieving = _possible(answers.ends(output, believe=False).ends, step, reader, wanted)
    unstopped = _possible(answers.ends(output, errexit=False).ends, step, reader, wanted)
    neither = _possible(answers.ends(output, believe=False, errexit=False).ends, step, reader, wanted)
    if ends.notes and (unbelieving or (neither and not unstopped)):
        index, reason = min(ends.notes.items())
        return reason, script.line_of(index)
    if unstopped or neither:
        return "the step ends as failed when this command fails, so that answer is never given", script.line_of(asked)
    if any(_lets_run(reader, replace(end, failed=False), step) is wanted for end in ends.ends if end.failed):
        said = "when this step fails the job ends, because it has no `continue-on-error`"
        return said, script.line_of(asked) if ends.stops else step.line
    values = dict.fromkeys(end.value for end in ends.ends if not end.failed)
    told = " or ".join(f"`{safe_line(value, 80)}`" if value else "nothing" for value in values if value is not None)
    if output in OUTCOMES:
        return f"the {output} of the step is always {told}", script.line
    last = max((_set_at(step, output, value) or script.line for value in values if value), default=script.line)
    return f"every way through the script sets `{output}` to {told}", last


def _possible(ends: Iterable[End], step: WorkflowStep, reader: _Reader, wanted: bool) -> bool:
    return any(end.value is None or _lets_run(reader, end, step) is wanted for end in ends if wanted or not end.failed)


def _set_at(step: WorkflowStep, output: str, value: str) -> int | None:
    """Return the file line of the last place in the script that sets the output to a plain value."""
    if step.run is None or not value:
        return None
    lines = step.run.text.split("\n")
    for index in range(len(lines) - 1, -1, -1):
        if f"{output}={value}" in lines[index] or f"{output}::{value}" in lines[index]:
            return step.run.line_of(index)
    return None
