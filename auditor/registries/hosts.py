"""The turns at each host: so many requests at once, so long between two, and none while it asked to be left alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from auditor.registries.exchange import Manners, NoAnswerError


class _Host:
    def __init__(self, at_once: int) -> None:
        self.slots = asyncio.Semaphore(at_once)
        self.next_start = 0.0
        self.closed_until = 0.0
        self.again: datetime | None = None


class Hosts:
    """What is known of the hosts that are asked; one for all targets of a run. `patience` is in seconds."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, manners: Manners) -> AsyncIterator[None]:
        """Wait for a turn at a host, and have it while the context lasts.

        Raises `NoAnswerError` when the host asked to be left alone for longer than one would wait.
        """
        known = self._of(host, manners)
        async with known.slots:
            while (delay := max(known.next_start, known.closed_until) - time.monotonic()) > 0:
                if known.closed_until - time.monotonic() > self._patience:
                    raise NoAnswerError(
                        "the registry has had too many requests and asked to be left alone", known.again
                    )
                await asyncio.sleep(delay)
            known.next_start = time.monotonic() + manners.pause
            yield

    def close(self, host: str, again: datetime, manners: Manners) -> None:
        """Leave a host alone until that moment."""
        known = self._of(host, manners)
        until = time.monotonic() + (again - datetime.now(UTC)).total_seconds()
        if until > known.closed_until:
            known.closed_until, known.again = until, again

    def _of(self, host: str, manners: Manners) -> _Host:
        # The first platform that asks a host says how many may ask it at once.
        return self._hosts.setdefault(host.lower(), _Host(manners.at_once))
