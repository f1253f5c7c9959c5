"""Decides why a job was skipped, from what its run and the results of other jobs tell.

A job runs when its `if` is true; an `if` without a status function is `success() && (…)`.
https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions

The job is known to have been skipped, so what remains when everything else is ruled out is said too: when all ancestors
succeeded, the condition was false, even if it reads something that no fact tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from auditor.logs.redact import safe_line
from auditor.model.audit import Skip
from auditor.model.facts import Release, Run
from auditor.model.vocabulary import SkipReason
from auditor.model.workflow import Workflow, WorkflowJob
from auditor.workflows.expression import (
    UNKNOWN,
    ExpressionError,
    Status,
    evaluate_condition,
    is_constant_false,
    undecided,
    why_false,
)
from auditor.workflows.results import effective
from auditor.workflows.run_context import Caller, github_context, inputs_context, needs_context
from auditor.workflows.standing import Standing, sentence, standing

_BLAME = (
    ("failure", "failed", SkipReason.FAILED_NEED),
    ("cancelled", "was cancelled", SkipReason.CANCELLED_BEFORE_START),
    ("skipped", "was skipped", SkipReason.INHERITED_SKIP),
)


def explain_skip(
    workflow: Workflow,
    job_id: str,
    run: Run,
    tag: str,
    results: Mapping[str, str | None],
    *,
    release: Release | None = None,
    caller: Caller | None = None,
) -> Skip:
    """Say why a job that was skipped did not run.

    `results` holds the API's conclusions, or the words of `needs.<id>.result`, by job id of this workflow, as far as
    known (see `results.needs_result` for matrices and calls). `caller` is given for a job of a called workflow, whose
    ancestors include everything its caller needs. Never raises: what cannot be known has the reason `unknown`.
    """
    job = workflow.job(job_id)
    if job is None:
        return _skip(SkipReason.UNKNOWN, f"{workflow.path} has no job `{job_id}`", None)
    text = job.condition.text if job.condition is not None else ""
    try:
        return _Case(workflow, job, text, run, tag, results, release, caller).decide()
    except ExpressionError as error:
        return _skip(SkipReason.UNKNOWN, f"the condition cannot be read: {error}", text)


def failed_roots(
    workflow: Workflow, job_id: str, results: Mapping[str, str | None], caller: Caller | None = None
) -> tuple[str, ...]:
    """Return the ids of the failed ancestors at which the failure began, nearest first; those of callers last."""
    return tuple(one.id for one in standing(workflow, job_id, results, caller).roots("failure"))


def condition_contexts(
    workflow: Workflow,
    job: WorkflowJob,
    run: Run,
    tag: str,
    results: Mapping[str, str | None],
    *,
    release: Release | None = None,
    caller: Caller | None = None,
) -> dict[str, Any]:
    """Return the contexts a job's `if` may read: `github`, `needs` and `inputs`; `vars` no fact tells."""
    outer: dict[str, Any] = {}
    if caller is not None:
        calling = caller.workflow.job(caller.job_id)
        if calling is not None:
            outer = condition_contexts(
                caller.workflow, calling, run, tag, caller.results, release=release, caller=caller.caller
            )
    first = caller
    while first is not None and first.caller is not None:
        first = first.caller
    trigger = (first.workflow if first is not None else workflow).trigger(run.event)
    return {
        "github": github_context(run, tag, trigger, release),
        "needs": needs_context(workflow, job, effective(workflow, results)),
        "inputs": inputs_context(workflow, run, outer, caller),
    }


