"""What is needed of a pull request to review it: its commits, its changed files, our own comments at its lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from auditor.deliver.tracker import Remark, Tracker


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request: the last commit of its branch, and that of the branch it is to be merged into."""

    number: int
    head: str
    base: str
    base_name: str
    url: str


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that a pull request changes; `patch` is missing where GitHub shows none (binary, too large, only renamed)."""

    path: str
    patch: str | None


@dataclass(frozen=True, slots=True)
class LineRemark:
    """A comment for a line of the new file, counted from 1."""

    path: str
    line: int
    body: str


class PullTracker(Tracker, Protocol):
    """A tracker that can review pull requests, too. Everything raises `DeliverError`."""

    def pull(self, number: int) -> Pull:
        """Look at a pull request."""

    def merge_base(self, pull: Pull) -> str:
        """The commit that the pull request's branch began from."""

    def changed_files(self, number: int) -> Iterator[ChangedFile]:
        """Every file that a pull request changes, from all pages; GitHub lists 3,000 at most."""

    def own_line_remarks(self, number: int) -> Iterator[Remark]:
        """Every review comment that we wrote at a line, oldest first, from all pages."""

    def review(self, number: int, commit: str, body: str, remarks: Sequence[LineRemark]) -> str:
        """Comment on lines, all in one review that neither approves nor asks for changes; return its address.

        All or nothing: raises `RefusedError` when GitHub does not take one of the lines.
        """

    def edit_line_remark(self, number: int, remark: Remark, body: str) -> None:
        """Change a review comment. Raises `GoneError` when it was deleted."""
