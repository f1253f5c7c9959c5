"""Lists that come in pages, and that may change while they are read.

https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.collect.github.client import Client
from auditor.collect.github.problems import AnswerError

PER_PAGE = 100
READINGS = 3
MOST_PAGES = 100
"""Ten thousand entries; GitHub itself gives at most a thousand for a filtered list of runs."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The distinct entries of a list in order; `short` says how many fewer they are than GitHub counts."""

    entries: tuple[dict[str, Any], ...]
    total: int

    @property
    def short(self) -> int:
        """Entries that GitHub counts and did not give."""
        return max(0, self.total - len(self.entries))


async def listed(client: Client, path: str, params: Mapping[str, str | int], key: str) -> Listed:
    """Read all pages of `{"total_count": …, key: […]}`; those after the first at the same time.

    A list that grows meanwhile shows entries twice, which are taken once; one that shrinks hides some. Where the pages
    do not agree on how many entries there are, or some are hidden, all are read again. Raises `AnswerError` and what
    `Client.get` raises.
    """
    found: dict[Any, dict[str, Any]] = {}
    total = 0
    for _ in range(READINGS):
        pages = await _read(client, path, params, key)
        total = pages[-1][0]
        for _, entries in pages:
            for entry in entries:
                found.setdefault(entry["id"], entry)
        steady = len({counted for counted, _ in pages}) == 1
        if steady and len(found) >= min(total, PER_PAGE * MOST_PAGES):
            break
    return Listed(tuple(found.values()), total)


async def _read(
    client: Client, path: str, params: Mapping[str, str | int], key: str
) -> list[tuple[int, list[dict[str, Any]]]]:
    async def page(number: int) -> tuple[int, list[dict[str, Any]]]:
        asked = {**params, "per_page": PER_PAGE, **({"page": number} if number > 1 else {})}
        _, value = await client.json(path, asked)
        return _entries(value, key, path)

    pages = [await page(1)]
    while len(pages) < min(-(-pages[-1][0] // PER_PAGE), MOST_PAGES) and pages[-1][1]:
        wanted = min(-(-pages[-1][0] // PER_PAGE), MOST_PAGES)
        pages += await asyncio.gather(*(page(number) for number in range(len(pages) + 1, wanted + 1)))
    return pages


def _entries(value: Any, key: str, path: str) -> tuple[int, list[dict[str, Any]]]:
    entries = value.get(key) if isinstance(value, dict) else None
    if not isinstance(entries, list):
        raise AnswerError(f"GitHub's answer to GET {path} has no list `{key}`")
    total = value.get("total_count")
    good = [entry for entry in entries if isinstance(entry, dict) and type(entry.get("id")) is int]
    return total if type(total) is int and total >= 0 else len(good), good
