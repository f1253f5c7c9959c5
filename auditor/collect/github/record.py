"""What was found out about a tag the last time, so that the next audit of a finished release asks for little."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from auditor.collect.github.cache import Shelf
from auditor.collect.github.tag import LATEST_FOLLOWER, moment
from auditor.collect.github.workspace import as_json


@dataclass(frozen=True, slots=True)
class Record:
    """A tag's commit, the runs on its ref as they were listed, and the runs that followed on other refs."""

    commit: str | None
    listed: tuple[dict[str, Any], ...]
    followers: tuple[dict[str, Any], ...]

    @classmethod
    def read(cls, shelf: Shelf, tag: str) -> Record | None:
        """The record of a tag, if there is one that can be used."""
        value = shelf.read(_name(tag))
        if not isinstance(value, dict):
            return None
        commit, listed, followers = value.get("commit"), value.get("listed"), value.get("followers")
        if not isinstance(commit, str) or not _bodies(listed) or not _bodies(followers) or not listed:
            return None
        return cls(commit, tuple(listed or ()), tuple(followers or ()))

    def write(self, shelf: Shelf, tag: str, now: datetime | None = None) -> None:
        """Keep the record, unless something about the release may still change by itself."""
        runs = (*self.listed, *self.followers)
        here = now or datetime.now(UTC)
        ended = [moment(body.get("updated_at")) for body in runs if body.get("status") == "completed"]
        settled = all(at is not None and here - at > LATEST_FOLLOWER for at in ended) and len(ended) == len(runs)
        if self.commit is not None and self.listed and settled:
            value = {"commit": self.commit, "listed": self.listed, "followers": self.followers}
            shelf.keep(_name(tag), as_json(value), only=True)

    def still_holds(self, listed: Sequence[dict[str, Any]]) -> bool:
        """Whether the runs on the tag's ref are the ones they were, with no new attempt: then nothing has followed either."""
        return _state(listed) == _state(self.listed)


def _state(bodies: Iterable[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {
        tuple(str(body.get(key)) for key in ("id", "run_attempt", "status", "head_sha", "updated_at"))
        for body in bodies
    }


def _name(tag: str) -> str:
    return f"tags/{hashlib.sha256(tag.encode()).hexdigest()}.json"


def _bodies(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(body, dict) and type(body.get("id")) is int for body in value)
