"""Which secrets the publishing jobs read, which of them exist, and what a human must do about each platform."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from auditor.checks.subject import Subject
from auditor.collect.github.secret_names import Dates, Names, SecretNames
from auditor.model.secret_report import (
    PlatformNeeds,
    SecretPlace,
    SecretReader,
    SecretReport,
    SecretRow,
    SecretState,
)
from auditor.model.workflow import Workflow, WorkflowJob
from auditor.release_map.access import permissions_of
from auditor.release_map.handed_secrets import real_secrets
from auditor.release_map.publishing import Published, published
from auditor.workflows.expression import ExpressionError, is_constant_false

_OPEN = re.compile(r"toJSON\s{0,9}\(\s{0,9}secrets\s{0,9}\)|\bsecrets\s{0,9}\[\s{0,9}(?!['\s])", re.IGNORECASE)


def secret_report(
    subject: Subject,
    names: SecretNames | None,
    now: datetime,
    *,
    older_than_days: int = 365,
    ignore: Collection[str] = (),
) -> SecretReport:
    """Return what is known of the secrets of a repository. `names` is nothing when GitHub was not asked."""
    known = published(subject)
    readers = _readers(subject, known)
    ignored = {name.upper() for name in ignore}
    rows = tuple(
        _row(name, readers[name], names, now, older_than_days) for name in sorted(readers) if name not in ignored
    )
    open_ended = list(_open_ended(subject))
    unused = () if open_ended else tuple(_unused({*readers, *ignored}, names, now, older_than_days))
    unseen = [*(names.trouble if names is not None else ("which secrets exist: GitHub was not asked",)), *open_ended]
    return SecretReport(
        repository=subject.repository,
        asked=names is not None,
        older_than_days=older_than_days,
        secrets=rows,
        unused=unused,
        platforms=tuple(_platforms(subject, known, {row.name: row for row in rows}, older_than_days)),
        unseen=tuple(unseen),
    )


def environments_of(subject: Subject) -> tuple[str, ...]:
    """The environments that jobs name, as far as they are plain names."""
    found = (job.environment.name for _, job in subject.jobs() if job.environment is not None)
    return tuple(dict.fromkeys(name for name in found if name and "${{" not in name))


def _readers(subject: Subject, known: dict[tuple[str, str], Published]) -> dict[str, list[SecretReader]]:
    found: dict[str, list[SecretReader]] = {}
    for workflow, job in subject.jobs():
        lines = {use.name.upper(): use.line for use in reversed((*job.secrets_used, *workflow.secrets_used))}
        for name in real_secrets(subject, workflow, job):
            found.setdefault(name, []).append(
                SecretReader(
                    path=workflow.path,
                    job=job.id,
                    line=lines.get(name, job.line),
                    environment=job.environment.name if job.environment is not None else None,
                    platforms=known.get((workflow.path, job.id), Published(())).platforms,
                )
            )
    return found


def _row(
    name: str, readers: list[SecretReader], names: SecretNames | None, now: datetime, older_than: int
) -> SecretRow:
    places = tuple(_places(name, names, now)) if names is not None else ()
    old = any(place.days is not None and place.days > older_than for place in places)
    state, why = _state(name, readers, names)
    return SecretRow(name=name, state=state, places=places, readers=tuple(readers), old=old, why=why)


def _state(name: str, readers: list[SecretReader], names: SecretNames | None) -> tuple[SecretState, str | None]:
    """A secret is there when every job that reads it can; missing when one surely cannot."""
    if names is None:
        return SecretState.UNKNOWN, "GitHub was not asked"
    unknown = None
    for reader in readers:
        if name in (names.repository or {}) or name in (names.organisation or {}):
            continue
        environment = (reader.environment or "").lower()
        inside = (names.environments or {}).get(environment) if environment else {}
        if inside is not None and name in inside:
            continue
        blind = names.repository is None or names.organisation is None
        if "${{" in environment or inside is None or (environment and names.environments is None) or blind:
            unknown = f"not every place where it may be defined for job `{reader.job}` could be seen"
            continue
        elsewhere = [each for each, entries in (names.environments or {}).items() if entries and name in entries]
        if elsewhere:
            said = f"it is defined only in environment {', '.join(sorted(elsewhere))}, which job `{reader.job}` does not name"
            return SecretState.MISSING, said
        return SecretState.MISSING, f"job `{reader.job}` reads it, and it is defined nowhere: it is empty there"
    return (SecretState.UNKNOWN, unknown) if unknown else (SecretState.THERE, None)


def _places(name: str, names: SecretNames, now: datetime) -> Iterator[SecretPlace]:
    for where, entries in _lists(names):
        if name in entries:
            yield _place(where, entries[name], now)


def _lists(names: SecretNames) -> Iterator[tuple[str, Names]]:
    if names.repository is not None:
        yield "repository", names.repository
    if names.organisation is not None:
        yield "organisation", names.organisation
    for environment, entries in sorted((names.environments or {}).items()):
        if entries is not None:
            yield f"environment {environment}", entries


def _place(where: str, dates: Dates, now: datetime) -> SecretPlace:
    changed = dates.updated_at or dates.created_at
    days = max(0, (now - changed).days) if changed is not None else None
    return SecretPlace(where=where, created_at=dates.created_at, updated_at=dates.updated_at, days=days)


def _unused(used: Collection[str], names: SecretNames | None, now: datetime, older_than: int) -> Iterator[SecretRow]:
    """Those of the repository and its environments; an organisation's secrets serve other repositories too."""
    if names is None:
        return
    found: dict[str, list[SecretPlace]] = {}
    for where, entries in _lists(names):
        for name in entries if where != "organisation" else ():
            if name not in used:
                found.setdefault(name, []).append(_place(where, entries[name], now))
    for name in sorted(found):
        old = any(place.days is not None and place.days > older_than for place in found[name])
        yield SecretRow(name=name, state=SecretState.THERE, places=tuple(found[name]), old=old)


