"""What to do, in phases ordered by how many platforms each sets free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.diagnose.causes import is_silent_skip
from auditor.diagnose.execution import Execution
from auditor.diagnose.outcomes import Standing
from auditor.model.audit import Action, HubMap, Phase, RootCause
from auditor.model.vocabulary import CascadeHow, Rerun, SkipReason, Verdict


def plan_of(
    causes: Sequence[RootCause],
    executions: Sequence[Execution],
    standings: Sequence[Standing],
    hub: HubMap,
    titles: Mapping[str, str],
    shipped: int,
) -> list[Phase]:
    """Turn root causes into phases: first what frees several platforms, then single repairs, then prevention."""
    total = len(standings)
    phases: list[Phase] = []

    def add(title: str, effect: str, actions: Sequence[Action], after: int) -> None:
        if actions:
            phases.append(
                Phase(number=len(phases) + 1, title=title, effect=effect, actions=tuple(actions), shipped_after=after)
            )

    done = shipped
    single: list[RootCause] = []
    for cause in causes:
        if len(cause.platforms) + len(cause.blocked_jobs) < 2:
            single.append(cause)
            continue
        before, done = done, done + len(cause.platforms)
        names = ", ".join(titles.get(p, p) for p in cause.platforms) or "the jobs that wait for it"
        add(
            f"Fix {cause.title}",
            f"unblocks {names}: {before}/{total} → {done}/{total}",
            [*_repair(cause), *_again([cause], executions)],
            done,
        )
    before = done
    done += sum(len(cause.platforms) for cause in single)
    add(
        "Fix what fails on its own",
        f"{before}/{total} → {done}/{total}",
        [action for cause in single for action in _repair(cause)] + _again(single, executions),
        done,
    )
    add("Keep it from happening again", "no new platform, fewer surprises", _prevent(executions, hub), done)
    add(
        "Decide on what is switched off", _switched_off_effect(standings, total, done), _decide(standings, titles), done
    )
    return phases


def _repair(cause: RootCause) -> list[Action]:
    summary = cause.fix.summary if cause.fix else "Read the failed step's log: no rule knows this failure."
    job = cause.jobs[0]
    name = job.split("/", 1)[1]
    return [
        Action(
            text=f"`{name}`: {summary}",
            job=job,
            root_cause=cause.number,
            commands=cause.fix.commands if cause.fix else (),
        )
    ]


def _again(causes: Sequence[RootCause], executions: Sequence[Execution]) -> list[Action]:
    """How to ship after the repair: a re-run replays the tag's own workflow and code, so it helps only without a commit."""
    if not causes:
        return []
    reruns = {cause.fix.rerun if cause.fix else None for cause in causes}
    by_key = {e.key: e for e in executions}
    runs = list(dict.fromkeys(by_key[cause.jobs[0]].run.id for cause in causes if cause.jobs[0] in by_key))
    if reruns <= {Rerun.CAN_SUCCEED, Rerun.AFTER_FIX}:
        when = "" if reruns == {Rerun.CAN_SUCCEED} else "after the repair "
        return [
            Action(
                text=f"Re-run the failed jobs {when}(a re-run uses the workflow and the code of the tag)",
                commands=tuple(f"gh run rerun {run} --failed" for run in runs),
            )
        ]
    return [
        Action(
            text="Commit the repair and release it under a new tag: a re-run of this tag repeats the tag's own code and workflow"
        )
    ]


def _prevent(executions: Sequence[Execution], hub: HubMap) -> list[Action]:
    actions = []
    for e in executions:
        if e.cascade is None or not e.chain or e.cascade.how is CascadeHow.NEEDS:
            continue
        root = next((r for r in executions if r.key == e.cascade.root_job), None)
        if root is not None and root.chain and not e.waits_for(root):
            text = (
                f"`{e.job_id}`: add `needs: {root.job_id}`, so that it waits for the hub and is skipped when that fails"
            )
            actions.append(Action(text=text, job=e.key))
    for e in executions:
        if e.judged.hidden:
            actions.append(
                Action(
                    text=f"`{e.job.name}`: let a failed publish fail the job (remove `|| true` or `continue-on-error`)",
                    job=e.key,
                )
            )
    return actions


def _switched_off_effect(standings: Sequence[Standing], total: int, done: int) -> str:
    off = sum(s.verdict is Verdict.NOT_ATTEMPTED and not is_silent_skip(s.decisive) for s in standings)
    return f"up to {done + off}/{total} when all of them are switched on"


def _decide(standings: Sequence[Standing], titles: Mapping[str, str]) -> list[Action]:
    actions = []
    for s in standings:
        if s.verdict is not Verdict.NOT_ATTEMPTED or s.decisive.skip is None or is_silent_skip(s.decisive):
            continue
        title = titles.get(s.platform, s.platform)
        reason = s.decisive.skip.reason
        if reason is SkipReason.DISABLED:
            text = f"{title}: switch `{s.decisive.job.name}` on, or delete it ({s.decisive.skip.explanation})"
        else:
            text = f"{title}: `{s.decisive.job.name}` did not run ({s.decisive.skip.explanation}); check that this is wanted"
        actions.append(Action(text=text, job=s.decisive.key))
    return actions
