"""One request for one question, however many targets have it: the charts of one index, the versions of one package."""

from __future__ import annotations

import asyncio

from auditor.registries.exchange import NoAnswerError, Reply, Request, Transport


class Shared:
    """A `Transport` that sends the same request once while it lives, and gives its reply to everybody."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self._replies: dict[Request, asyncio.Future[Reply | NoAnswerError]] = {}

    async def send(self, request: Request) -> Reply:
        """Send, or wait for what was sent already. Raises `NoAnswerError` as the other one does."""
        known = self._replies.get(request)
        if known is None:
            known = self._replies[request] = asyncio.get_running_loop().create_future()
            try:
                known.set_result(await self._inner.send(request))
            except NoAnswerError as error:
                known.set_result(error)
            except BaseException:
                # Whoever waits for it is on their own; nobody else gets half an answer.
                del self._replies[request]
                known.cancel()
                raise
        found = await known
        if isinstance(found, NoAnswerError):
            raise NoAnswerError(found.reason, found.retry_after, found.status, found.url, found.asked_at)
        return found
