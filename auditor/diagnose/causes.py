"""Root causes: every problem once, with what waits for it, ordered by what its repair sets free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor.diagnose.execution import Execution
from auditor.diagnose.outcomes import Standing
from auditor.diagnose.signature import signature
from auditor.model.audit import RootCause
from auditor.model.evidence import Evidence, Fix
from auditor.model.vocabulary import CascadeHow, Classification, Rerun, SkipReason, Verdict
from auditor.rulebook.book import COMMON


@dataclass(frozen=True, slots=True)
class Group:
    """Executions that show one problem themselves; `race_with` is the hub they did not wait for."""

    members: tuple[Execution, ...]
    race_with: str | None = None

    @property
    def keys(self) -> frozenset[str]:
        """Keys of the members."""
        return frozenset(e.key for e in self.members)


def problem_groups(executions: Sequence[Execution]) -> list[Group]:
    """Group the failures that are their own root: equal failures (matrix legs) are one problem, races one a hub."""
    groups: dict[tuple[str, ...], list[Execution]] = {}
    for e in executions:
        if is_silent_skip(e):
            groups.setdefault(("silent", e.skip.explanation if e.skip else ""), []).append(e)
        if not e.classification.failed or e.harmless:
            continue
        if e.cascade is None:
            groups.setdefault(_likeness(e), []).append(e)
        elif e.cascade.how is CascadeHow.RACE:
            groups.setdefault(("race", e.cascade.root_job), []).append(e)
    return [
        Group(tuple(members), race_with=key[1] if key[0] == "race" and len(key) == 2 else None)
        for key, members in groups.items()
    ]


def is_silent_skip(e: Execution) -> bool:
    """A publish job that did not run although nothing failed and nobody said so: an ancestor was skipped."""
    return e.skip is not None and e.skip.reason is SkipReason.INHERITED_SKIP and bool(e.platforms)


def _likeness(e: Execution) -> tuple[str, ...]:
    """What two failures must share to count as one problem."""
    hit = e.judged.hit
    if hit is None:
        return ("alone", e.key, str(e.attempt))
    platform = e.platforms[0] if e.platforms and hit.rule.platform != COMMON else ""
    return ("failure", e.classification.value, hit.rule.id, platform, signature(hit.text))


_WAITING = (Verdict.NOT_SHIPPED, Verdict.NOT_ATTEMPTED)


def root_causes(
    groups: Sequence[Group],
    executions: Sequence[Execution],
    standings: Sequence[Standing],
    shipped: int,
    evidence: Mapping[str, Evidence],
    fixes: Mapping[str, Fix],
) -> list[RootCause]:
    """State each problem with the platforms that ship once it is fixed, the most effective repair first.

    `shipped` is the number of platforms that have shipped now; `evidence` and `fixes` are keyed by job key.
    """
    by_key = {e.key: e for e in executions}
    blockers = {s.platform: _roots(s, by_key, groups) for s in standings if s.verdict in _WAITING}
    order = {s.platform: place for place, s in enumerate(standings)}
    stated = []
    for index, group in enumerate(groups):
        freed = sorted((p for p, roots in blockers.items() if roots == {index}), key=order.__getitem__)
        stated.append((group, tuple(freed)))
    stated.sort(key=lambda pair: (-len(pair[1]), -len(_blocked(pair[0], by_key))))
    return [
        _state(number, group, freed, by_key, shipped, evidence, fixes)
        for number, (group, freed) in enumerate(stated, start=1)
    ]


def _roots(standing: Standing, by_key: Mapping[str, Execution], groups: Sequence[Group]) -> set[int]:
    """Indexes of the groups whose repair this platform waits for."""
    found: set[int] = set()
    for failed in standing.failed or (standing.decisive,):
        current = by_key.get(failed.key, failed)
        key = _root_of(current, by_key)
        found.update(index for index, group in enumerate(groups) if key in group.keys)
    return found


def _root_of(e: Execution, by_key: Mapping[str, Execution]) -> str:
    seen = {e.key}
    while e.cascade is not None and e.cascade.how is not CascadeHow.RACE:
        root = by_key.get(e.cascade.root_job)
        if root is None or root.key in seen:
            break
        seen.add(root.key)
        e = root
    return e.key


def _blocked(group: Group, by_key: Mapping[str, Execution]) -> tuple[str, ...]:
    """Keys of the jobs outside the group whose failure or skip is counted at it."""
    return tuple(
        e.key
        for e in by_key.values()
        if e.cascade is not None and e.key not in group.keys and _root_of(e, by_key) in group.keys
    )


def _state(
    number: int,
    group: Group,
    freed: tuple[str, ...],
    by_key: Mapping[str, Execution],
    shipped: int,
    evidence: Mapping[str, Evidence],
    fixes: Mapping[str, Fix],
) -> RootCause:
    first = group.members[0]
    return RootCause(
        number=number,
        title=_title(group),
        classification=first.classification,
        jobs=tuple(e.key for e in group.members),
        blocked_jobs=_blocked(group, by_key),
        platforms=freed,
        evidence=evidence.get(first.key),
        rule=first.judged.hit.rule.id if first.judged.hit else None,
        fix=_fix_of(group, fixes),
        shipped_before=shipped,
        shipped_after=shipped + len(freed),
    )


def _title(group: Group) -> str:
    names = list(dict.fromkeys(f"`{e.job.name}`" for e in group.members))
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    if group.race_with:
        return f"{shown}: does not wait for `{group.race_with.split('/', 1)[1]}`"
    first = group.members[0]
    if is_silent_skip(first):
        return f"{shown}: skipped although nothing failed"
    where = f" in step “{first.judged.step.name}”" if first.judged.step else ""
    hidden = ", swallowed in a green job" if first.judged.hidden else ""
    return f"{shown}: {_words(first.classification)}{where}{hidden}"


def _words(classification: Classification) -> str:
    return classification.value.replace("-", " ")


def _fix_of(group: Group, fixes: Mapping[str, Fix]) -> Fix | None:
    if group.race_with:
        return _missing_need(group)
    first = group.members[0]
    return _run_anyway(first) if is_silent_skip(first) else fixes.get(first.key)


def _run_anyway(e: Execution) -> Fix:
    """The fix of an inherited skip: a status function of the job's own replaces the implied `success()`."""
    condition = e.workflow_job.condition.text if e.workflow_job is not None and e.workflow_job.condition else ""
    own = f" && ({condition})" if condition and "\n" not in condition and "${{" not in condition else ""
    return Fix(
        summary=(
            f"Let `{e.job_id}` run when an ancestor was only skipped: {e.skip.explanation if e.skip else ''}. Without a "
            "status function in its `if`, GitHub asks that all ancestors succeeded. Commit it and release a new tag: a "
            "re-run replays the tag's own workflow."
        ),
        snippet=f"jobs:\n  {e.job_id}:\n    if: ${{{{ !failure() && !cancelled(){own} }}}}",
        docs="https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions",
        rerun=Rerun.NEEDS_NEW_TAG,
    )


def _missing_need(group: Group) -> Fix:
    """The fix of a race is the same on every platform: make the spoke wait."""
    first = group.members[0]
    assert group.race_with is not None  # noqa: S101 - called for races only
    hub = group.race_with.split("/", 1)[1]
    job_id = first.job_id
    explanation = first.cascade.explanation if first.cascade else ""
    return Fix(
        summary=f"Make `{job_id}` wait for `{hub}`: {explanation}. A re-run of the failed job can succeed now.",
        commands=(f"gh run rerun {first.run.id} --failed",),
        snippet=f"jobs:\n  {job_id}:\n    needs: [{hub}]",
        docs="https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idneeds",
        rerun=Rerun.CAN_SUCCEED,
    )
