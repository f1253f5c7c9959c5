"""Gets the release files of a repository at a ref from GitHub, without a checkout."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from auditor.collect.bundle_parts import LARGEST_TEXT
from auditor.collect.github import paths
from auditor.collect.github.address import Server
from auditor.collect.github.client import RAW, Client
from auditor.collect.github.problems import AnswerError, GitHubError, NoSuchRepositoryError
from auditor.collect.github.progress import Progress
from auditor.collect.github.token import Token
from auditor.collect.release_files import also_used, chosen
from auditor.model.facts import Missing, WorkflowFile

MOST_FETCHED = 1_000
"""Files that are fetched; each is one request."""


@dataclass(frozen=True, slots=True)
class RepositoryFiles:
    """The files at one commit, and what could not be had."""

    commit: str
    files: tuple[WorkflowFile, ...]
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Whom to ask about which repository."""

    server: Server
    token: Token | None
    repository: str
    timeout: float = 30.0


def repository_files(question: Question, ref: str | None, progress: Progress | None = None) -> RepositoryFiles:
    """Return the release files of a repository at a ref, its default branch without one.

    Raises `GitHubError` where nothing can be had; a single file that cannot is in `missing`.
    """
    return asyncio.run(_files(question, ref or "HEAD", progress))


async def _files(question: Question, ref: str, progress: Progress | None) -> RepositoryFiles:
    async with Client(question.server, question.token, progress, question.timeout) as client:
        commit = await _commit(client, question.repository, ref)
        status, tree = await client.json(
            f"{paths.repo(question.repository)}/git/trees/{commit}", {"recursive": 1}, expected=(404, 409)
        )
        if status != 200 or not isinstance(tree, dict):
            raise GitHubError(f"{question.repository} has no files at {ref}")
        blobs = {str(entry["path"]) for entry in _entries(tree) if entry.get("type") == "blob"}
        missing: list[Missing] = []
        if tree.get("truncated"):
            missing.append(Missing(what="files outside of .github", why="GitHub lists only a part of so large a tree"))
        wanted = chosen(blobs)
        if len(wanted) > MOST_FETCHED:
            missing.append(Missing(what=f"{len(wanted) - MOST_FETCHED} files", why=f"only {MOST_FETCHED} are fetched"))
        texts = await _texts(client, question.repository, commit, wanted[:MOST_FETCHED], missing)
        more = [path for path in also_used(texts) if path in blobs]
        texts |= await _texts(client, question.repository, commit, more[:MOST_FETCHED], missing)
    files = tuple(WorkflowFile(path=path, text=texts[path]) for path in sorted(texts))
    return RepositoryFiles(commit, files, tuple(missing))


async def _commit(client: Client, repository: str, ref: str) -> str:
    """https://docs.github.com/en/rest/commits/commits#get-a-commit"""
    from urllib.parse import quote

    path = f"{paths.repo(repository)}/commits/{quote(ref, safe='')}"
    status, body = await client.json(path, {"per_page": 1}, expected=(404, 409, 422))
    if status == 404:
        raise NoSuchRepositoryError(
            f"{repository}: no such repository" + ("" if client.token else ", or it is private: set GITHUB_TOKEN")
        )
    if status != 200 or not isinstance(body, dict) or not isinstance(body.get("sha"), str):
        raise GitHubError(f"{repository} has no commit {ref!r}")
    return str(body["sha"])


def _entries(tree: dict[str, Any]) -> Iterable[dict[str, Any]]:
    return [entry for entry in tree.get("tree") or () if isinstance(entry, dict) and isinstance(entry.get("path"), str)]


async def _texts(
    client: Client, repository: str, commit: str, wanted: Iterable[str], missing: list[Missing]
) -> dict[str, str]:
    found: dict[str, str] = {}

    async def get(path: str) -> None:
        try:
            answer = await client.get(
                paths.content(repository, path), {"ref": commit}, accept=RAW, largest=LARGEST_TEXT
            )
        except AnswerError as error:
            missing.append(Missing(what=path, why=str(error)))
            return
        found[path] = answer.body.decode("utf-8", "replace")

    await asyncio.gather(*(get(path) for path in wanted))
    return found
