"""What `relaudit verify` finds out: the answers about all targets of a version, and what they come to."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from auditor.model.base import Statement
from auditor.model.drift import Drift
from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState

LIVE = frozenset({LiveState.LIVE, LiveState.LIVE_HIDDEN})


class Verification(Statement):
    """The answers about one version, in the order of its targets."""

    version: str
    """The tag or version as it was asked for."""
    asked_at: datetime
    answers: tuple[LiveAnswer, ...]
    allowed_to_be_held: tuple[str, ...] = Field(default=())
    """Platforms on which a version that is held counts as there."""
    drift: Drift | None = None
    """The targets side by side; nothing when there is only one."""
    notes: tuple[str, ...] = ()
    """What could not be read or asked, besides the answers."""

    def counts_as_there(self, answer: LiveAnswer) -> bool:
        """Whether the answer is a good one: the version is there with all its files, or held where that is allowed."""
        if answer.state is LiveState.HELD:
            return answer.target.platform in self.allowed_to_be_held
        return answer.state in LIVE and not answer.missing_files

    @property
    def missing(self) -> tuple[LiveAnswer, ...]:
        """Answers that say that people cannot get the version, or not all of it."""
        return tuple(a for a in self.answers if a.state is not LiveState.UNKNOWN and not self.counts_as_there(a))

    @property
    def unknown(self) -> tuple[LiveAnswer, ...]:
        """Questions that were not answered."""
        return tuple(answer for answer in self.answers if answer.state is LiveState.UNKNOWN)

    @property
    def exit_code(self) -> int:
        """0: all there. 1: something is missing. 3: nothing is known to be missing, but not everything was answered."""
        if self.missing:
            return 1
        return 3 if self.unknown or not self.answers else 0
