"""What became of each platform, and the one place where things are counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from auditor.diagnose.execution import Execution
from auditor.model.audit import PlatformOutcome, Tally
from auditor.model.vocabulary import Classification, JobKind, SkipReason, Verdict
from auditor.rulebook.book import Rulebook

RELEASE_PLATFORM = "github-releases"

_OPEN = (Verdict.PENDING, Verdict.UNVERIFIABLE, Verdict.PROPAGATING, Verdict.HELD)
CONTRADICTED = (Verdict.GREEN_NOT_SHIPPED, Verdict.PHANTOM_SKIP)
"""The jobs' colours say that it shipped, and the registry does not have it."""
_NOT_SHIPPED = (Verdict.NOT_SHIPPED, *CONTRADICTED)


@dataclass(frozen=True, slots=True)
class Standing:
    """One platform before it is put into words: the execution that decides, and all others that tried."""

    platform: str
    decisive: Execution
    classification: Classification
    verdict: Verdict
    proved: bool
    others: tuple[Execution, ...] = ()
    failed: tuple[Execution, ...] = ()
    note: str | None = None
    partial: bool = False
    """Some jobs of this platform shipped their part, and others failed."""
    by_registry: bool = False
    """The registry's answer decided the verdict, or confirmed it."""
    look_again_at: datetime | None = None
    """Of `propagating`."""


def explain_repeats(current: Sequence[Execution], earlier: Sequence[Execution]) -> list[Execution]:
    """Mark duplicate-version failures of a version that another run or attempt of this tag shipped: they are harmless."""
    everyone = [*earlier, *current]
    marked = []
    for execution in current:
        if execution.classification is Classification.DUPLICATE_VERSION and execution.platforms:
            platform = execution.platforms[0]
            other = next((e for e in everyone if _shipped_before(e, execution, platform)), None)
            if other is not None:
                execution = replace(
                    execution,
                    harmless=f"{platform} was shipped by “{other.job.name}” in run {other.run.id}, attempt {other.attempt}",
                )
        marked.append(execution)
    return marked


def _shipped_before(other: Execution, execution: Execution, platform: str) -> bool:
    if (other.key, other.attempt) == (execution.key, execution.attempt) or platform not in other.platforms:
        return False
    return other.outcome_for(platform) is Classification.SUCCESS


def standings(
    current: Sequence[Execution], earlier: Sequence[Execution], hubs: Iterable[str], book: Rulebook
) -> list[Standing]:
    """One standing for each platform that some job publishes to, in the rulebook's order.

    The release that a hub makes for other jobs is what they consume; it is no platform of its own.
    """
    hub_keys = set(hubs)
    by_platform: dict[str, list[Execution]] = {}
    for execution in (*earlier, *current):
        for platform in execution.platforms:
            if not (platform == RELEASE_PLATFORM and execution.key in hub_keys):
                by_platform.setdefault(platform, []).append(execution)
    order = {name: place for place, name in enumerate(book.platforms)}
    names = sorted(by_platform, key=lambda name: (order.get(name, len(order)), name))
    return [_standing(name, by_platform[name]) for name in names]


def _standing(platform: str, tried: Sequence[Execution]) -> Standing:
    shipped: dict[tuple[str, str], Execution] = {}
    last: dict[tuple[str, str], Execution] = {}
    for execution in tried:
        if execution.outcome_for(platform) is Classification.SUCCESS:
            shipped.setdefault(execution.identity, execution)
        last[execution.identity] = execution
    failed = [
        e
        for identity, e in last.items()
        if e.classification.failed
        and not e.harmless
        and identity not in shipped
        and e.outcome_for(platform).failed
        # A green job that was refused a version because it is there has shipped nothing, and nothing is missing.
        and not (e.judged.hidden and e.claims_presence(platform))
    ]
    others = tuple(e for e in tried)
    if shipped:
        return _some_shipped(platform, list(shipped.values()), failed, others)
    if failed:
        decisive = max(failed, key=lambda e: (e.cascade is None, e.judged.hit is not None))
        return Standing(
            platform,
            decisive,
            decisive.classification,
            Verdict.NOT_SHIPPED,
            decisive.judged.hit is not None,
            others,
            tuple(failed),
        )
    return _nothing_happened(platform, list(last.values()), others)