def _open_ended(subject: Subject) -> Iterator[str]:
    """Why unused secrets cannot be told, where that is so."""
    for path in sorted(subject.workflows):
        workflow = subject.workflows[path]
        if any("secrets" in line and _OPEN.search(line) for line in workflow.lines):
            yield f"which secrets are unused: {path} reads secrets by names that only the run knows"
        for job in workflow.jobs:
            called = job.uses.text.strip() if job.uses is not None else ""
            if job.inherits_secrets and not called.startswith("./"):
                yield f"which secrets are unused: {path} hands all of them to {called[:100]}"


def _platforms(
    subject: Subject, known: dict[tuple[str, str], Published], rows: dict[str, SecretRow], older_than: int
) -> Iterator[PlatformNeeds]:
    jobs: dict[str, list[tuple[Workflow, WorkflowJob]]] = {}
    for workflow, job in subject.jobs():
        for platform in known.get((workflow.path, job.id), Published(())).platforms:
            jobs.setdefault(platform, []).append((workflow, job))
    for platform in (name for name in subject.book.platforms if name in jobs):
        names = tuple(
            dict.fromkeys(name for workflow, job in jobs[platform] for name in real_secrets(subject, workflow, job))
        )
        identity = all(_has_identity(workflow, job) for workflow, job in jobs[platform])
        rules = subject.book.platforms[platform]
        by_steps = any(known[workflow.path, job.id].steps for workflow, job in jobs[platform])
        trusted = identity and by_steps and rules.trusted_publishing is not None and not names
        off = all(_switched_off(job) for _, job in jobs[platform])
        yield PlatformNeeds(
            platform=platform,
            title=rules.title,
            secrets=names,
            trusted=trusted,
            to_do=("nothing while its jobs are switched off",)
            if off
            else tuple(_to_do(subject, platform, [rows[name] for name in names if name in rows], trusted, older_than)),
        )


def _switched_off(job: WorkflowJob) -> bool:
    try:
        return job.condition is not None and is_constant_false(job.condition.text)
    except ExpressionError:
        return False


def _has_identity(workflow: Workflow, job: WorkflowJob) -> bool:
    granted = permissions_of(workflow, job)
    return granted.get("id-token") == "write" or granted.get("*") == "write"


def _to_do(subject: Subject, platform: str, rows: Iterable[SecretRow], trusted: bool, older_than: int) -> Iterator[str]:
    rules = subject.book.platforms[platform]
    rows = list(rows)
    wanted = {secret.name.upper(): secret for secret in rules.secrets}
    for row in rows:
        rule = wanted.get(row.name) or (rules.secrets[0] if len(rules.secrets) == 1 and len(rows) == 1 else None)
        page = f" ({rule.page})" if rule is not None and rule.page else ""
        purpose = f": {rule.purpose}" if rule is not None else ""
        if row.state is SecretState.MISSING:
            yield f"create the secret {row.name}{purpose}{page}; {row.why}"
        elif row.state is SecretState.UNKNOWN:
            yield f"see whether the secret {row.name} is there{purpose}{page}"
        if row.old:
            days = max(place.days or 0 for place in row.places)
            yield f"renew {row.name}, {days} days old (more than {older_than}){page}"
    if trusted:
        yield f"see that the workflow is registered as a trusted publisher: {rules.trusted_publishing}"
    elif not rows:
        for secret in rules.secrets:
            if secret.name.upper() != "GITHUB_TOKEN":
                page = f" ({secret.page})" if secret.page else ""
                yield f"its jobs read no secret, and it wants one such as {secret.name}: {secret.purpose}{page}"
    elif rules.trusted_publishing is not None:
        yield f"think about trusted publishing, which needs no long-lived token: {rules.trusted_publishing}"
