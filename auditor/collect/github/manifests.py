"""The manifests at the tag's commit: one listing of the repository's files, then those that name what is published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from auditor.collect.github import paths
from auditor.collect.github.cache import Shelf
from auditor.collect.github.client import RAW, Client
from auditor.collect.github.problems import AnswerError, RateLimitedError
from auditor.collect.github.workspace import Workspace, as_json
from auditor.collect.manifests import LARGEST_MANIFEST, ManifestNeeds, chosen, is_aside, is_safe
from auditor.model.facts import WorkflowFile

MOST_WITHOUT_TOKEN = 10
"""Manifests that are asked for when GitHub allows only 60 requests an hour."""

Listing = list[tuple[str, int]]
"""Paths of files, with their sizes in bytes."""


class ManifestFiles:
    """Gets each manifest once, as it is at one commit; whatever cannot be had is noted and ends nothing."""

    def __init__(
        self,
        client: Client,
        repository: str,
        commit: str | None,
        workspace: Workspace,
        shelf: Shelf,
        needs: ManifestNeeds | None,
    ) -> None:
        self._client = client
        self._repository = repository
        self._commit = commit
        self._workspace = workspace
        self._shelf = shelf
        self._needs = needs
        self._listing: asyncio.Task[Listing] | None = None
        self._asked: set[str] = set()

    async def of_run(self, files: Sequence[WorkflowFile]) -> None:
        """Get what is needed to name what these workflow files publish, into `files/` of the bundle."""
        if self._needs is None or self._commit is None or not files:
            return
        wanted = await asyncio.to_thread(self._needs, files)
        if wanted is None:
            return
        if self._listing is None:
            self._listing = asyncio.create_task(self._list(self._commit))
        try:
            listed = await self._listing
            await self._fetch(self._commit, listed, wanted)
        except (AnswerError, RateLimitedError) as error:
            self._workspace.miss("manifests", str(error))

    async def _list(self, commit: str) -> Listing:
        """https://docs.github.com/en/rest/git/trees#get-a-tree"""
        name = f"trees/{commit}.json"
        kept = self._shelf.read(name)
        if isinstance(kept, list):
            return [(str(path), int(size)) for path, size in kept]
        _, body = await self._client.json(paths.tree(self._repository, commit), {"recursive": 1})
        entries: Sequence[Any] = body.get("tree") or () if isinstance(body, dict) else ()
        listed = [
            (entry["path"], entry["size"])
            for entry in entries
            if isinstance(entry, dict)
            and entry.get("type") == "blob"
            # 120000 is a link.
            and entry.get("mode") != "120000"
            and isinstance(entry.get("path"), str)
            and isinstance(entry.get("size"), int)
            and is_safe(entry["path"])
            and not is_aside(entry["path"])
        ]
        if isinstance(body, dict) and body.get("truncated"):
            self._workspace.miss("manifests", "GitHub lists only a part of so large a tree")
        else:
            self._shelf.keep(name, as_json(listed))
        return listed

    async def _fetch(self, commit: str, listed: Listing, wanted: Callable[[str], bool]) -> None:
        found, left = chosen(listed, wanted)
        new = [path for path in found if path not in self._asked]
        if self._client.token is None and len(new) > MOST_WITHOUT_TOKEN:
            left += len(new) - MOST_WITHOUT_TOKEN
            new = new[:MOST_WITHOUT_TOKEN]
        if left:
            self._workspace.miss("more manifests", f"{left} files that may name packages are too large or too many")
        self._asked |= set(new)
        await asyncio.gather(*(self._get(commit, path) for path in new))

    async def _get(self, commit: str, path: str) -> None:
        name = f"files/{commit}/{quote(path, safe='/')}"
        kept = self._shelf.find(name)
        if kept is not None:
            text = kept.read_bytes()
        else:
            try:
                answer = await self._client.get(
                    paths.content(self._repository, path), {"ref": commit}, accept=RAW, largest=LARGEST_MANIFEST
                )
            except (AnswerError, RateLimitedError) as error:
                self._workspace.miss(f"manifest {path}", str(error))
                return
            text = answer.body
            self._shelf.keep(name, text)
        if not self._workspace.has(f"files/{path}"):
            self._workspace.write(f"files/{path}", text)
