"""The repository's other tags and releases, beside the audit: one page of each, and never in its way."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from auditor.collect.bundle_tags import ONE_PAGE, RELEASES, TAGS
from auditor.collect.github import paths
from auditor.collect.github.client import Client
from auditor.collect.github.problems import GitHubError
from auditor.collect.github.workspace import Workspace

PATIENCE = 3.0
"""Seconds that are waited for the lists when everything else is there."""

log = logging.getLogger("relaudit.github")


class TagHistory:
    """Gets the newest tags and releases at the same time as the rest; a list that cannot be had is simply not there."""

    def __init__(self, client: Client, repository: str, workspace: Workspace) -> None:
        self._client = client
        self._workspace = workspace
        self._tasks = [
            asyncio.create_task(self._list(paths.tags(repository), TAGS)),
            asyncio.create_task(self._list(paths.releases(repository), RELEASES)),
        ]

    async def arrive(self) -> None:
        """Wait a little for what is still on its way."""
        await asyncio.wait(self._tasks, timeout=PATIENCE)

    async def stop(self) -> None:
        """Give up what has not come, as must be done before the client is closed."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def _list(self, path: str, file: str) -> None:
        try:
            _, body = await self._client.json(path, {"per_page": ONE_PAGE})
        except GitHubError as error:
            log.info("%s is not there: %s", file, error)
            return
        if isinstance(body, list):
            self._workspace.write_json(file, body)
