"""Root causes: every problem once, with what waits for it, ordered by what its repair sets free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor.diagnose.contradictions import Contradiction
from auditor.diagnose.execution import Execution
from auditor.diagnose.outcomes import CONTRADICTED, Standing
from auditor.diagnose.repairs import missing_need, run_anyway
from auditor.diagnose.signature import signature
from auditor.model.audit import RootCause
from auditor.model.evidence import Evidence, Fix
from auditor.model.vocabulary import CascadeHow, Classification, SkipReason, Verdict
from auditor.rulebook.book import COMMON


@dataclass(frozen=True, slots=True)
class Group:
    """Executions that show one problem themselves; `race_with` is the hub they did not wait for.

    `contradicted` is the platform whose registry does not have what these jobs, by their colour, have shipped.
    """

    members: tuple[Execution, ...]
    race_with: str | None = None
    contradicted: Standing | None = None

    @property
    def keys(self) -> frozenset[str]:
        """Keys of the members."""
        return frozenset(e.key for e in self.members)


def problem_groups(executions: Sequence[Execution], standings: Sequence[Standing] = ()) -> list[Group]:
    """Group the failures that are their own root: equal failures (matrix legs) are one problem, races one a hub.

    What a registry contradicts is a problem of its own, however green the job.
    """
    groups: dict[tuple[str, ...], list[Execution]] = {}
    for e in executions:
        if is_silent_skip(e) and not e.harmless:
            groups.setdefault(("silent", e.skip.explanation if e.skip else ""), []).append(e)
        if not e.classification.failed or e.harmless:
            continue
        if e.cascade is None:
            groups.setdefault(_likeness(e), []).append(e)
        elif e.cascade.how is CascadeHow.RACE:
            groups.setdefault(("race", e.cascade.root_job), []).append(e)
    failures = [
        Group(tuple(members), race_with=key[1] if key[0] == "race" and len(key) == 2 else None)
        for key, members in groups.items()
    ]
    return failures + [Group((s.decisive,), contradicted=s) for s in standings if s.verdict in CONTRADICTED]


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


_WAITING = (Verdict.NOT_SHIPPED, Verdict.NOT_ATTEMPTED, *CONTRADICTED)


def root_causes(
    groups: Sequence[Group],
    executions: Sequence[Execution],
    standings: Sequence[Standing],
    shipped: int,
    evidence: Mapping[str, Evidence],
    fixes: Mapping[str, Fix],
    contradictions: Mapping[str, Contradiction],
) -> list[RootCause]:
    """State each problem with the platforms that ship once it is fixed, the most effective repair first.

    `shipped` is the number of platforms that have shipped now; `evidence` and `fixes` are keyed by job key,
    `contradictions` by platform.
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
        _state(number, group, freed, by_key, shipped, evidence, fixes, contradictions)
        for number, (group, freed) in enumerate(stated, start=1)
    ]


def _roots(standing: Standing, by_key: Mapping[str, Execution], groups: Sequence[Group]) -> set[int]:
    """Indexes of the groups whose repair this platform waits for."""
    if standing.verdict in CONTRADICTED:
        return {i for i, g in enumerate(groups) if g.contradicted and g.contradicted.platform == standing.platform}
    found: set[int] = set()
    for failed in standing.failed or (standing.decisive,):
        current = by_key.get(failed.key, failed)
        key = _root_of(current, by_key)
        found.update(i for i, group in enumerate(groups) if key in group.keys and not group.contradicted)
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
    if group.contradicted:
        return ()
    return tuple(
        e.key
        for e in by_key.values()
        if e.cascade is not None and not e.harmless and e.key not in group.keys and _root_of(e, by_key) in group.keys
    )


def _state(
    number: int,
    group: Group,
    freed: tuple[str, ...],
    by_key: Mapping[str, Execution],
    shipped: int,
    evidence: Mapping[str, Evidence],
    fixes: Mapping[str, Fix],
    contradictions: Mapping[str, Contradiction],
) -> RootCause:
    first = group.members[0]
    told = contradictions[group.contradicted.platform] if group.contradicted else None
    return RootCause(
        number=number,
        title=told.title if told else _title(group),
        classification=first.classification,
        jobs=tuple(e.key for e in group.members),
        blocked_jobs=_blocked(group, by_key),
        platforms=freed,
        evidence=told.evidence if told else evidence.get(first.key),
        rule=first.judged.hit.rule.id if first.judged.hit and not told else None,
        fix=told.fix if told else _fix_of(group, fixes),
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
    first = group.members[0]
    if group.race_with:
        return missing_need(first, group.race_with)
    return run_anyway(first) if is_silent_skip(first) else fixes.get(first.key)
