"""The edit that puts a platform's recommended check in the place of one that does not work, with the same id and output."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from auditor.checks.guard_steps import first_step, rendered_check, version_before
from auditor.checks.knowledge import knowledge
from auditor.checks.manifests import package_name
from auditor.checks.publishing import Publication
from auditor.checks.publishing_guards import PublishingGuard
from auditor.checks.runners import systems
from auditor.checks.subject import Subject
from auditor.model.finding import Edit
from auditor.workflows.expression import ExpressionError, Partial, Status, evaluate_condition

_ANSWERS = (("true", "false"), ("false", "true"), ("yes", "no"), ("no", "yes"), ("1", "0"), ("0", "1"))
"""What an output may say for "it is there" and for "it is missing"."""
_STEP = re.compile(r"^(?P<indent> {0,80})-(?P<space> {1,9})\S")
_EXISTS = re.compile(r"\bexists=(true|false)\b")


def guard_replacement(subject: Subject, each: PublishingGuard) -> tuple[Edit, ...]:
    """Return the edit; none when package, version or the words of the answer are not sure, or the form is unusual."""
    workflow, step, one = each.workflow, each.guard.step, each.decides[0][1]
    job = workflow.job(each.guard.job_id)
    answers = _answers(each)
    opening = _STEP.match(workflow.lines[step.line - 1])
    if (
        job is None
        or answers is None
        or opening is None
        or step.condition is not None
        or step.end_line > len(workflow.lines)
    ):
        return ()
    if len({other.platform for _, other in each.decides}) > 1 or _other_outputs(each):
        return ()
    package, version = _package(subject, each, one), version_before(subject, workflow, job, step)
    check = rendered_check(subject, one.platform, package, version) if package and version else None
    text = first_step(check) if check is not None else ""
    if not text or "exists=$" in text.replace("exists=$exists", "") or "str(exists)" in text:
        return ()
    there, missing = answers
    words = {"true": there, "false": missing}
    text = re.sub(r"(?m)^(\s+id:\s*)[\w-]+\s*$", rf"\g<1>{step.id}", text)
    text = text.replace('echo "exists=$exists"', f'echo "{each.guard.output}=$exists"')
    text = _EXISTS.sub(lambda found: _written(text, found, each.guard.output, words), text)
    if "windows" in systems(job) and "shell:" not in text:
        text = re.sub(r"(?m)^(\s+)run:", r"\1shell: bash\n\1run:", text, count=1)
    body = "".join(f"{opening['indent']}{line}\n" if line else "\n" for line in text.rstrip("\n").split("\n"))
    last = step.end_line
    if last >= len(workflow.lines):
        end = len(workflow.lines[last - 1]) + 1
        return (Edit(path=workflow.path, line=step.line, column=1, end_line=last, end_column=end, text=body[:-1]),)
    return (Edit(path=workflow.path, line=step.line, column=1, end_line=last + 1, end_column=1, text=body),)


def _written(text: str, found: re.Match[str], output: str, words: Mapping[str, str]) -> str:
    """The answer as the conditions want it: `output=word` where it is printed, a plain variable where it is set."""
    printed = text[max(0, found.start() - 6) : found.start()].endswith(('echo "', "echo '"))
    return f"{output if printed else 'exists'}={words[found[1]]}"


def _answers(each: PublishingGuard) -> tuple[str, str] | None:
    """Return the words for "there" and "missing" on which all conditions that read the output agree."""
    step_id, output = (each.guard.step.id or "").lower(), each.guard.output.lower()
    conditions: list[str] = []
    for guarded in each.guard.guarded:
        written = guarded.step.condition if guarded.step is not None else None
        if written is None:
            return None
        conditions.append(written.text)

    def runs(condition: str, value: str) -> bool:
        contexts: dict[str, Any] = {"steps": Partial({step_id: Partial({"outputs": Partial({output: value})})})}
        status = Status(success=True, failure=False, cancelled=False)
        try:
            return evaluate_condition(condition, contexts, status) is not False
        except ExpressionError:
            return False

    for there, missing in _ANSWERS:
        if all(runs(each, missing) and not runs(each, there) for each in conditions):
            return there, missing
    return None


def _other_outputs(each: PublishingGuard) -> bool:
    """Tell whether the step gives, or anything reads, more than the one output."""
    step_id = re.escape(each.guard.step.id or "")
    read = re.compile(rf"(?i)\bsteps\.{step_id}\.(?:outputs\.(?!{re.escape(each.guard.output)}\b)|outcome|conclusion)")
    return any(read.search(line) for line in each.workflow.lines)


def _package(subject: Subject, each: PublishingGuard, one: Publication) -> str | None:
    """The package the old check asked for, else the one of the manifest."""
    platform = knowledge().same_question.get(one.platform, one.platform)
    pattern = knowledge().questions.get(platform)
    script = each.guard.step.run.text if each.guard.step.run is not None else ""
    found = re.search(pattern, script) if pattern is not None else None
    named = [name for name in found.groupdict().values() if name] if found is not None else []
    folder = one.step.working_directory.text if one.step is not None and one.step.working_directory is not None else ""
    return named[0] if named else package_name(subject, one.platform, folder)
