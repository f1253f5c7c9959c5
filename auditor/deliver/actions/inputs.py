"""What the workflow asks of the Action: its inputs, which come as environment variables named `RELAUDIT_INPUT_…`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from auditor.deliver.actions.event import valid_tag
from auditor.deliver.problems import DeliverError
from auditor.logs.redact import printable
from auditor.report.document_kinds import Document

PREFIX = "RELAUDIT_INPUT_"
LONGEST = 4_096
STATUS_FILE = Path("docs/DEPLOYMENT_STATUS.md")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,200}")
_ABOUT_A_RELEASE = ("status-file", "history", "badge-file", "notify")

Word = TypeVar("Word", bound=StrEnum)


class Command(StrEnum):
    """What the Action does."""

    RUN = "run"
    VERIFY = "verify"
    CHECK = "check"
    STATUS = "status"


class Post(StrEnum):
    """Where the report goes."""

    NONE = "none"
    ISSUE = "issue"
    PR = "pr"


class FailOn(StrEnum):
    """What makes the step fail: a problem; also an incomplete answer; neither. Errors of use always do."""

    PROBLEM = "problem"
    INCOMPLETE = "incomplete"
    NEVER = "never"

    def ends_with(self, code: int) -> int:
        """The step's exit code for the audit's."""
        if code == 1:
            return 0 if self is FailOn.NEVER else 1
        if code == 3:
            return 3 if self is FailOn.INCOMPLETE else 0
        return code


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs, validated. Paths are relative to `path`. `source` is the input `from`."""

    command: Command = Command.RUN
    tag: str | None = None
    post: tuple[Post, ...] = ()
    verify: bool | None = None
    """Nothing leaves it to the configuration."""
    fail_on: FailOn = FailOn.PROBLEM
    config: Path | None = None
    source: Path | None = None
    status_file: Path | None = None
    document: Document = Document.STATUS
    history: Path | None = None
    badge_file: Path | None = None
    base: str | None = None
    notify: tuple[str, ...] = ()
    path: Path = Path()


def read_inputs(environ: Mapping[str, str]) -> Inputs:
    """Read the inputs; an empty one counts as not given. Raises `DeliverError`, which names the input and what it may be."""
    given = _Given(environ)
    command = given.word("command", Command, Command.RUN)
    post = tuple(place for place in given.words("post", Post) if place is not Post.NONE)
    status_file = given.path("status-file")
    found = Inputs(
        command=command,
        tag=valid_tag(tag) if (tag := given.text("tag")) else None,
        post=post,
        verify=given.flag("verify"),
        fail_on=given.word("fail-on", FailOn, FailOn.NEVER if command is Command.STATUS else FailOn.PROBLEM),
        config=given.path("config"),
        source=given.path("from"),
        status_file=STATUS_FILE if status_file is None and command is Command.STATUS else status_file,
        document=given.word("status-document", Document, Document.STATUS),
        history=given.path("history"),
        badge_file=given.path("badge-file"),
        base=given.text("base"),
        notify=given.variables("notify"),
        path=given.path("path") or Path(),
    )
    _hold_together(found, given)
    return found


def _hold_together(found: Inputs, given: _Given) -> None:
    """Refuse what would silently do nothing."""
    audits = found.command in (Command.RUN, Command.STATUS)
    for name in () if audits else _ABOUT_A_RELEASE:
        if given.text(name):
            raise DeliverError(f"the input {name} goes with the command run or status, not with {found.command}")
    if found.command is Command.CHECK and Post.ISSUE in found.post:
        raise DeliverError("post: an issue is about a release; with the command check, post to the pull request (pr)")
    if found.command is Command.VERIFY and found.post:
        raise DeliverError("post: the command verify posts nothing; the command run asks the registries too")
    if found.base is not None and found.command is not Command.CHECK:
        raise DeliverError(f"the input base goes with the command check, not with {found.command}")


@dataclass(frozen=True, slots=True)
class _Given:
    environ: Mapping[str, str]

    def text(self, name: str) -> str | None:
        value = self.environ.get(PREFIX + name.upper().replace("-", "_"), "").strip()
        if len(value) > LONGEST or "\x00" in value:
            raise DeliverError(f"the input {name} is too long, or holds what no text does")
        return value or None

    def path(self, name: str) -> Path | None:
        value = self.text(name)
        return Path(value) if value else None

    def word(self, name: str, kind: type[Word], otherwise: Word) -> Word:
        value = self.text(name)
        return _word(name, value, kind) if value else otherwise

    def words(self, name: str, kind: type[Word]) -> tuple[Word, ...]:
        return tuple(dict.fromkeys(_word(name, value, kind) for value in self._list(name)))

    def flag(self, name: str) -> bool | None:
        value = (self.text(name) or "").lower()
        if value not in ("true", "false", ""):
            raise DeliverError(f"the input {name} is {printable(value, 60)!r}; it may be: true, false")
        return value == "true" if value else None

    def variables(self, name: str) -> tuple[str, ...]:
        values = self._list(name)
        if any(not _VARIABLE.fullmatch(value) for value in values):
            raise DeliverError(
                f"the input {name} takes NAMES of environment variables that hold the addresses, never an address itself"
            )
        return tuple(dict.fromkeys(values))

    def _list(self, name: str) -> list[str]:
        return [word for word in re.split(r"[\s,]+", self.text(name) or "") if word]


def _word(name: str, value: str, kind: type[Word]) -> Word:
    try:
        return kind(value.lower())
    except ValueError:
        raise DeliverError(
            f"the input {name} is {printable(value, 60)!r}; it may be: {', '.join(each.value for each in kind)}"
        ) from None
