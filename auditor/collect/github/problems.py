"""What can go wrong with GitHub. Each message is one line that says what to do."""

from __future__ import annotations

from datetime import UTC, datetime


class GitHubError(Exception):
    """The release cannot be had; the message is one line: what is wrong, what to do."""


class AnswerError(GitHubError):
    """One answer could not be had, or cannot be used; whatever does not need it goes on. `status` is HTTP's, if any."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class NoSuchRepositoryError(GitHubError):
    """There is no such repository, or it is private and the token may not see it."""


class NoSuchTagError(GitHubError):
    """The repository has no such tag, and no run of it."""


class NoRunsError(GitHubError):
    """The tag exists, and no workflow run belongs to it."""


class RefusedTokenError(GitHubError):
    """GitHub does not accept the token."""


class UnreachableError(GitHubError):
    """The API cannot be reached at all: no such host, no connection, no trusted certificate."""


class RateLimitedError(GitHubError):
    """GitHub asks to come back later than is worth waiting for; `until` is when, if it said so."""

    def __init__(self, message: str, until: datetime | None) -> None:
        super().__init__(message)
        self.until = until


def clock(moment: datetime) -> str:
    """A moment as people read it: `14:05 UTC`, with the day when it is not today."""
    moment = moment.astimezone(UTC)
    today = datetime.now(UTC).date() == moment.date()
    return moment.strftime("%H:%M:%S UTC" if today else "%Y-%m-%d %H:%M UTC")
