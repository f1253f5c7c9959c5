"""Asks GitHub which secrets exist: their names and dates. GitHub never gives a value, and relaudit asks for none.

https://docs.github.com/en/rest/actions/secrets
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from auditor.collect.github import paths
from auditor.collect.github.client import Client
from auditor.collect.github.problems import AnswerError
from auditor.collect.github.repository_files import Question

MOST_PAGES = 10
MOST_ENVIRONMENTS = 50
_PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Dates:
    """When a secret was made, and last changed."""

    created_at: datetime | None = None
    updated_at: datetime | None = None


Names = Mapping[str, Dates]


@dataclass(frozen=True, slots=True)
class SecretNames:
    """Secrets by name in capitals, as far as they could be seen; nothing where a list was refused."""

    repository: Names | None = None
    organisation: Names | None = None
    environments: Mapping[str, Names | None] | None = None
    """By the environment's name, in small letters; nothing when not even their names could be seen."""
    trouble: tuple[str, ...] = field(default=())


def secret_names(question: Question, environments: Iterable[str] = ()) -> SecretNames:
    """Ask for the secrets of a repository, of its organisation that it may use, and of its environments.

    `environments` are names that the workflows use, asked for even when the list of environments is refused. Raises
    `GitHubError` only where GitHub cannot be asked at all.
    """
    return asyncio.run(_names(question, tuple(environments)))


async def _names(question: Question, wanted: tuple[str, ...]) -> SecretNames:
    trouble: list[str] = []
    repo = paths.repo(question.repository)
    async with Client(question.server, question.token, timeout=question.timeout) as client:
        own, shared, listed = await asyncio.gather(
            _listed(client, f"{repo}/actions/secrets", "secrets", "the repository's secrets", trouble),
            _listed(client, f"{repo}/actions/organization-secrets", "secrets", "the organisation's secrets", trouble),
            _listed(client, f"{repo}/environments", "environments", "the environments", trouble),
        )
        known = {str(entry.get("name", "")) for entry in listed or ()}
        names = sorted({*known, *(wanted if listed is None else ())})[:MOST_ENVIRONMENTS]
        found = await asyncio.gather(
            *(
                _listed(
                    client,
                    f"{repo}/environments/{quote(name, safe='')}/secrets",
                    "secrets",
                    f"the secrets of environment {name}",
                    trouble,
                )
                for name in names
            )
        )
    inside = {name.lower(): _dated(entries) for name, entries in zip(names, found, strict=True)}
    return SecretNames(
        _dated(own), _dated(shared), inside if listed is not None or inside else None, tuple(dict.fromkeys(trouble))
    )


async def _listed(client: Client, path: str, key: str, what: str, trouble: list[str]) -> list[dict[str, Any]] | None:
    """All entries of a list; nothing, and a sentence in `trouble`, when GitHub refuses it."""
    found: list[dict[str, Any]] = []
    for page in range(1, MOST_PAGES + 1):
        try:
            _, body = await client.json(path, {"per_page": _PER_PAGE, **({"page": page} if page > 1 else {})})
        except AnswerError as error:
            trouble.append(f"{what}: {_reason(error, client)}")
            return None
        entries = body.get(key) if isinstance(body, dict) else None
        if not isinstance(entries, list):
            trouble.append(f"{what}: GitHub's answer has no list of them")
            return None
        found += [entry for entry in entries if isinstance(entry, dict)]
        if len(entries) < _PER_PAGE:
            break
    return found


def _reason(error: AnswerError, client: Client) -> str:
    if client.token is None:
        return "GitHub lists them only for a token; set GITHUB_TOKEN"
    if error.status in (403, 404):
        return (
            f"the token of {client.token.source} may not list them ({error.status}); a fine-grained token needs "
            "`Secrets: read` and `Environments: read`, and GITHUB_TOKEN of a workflow never may"
        )
    return str(error)


def _dated(entries: list[dict[str, Any]] | None) -> dict[str, Dates] | None:
    if entries is None:
        return None
    return {
        str(entry["name"]).upper(): Dates(_moment(entry.get("created_at")), _moment(entry.get("updated_at")))
        for entry in entries
        if isinstance(entry.get("name"), str)
    }


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
