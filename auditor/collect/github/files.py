"""The workflow files that runs are made of: the run's own, and those of the same repository that it calls."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from auditor.collect.bundle_parts import LARGEST_TEXT
from auditor.collect.github import paths
from auditor.collect.github.cache import Shelf
from auditor.collect.github.client import RAW, Client
from auditor.collect.github.problems import AnswerError
from auditor.collect.github.workspace import Workspace
from auditor.model.facts import WorkflowFile

MOST_FILES = 60

_PATH = re.compile(r"\.github/workflows/[^/\x00-\x1f\\]{1,200}\.ya?ml", re.IGNORECASE)
_CALL = re.compile(
    r"^[ \t]*uses:[ \t]*['\"]?\./(\.github/workflows/[^/\s'\"#@]{1,200}\.ya?ml)", re.MULTILINE | re.IGNORECASE
)


class Files:
    """Gets each file once, as it is at one commit."""

    def __init__(
        self,
        client: Client,
        repository: str,
        commit: str | None,
        workspace: Workspace,
        shelf: Shelf,
        group: asyncio.TaskGroup,
    ) -> None:
        self._client = client
        self._repository = repository
        self._commit = commit
        self._workspace = workspace
        self._shelf = shelf
        self._group = group
        self._tasks: dict[str, asyncio.Task[WorkflowFile | None]] = {}

    async def of_run(self, body: dict[str, Any]) -> list[WorkflowFile]:
        """The files of a run. GitHub lists the called ones with the run; what it does not list is found in the text."""
        wanted = {str(body.get("path", "")).split("@", 1)[0]}
        own = f"{self._repository}/".lower()
        for called in body.get("referenced_workflows") or ():
            path = str(called.get("path", "")).split("@", 1)[0] if isinstance(called, dict) else ""
            if path.lower().startswith(own):
                wanted.add(path[len(own) :])
        found: dict[str, WorkflowFile] = {}
        while wanted and len(found) < MOST_FILES:
            files = await asyncio.gather(*(self.one(path) for path in sorted(wanted)[:MOST_FILES]))
            found.update({file.path: file for file in files if file is not None})
            called_here = {call for file in files if file is not None for call in _CALL.findall(file.text)}
            wanted = called_here - found.keys() - self._tasks.keys()
        return list(found.values())

    async def one(self, path: str) -> WorkflowFile | None:
        """One file, or nothing when it cannot be had, which is then noted."""
        if not _PATH.fullmatch(path):
            return None
        if path not in self._tasks:
            self._tasks[path] = self._group.create_task(self._get(path))
        return await self._tasks[path]

    async def _get(self, path: str) -> WorkflowFile | None:
        what = f"workflow file {path}"
        if self._commit is None:
            self._workspace.miss(what, "the tag's commit is not known")
            return None
        name = f"files/{self._commit}/{path}"
        kept = self._shelf.find(name)
        if kept is not None:
            text = kept.read_bytes()
        else:
            try:
                answer = await self._client.get(
                    paths.content(self._repository, path), {"ref": self._commit}, accept=RAW, largest=LARGEST_TEXT
                )
            except AnswerError as error:
                self._workspace.miss(what, str(error))
                return None
            text = answer.body
            self._shelf.keep(name, text)
        self._workspace.write(f"files/{path}", text)
        self._client.progress.done("files")
        return WorkflowFile(path=path, text=text.decode("utf-8", "replace"))