@dataclass(frozen=True, slots=True)
class _Case:
    workflow: Workflow
    job: WorkflowJob
    text: str
    run: Run
    tag: str
    results: Mapping[str, str | None]
    release: Release | None
    caller: Caller | None

    def decide(self) -> Skip:
        if is_constant_false(self.text):
            line = self.job.condition.line if self.job.condition is not None else self.job.line
            return self._say(SkipReason.DISABLED, f"switched off: the condition in line {line} is never true")
        around = standing(self.workflow, self.job.id, self.results, self.caller)
        contexts = self._contexts(self.results)
        facts_alone = {**contexts, "needs": UNKNOWN}
        if evaluate_condition(self.text, facts_alone) is False:
            return self._say(SkipReason.CONDITION_FALSE, "; ".join(why_false(self.text, facts_alone)))
        status = around.status(self.run)
        answer = evaluate_condition(self.text, contexts, status)
        if answer is not True and around.ancestors:
            blamed = self._blame(around, contexts, status)
            if blamed is not None:
                return blamed
        if answer is False:
            return self._say(SkipReason.CONDITION_FALSE, "; ".join(why_false(self.text, contexts, status)))
        if self.run.conclusion == "cancelled" and not around.with_result(None):
            success = True if status.success is UNKNOWN else status.success
            uncancelled = replace(status, success=success, cancelled=False)
            if evaluate_condition(self.text, contexts, uncancelled) is True:
                said = "the run was cancelled before the job could start"
                return self._say(SkipReason.CANCELLED_BEFORE_START, said)
            return self._say(SkipReason.UNKNOWN, "the run was cancelled, and its condition may have been false as well")
        if answer is True or not self.text.strip():
            return self._say(SkipReason.UNKNOWN, self._unexplained(around))
        return self._by_elimination(around, contexts, status)

    def _contexts(self, results: Mapping[str, str | None]) -> dict[str, Any]:
        return condition_contexts(
            self.workflow, self.job, self.run, self.tag, results, release=self.release, caller=self.caller
        )

    def _blame(self, around: Standing, contexts: Mapping[str, Any], status: Status) -> Skip | None:
        """Name the ancestors that kept the job from running, if it could have run had all of them succeeded."""
        ideal = dict.fromkeys((job.id for job in self.workflow.jobs), "success")
        had_all_succeeded = evaluate_condition(
            self.text,
            self._contexts(ideal),
            Status(success=True, failure=False, cancelled=False, results=ideal),
        )
        if had_all_succeeded is False:
            return None
        known_false = evaluate_condition(self.text, contexts, status) is False
        for result, word, reason in _BLAME:
            roots = around.roots(result)
            if roots and (known_false or self._reads_only(contexts, status, around.with_result(result))):
                return self._say(reason, "; ".join(sentence(one, word) for one in roots[:3]))
        return None

    def _reads_only(self, contexts: Mapping[str, Any], status: Status, blamed: tuple[Any, ...]) -> bool:
        """Tell whether all that is unknown in the condition are outputs of the jobs blamed."""
        unknown = undecided(self.text, contexts, status)
        heads = tuple(f"needs.{one.id}.outputs.".lower() for one in blamed)
        return bool(unknown) and all(read.lower().startswith(heads) for read in unknown)

    def _unexplained(self, around: Standing) -> str:
        if around.with_result(None):
            names = ", ".join(f"`{one.id}`" for one in around.with_result(None)[:3])
            return f"it is not known how {names} ended"
        return "nothing in the workflow file explains the skip"

    def _by_elimination(self, around: Standing, contexts: Mapping[str, Any], status: Status) -> Skip:
        reads = ", ".join(f"`{read}`" for read in undecided(self.text, contexts, status)[:3])
        depends = f"; it depends on {reads}, which the facts do not tell" if reads else ""
        if around.with_result(None):
            return self._say(SkipReason.UNKNOWN, self._unexplained(around) + depends)
        if not around.ancestors:
            return self._say(SkipReason.CONDITION_FALSE, f"it needs no other job, so its condition was false{depends}")
        if all(one.result == "success" for one in around.ancestors):
            said = f"everything it needs succeeded, so its condition was false{depends}"
            return self._say(SkipReason.CONDITION_FALSE, said)
        return self._say(SkipReason.CONDITION_FALSE, f"its condition was false{depends}; {around.told()}")

    def _say(self, reason: SkipReason, explanation: str) -> Skip:
        return _skip(reason, explanation, self.text)


def _skip(reason: SkipReason, explanation: str, text: str | None) -> Skip:
    expression = safe_line(" ".join(text.split())) if text and text.strip() else None
    return Skip(reason=reason, explanation=safe_line(explanation, 1000), expression=expression)
