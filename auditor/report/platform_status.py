"""How each platform stands: working, uncertain, broken or off, what it needs, and what only a person can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from auditor.history.entry import Entry
from auditor.history.reliability import Reliability, Tier, reliability
from auditor.model.audit import Audit, JudgedJob, PlatformOutcome, RootCause
from auditor.model.evidence import Fix
from auditor.model.vocabulary import Classification, Verdict
from auditor.report import words
from auditor.rulebook.book import Rulebook


class Group(StrEnum):
    """How a status document sorts platforms."""

    WORKING = "Working"
    PARTIAL = "Partially working, or not certain"
    BROKEN = "Broken"
    OFF = "Not implemented, or switched off"


@dataclass(frozen=True, slots=True)
class PlatformStatus:
    """One platform as a status document tells it."""

    outcome: PlatformOutcome
    job: JudgedJob
    group: Group
    issue: str | None
    fix: Fix | None
    cause: RootCause | None
    human_tasks: tuple[str, ...]
    pages: tuple[str, ...]
    past: Reliability | None


def platform_statuses(audit: Audit, book: Rulebook, past: Sequence[Entry] = ()) -> tuple[PlatformStatus, ...]:
    """Sort the platforms of an audit and say what each needs."""
    known = {each.platform: each for each in reliability(past)}
    return tuple(_status(outcome, audit, book, known.get(outcome.platform)) for outcome in audit.platforms)


def _status(outcome: PlatformOutcome, audit: Audit, book: Rulebook, past: Reliability | None) -> PlatformStatus:
    job = audit.job(outcome.job)
    cause = next((c for c in audit.root_causes if outcome.platform in c.platforms or outcome.job in c.jobs), None)
    group = _group(outcome, past)
    if group is Group.WORKING:
        return PlatformStatus(outcome, job, group, None, None, None, (), (), past)
    fix = cause.fix if cause is not None else job.judgement.fix
    said = "; ".join(text for text in (outcome.cause, outcome.note) if text) or None
    human, pages = _human_tasks(outcome, job, book), _pages(job, outcome, book)
    return PlatformStatus(outcome, job, group, said, fix, cause, human, pages, past)


def _group(outcome: PlatformOutcome, past: Reliability | None) -> Group:
    if outcome.verdict is Verdict.NOT_ATTEMPTED:
        return Group.OFF
    if outcome.verdict.out:
        sure = outcome.proved and outcome.verdict is not Verdict.SHIPPED_DESPITE_FAILURE
        steady = past is None or past.tier in (Tier.WORKING, Tier.OFF)
        return Group.WORKING if sure and steady else Group.PARTIAL
    waiting = (Verdict.HELD, Verdict.PROPAGATING, Verdict.PENDING, Verdict.UNVERIFIABLE)
    return Group.PARTIAL if outcome.verdict in waiting else Group.BROKEN


def _human_tasks(outcome: PlatformOutcome, job: JudgedJob, book: Rulebook) -> tuple[str, ...]:
    """What no workflow can do: accounts, secrets, decisions, waiting."""
    rules = book.platforms.get(outcome.platform)
    if outcome.verdict is Verdict.NOT_ATTEMPTED:
        return (f"Decide whether {outcome.title} is wanted: switch `{words.short_name(outcome.job)}` on, or delete it",)
    if outcome.verdict is Verdict.HELD:
        return (f"Wait for {outcome.title}; publishing again does not help",)
    if job.judgement.classification is not Classification.AUTH_FAILURE or rules is None:
        return ()
    tasks = []
    names = job.secrets or tuple(secret.name for secret in rules.secrets)
    for at, name in enumerate(names):
        known = next(
            (s for s in rules.secrets if s.name == name), rules.secrets[at] if at < len(rules.secrets) else None
        )
        tasks.append(f"Check the secret `{name}`" + (f" ({known.purpose})" if known else "") + ", and renew it")
    return tuple(tasks)


def _pages(job: JudgedJob, outcome: PlatformOutcome, book: Rulebook) -> tuple[str, ...]:
    """Pages on which a person makes the secrets anew."""
    rules = book.platforms.get(outcome.platform)
    if job.judgement.classification is not Classification.AUTH_FAILURE or rules is None:
        return ()
    return tuple(dict.fromkeys(secret.page for secret in rules.secrets if secret.page))
