"""What can stand between questions and the network: a recording that knows the bases, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from auditor.registries.bases import ResolvedBase


class Bases(Protocol):
    """Knows where registries are asked: now, or when a recording was made."""

    def base(self, key: str, find: Callable[[], ResolvedBase | None]) -> ResolvedBase | None:
        """The base of a target, or of a question of it; `find` finds the one of now."""
        ...


class Now:
    """The bases of now."""

    def base(self, _key: str, find: Callable[[], ResolvedBase | None]) -> ResolvedBase | None:
        """What `find` finds."""
        return find()