def _some_shipped(
    platform: str, shipped: list[Execution], failed: list[Execution], others: tuple[Execution, ...]
) -> Standing:
    """Parts of one platform (matrix legs) must all ship; another workflow that fails where one has shipped changes nothing."""
    first = next((e for e in shipped if platform in e.judged.proved), shipped[0])
    partial = [e for e in failed if e.run.path in {s.run.path for s in shipped} and not e.harmless]
    if partial:
        part = f"only a part shipped: {len(shipped)} of {len(shipped) + len(partial)} jobs"
        decisive = partial[0]
        return Standing(
            platform,
            decisive,
            decisive.classification,
            Verdict.NOT_SHIPPED,
            True,
            others,
            tuple(partial),
            part,
            partial=True,
        )
    note: str | None = None
    if failed:
        note = f"shipped by “{first.job.name}”; “{failed[0].job.name}” of another workflow failed"
    elif first.judged.hidden or first.classification.failed:
        note = "shipped before the job failed on something else"
    proved = platform in first.judged.proved
    return Standing(platform, first, Classification.SUCCESS, Verdict.SHIPPED, proved, others, (), note)


def _nothing_happened(platform: str, last: list[Execution], others: tuple[Execution, ...]) -> Standing:
    def standing(execution: Execution, verdict: Verdict, note: str | None = None) -> Standing:
        proved = verdict is Verdict.ALREADY_SHIPPED and platform in execution.judged.already
        return Standing(platform, execution, execution.classification, verdict, proved, others, (), note)

    for execution in last:
        if execution.harmless:
            return standing(execution, Verdict.ALREADY_SHIPPED)
    for execution in last:
        if execution.classification in (Classification.IN_PROGRESS, Classification.NOT_RUN):
            return standing(execution, Verdict.PENDING)
    for execution in last:
        if execution.claims_presence(platform):
            blind = execution.skip is not None and execution.skip.reason is SkipReason.EXISTENCE_CHECK
            return standing(
                execution, Verdict.ALREADY_SHIPPED, "on the word of the job's own existence check" if blind else None
            )
    for execution in last:
        if execution.skip is not None:
            return standing(execution, Verdict.NOT_ATTEMPTED)
    return standing(last[-1], Verdict.UNVERIFIABLE)


def outcome(
    standing: Standing, title: str, next_action: str, cause: str | None, packages: tuple[str, ...]
) -> PlatformOutcome:
    """Put a standing into the audit's form."""
    decisive = standing.decisive
    return PlatformOutcome(
        platform=standing.platform,
        title=title,
        job=decisive.key,
        classification=standing.classification,
        verdict=standing.verdict,
        proved=standing.proved,
        seconds=decisive.job.seconds,
        failing_step=decisive.judged.step.name if decisive.classification.failed and decisive.judged.step else None,
        cause=cause,
        next_action=next_action,
        packages=packages,
        other_jobs=tuple(dict.fromkeys(e.key for e in standing.others if e.key != decisive.key)),
        note=standing.note,
        by_registry=standing.by_registry,
    )


def tally(
    standings: Sequence[Standing], current: Sequence[Execution], kinds: dict[str, JobKind], root_failures: int
) -> Tally:
    """Count once, for everybody."""
    verdicts = [standing.verdict for standing in standings]
    shipped = [standing for standing in standings if standing.verdict.out]
    now = (Verdict.SHIPPED, Verdict.SHIPPED_DESPITE_FAILURE)
    skipped = [standing for standing in standings if standing.verdict is Verdict.NOT_ATTEMPTED]
    disabled = [s for s in skipped if s.decisive.skip is not None and s.decisive.skip.reason is SkipReason.DISABLED]
    return Tally(
        platforms=len(standings),
        shipped=len(shipped),
        shipped_now=sum(verdict in now for verdict in verdicts),
        despite_failure=verdicts.count(Verdict.SHIPPED_DESPITE_FAILURE),
        already_there=sum(verdict is Verdict.ALREADY_SHIPPED for verdict in verdicts),
        unproved=sum(not standing.proved for standing in shipped),
        attempted=len(standings) - len(skipped),
        asked=sum(standing.by_registry for standing in standings),
        not_shipped=sum(verdict in _NOT_SHIPPED for verdict in verdicts),
        contradicted=sum(verdict in CONTRADICTED for verdict in verdicts),
        not_attempted=len(skipped),
        disabled=len(disabled),
        open=sum(verdict in _OPEN for verdict in verdicts),
        held=verdicts.count(Verdict.HELD),
        propagating=verdicts.count(Verdict.PROPAGATING),
        jobs=len(current),
        publish_jobs=sum(kind is JobKind.PUBLISH for kind in kinds.values()),
        hub_jobs=sum(kind is JobKind.HUB for kind in kinds.values()),
        helper_jobs=sum(kind is JobKind.HELPER for kind in kinds.values()),
        failed_jobs=sum(e.classification.failed for e in current),
        root_failures=root_failures,
    )
