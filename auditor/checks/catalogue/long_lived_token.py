"""A long-lived secret publishes where the platform would trust the workflow itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.credentials import Credential, credentials
from auditor.checks.publishing import Publication, publications, title
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity

_OTHER_REGISTRY = re.compile(
    r"(?i)repository-url|repository_url|--repository(?:-url)?\b|--registry\b|--index\b|registry:|TWINE_REPOSITORY"
)
_WRAPPERS = re.compile(
    r"(?i)changeset|semantic-release|release-it|release-plz|lerna|\bnx\b|auto\s+shipit|cargo-release|\bws\b|workspaces"
)


def _find(subject: Subject) -> Iterator[Finding]:
    said: set[tuple[str, str, str]] = set()
    for one in publications(subject):
        rules = subject.book.platforms[one.platform]
        if rules.trusted_publishing is None or _elsewhere(one) or _WRAPPERS.search(one.text):
            continue
        for each in credentials(subject, one):
            key = (each.place.path, one.job.id, each.secret)
            if key not in said and _is_token(each):
                said.add(key)
                yield _finding(subject, one, each, rules.trusted_publishing)


def _elsewhere(one: Publication) -> bool:
    """Tell whether it goes to a registry of somebody's own, which may trust nobody."""
    env = "\n".join(f"{name}: {text.text}" for name, text in one.step.env.items()) if one.step is not None else ""
    return _OTHER_REGISTRY.search(f"{one.text}\n{env}") is not None


def _is_token(each: Credential) -> bool:
    return re.search(r"(?:TOKEN|PASSWORD|API_?KEY|AUTH|KEY|COMMAND)$", each.slot.replace("-", "_")) is not None


def _finding(subject: Subject, one: Publication, each: Credential, page: str) -> Finding:
    name = title(subject, one.platform)
    return Finding(
        check=CHECK.id,
        severity=Severity.NOTE,
        confidence=Confidence.HIGH,
        message=(
            f"`{one.job.id}` publishes to {name} with the long-lived secret `{each.secret}`; "
            f"{name} can trust this workflow itself, and then nothing expires or leaks"
        ),
        place=each.place,
        job=one.job.id,
        step=one.step.number if one.step is not None else None,
        platforms=(one.platform,),
        remedy=Remedy(
            summary=f"Set up trusted publishing as {page} says, grant `id-token: write`, and delete the secret.",
            snippet="permissions:\n  contents: read\n  id-token: write\n",
        ),
    )


CHECK = Check(
    id="long-lived-token",
    title="A long-lived token where trusted publishing exists",
    severity=Severity.NOTE,
    find=_find,
)
