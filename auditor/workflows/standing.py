"""How the jobs that a job waits for stood when its condition was evaluated, and which of them are to blame.

The implied `success()` looks at all ancestors and not only at the direct needs: a job that was skipped two steps up
skips this one too, even when the job between ran. See
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idneeds and
https://github.com/actions/runner/issues/2205
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.model.facts import Run
from auditor.model.workflow import Workflow
from auditor.workflows.expression import UNKNOWN, Status, Ternary
from auditor.workflows.graph import ancestors, needs_of
from auditor.workflows.results import effective
from auditor.workflows.run_context import Caller

_MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Ancestor:
    """One job that is waited for. `via` is the direct need it stands behind; `caller` the call whose need it is."""

    id: str
    result: str | None
    via: str
    via_result: str | None
    is_root: bool
    """No other ancestor with the same result stands above it."""
    caller: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """All ancestors of one job, nearest first, those of its callers after its own."""

    ancestors: tuple[Ancestor, ...]

    def with_result(self, result: str | None) -> tuple[Ancestor, ...]:
        """Return the ancestors that came to a result; nothing stands for a result that is not known."""
        return tuple(one for one in self.ancestors if one.result == result)

    def roots(self, result: str) -> tuple[Ancestor, ...]:
        """Return the ancestors with a result at which a chain of that result begins."""
        return tuple(one for one in self.with_result(result) if one.is_root)

    def status(self, run: Run) -> Status:
        """Return what the status functions answered."""
        results = {one.result for one in self.ancestors}
        stopped = run.conclusion == "cancelled" or "cancelled" in results
        success: Ternary = True
        if results - {"success", None}:
            success = False
        elif None in results or stopped:
            success = UNKNOWN
        failure: Ternary = True if "failure" in results else (UNKNOWN if None in results else False)
        return Status(
            success=success,
            failure=failure,
            cancelled=UNKNOWN if stopped or run.conclusion is None else False,
            results={one.id: one.result for one in self.ancestors if one.result is not None and one.caller is None},
            why=self.told(),
        )

    def told(self) -> str:
        """Say which ancestors did not succeed, worst first; empty when all did or it is not known."""
        for result, word in (("failure", "failed"), ("cancelled", "was cancelled"), ("skipped", "was skipped")):
            roots = self.roots(result)
            if roots:
                return "; ".join(sentence(one, word) for one in roots[:_MOST_NAMES])
        return ""


def sentence(one: Ancestor, word: str) -> str:
    """Say how an ancestor stands to the job, such as "its need `assets` was skipped because `build` failed"."""
    owner = f"the calling job `{one.caller}` needs" if one.caller is not None else "it needs"
    if one.via == one.id:
        return f"`{one.id}`, which {owner}, {word}"
    if one.via_result == "skipped":
        return f"`{one.id}` {word}, so `{one.via}`, which {owner}, was skipped"
    return f"`{one.id}` {word}; {owner} it through `{one.via}`, and all ancestors must have succeeded"


def standing(
    workflow: Workflow, job_id: str, results: Mapping[str, str | None], caller: Caller | None = None
) -> Standing:
    """Collect the ancestors of a job with the results that dependants see; a caller's ancestors are inherited."""
    found = list(_own(workflow, job_id, results, None))
    depth = 0
    while caller is not None and depth < 10:
        found.extend(_own(caller.workflow, caller.job_id, caller.results, caller.job_id))
        caller, depth = caller.caller, depth + 1
    return Standing(tuple(found))


def _own(workflow: Workflow, job_id: str, results: Mapping[str, str | None], caller: str | None) -> list[Ancestor]:
    seen = effective(workflow, results)
    behind = _behind(workflow, job_id, seen)
    above = _results_above(workflow, tuple(behind), seen)
    return [
        Ancestor(one, seen.get(one), via, seen.get(via), is_root=seen.get(one) not in above[one], caller=caller)
        for one, via in behind.items()
    ]


def _behind(workflow: Workflow, job_id: str, seen: Mapping[str, str | None]) -> dict[str, str]:
    """Return every ancestor, nearest first, with the direct need it stands behind: one that was skipped, if any."""
    direct = needs_of(workflow, job_id)
    via = {need: need for need in direct}
    for first in sorted(direct, key=lambda need: seen.get(need) != "skipped"):
        queue = [first]
        for current in queue:
            for need in needs_of(workflow, current):
                if need not in via:
                    via[need] = first
                    queue.append(need)
    return {one: via[one] for one in ancestors(workflow, job_id) if one in via}


def _results_above(
    workflow: Workflow, jobs: tuple[str, ...], seen: Mapping[str, str | None]
) -> dict[str, set[str | None]]:
    """Return which results stand above each job, going round until nothing changes, so that cycles end."""
    above: dict[str, set[str | None]] = {job: set() for job in jobs}
    changed = True
    while changed:
        changed = False
        for job in reversed(jobs):
            for need in needs_of(workflow, job):
                more = {seen.get(need)} | above.get(need, set())
                if not more <= above[job]:
                    above[job] |= more
                    changed = True
    return above
