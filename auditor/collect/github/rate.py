"""Reads GitHub's rate limits off its answers.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 60.0
"""Seconds that waiting for a limit is worth."""
UNKNOWN_WAIT = 60.0
"""Seconds to wait for a secondary limit that does not say how long: GitHub asks for at least a minute."""

_LIMIT_STATUS = (403, 429)
_TELLING = ("rate limit", "abuse detection", "too many requests")


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that was reached: `seconds` to wait, `until` when that is over, `kind` in GitHub's word."""

    seconds: float
    until: datetime
    kind: str


def limit_of(status: int, headers: Mapping[str, str], message: str, now: datetime | None = None) -> Limit | None:
    """The limit that an answer tells of, or None when it was refused for another reason.

    `headers` are looked up in lower case. Times are reckoned by the server's own clock, where it tells its time.
    """
    if status not in _LIMIT_STATUS:
        return None
    here = now or datetime.now(UTC)
    there = _date(headers.get("date")) or here
    spent = headers.get("x-ratelimit-remaining") == "0"
    asked = _seconds(headers.get("retry-after"), there)
    secondary = not spent and any(word in message.lower() for word in _TELLING)
    if asked is None and not spent and not secondary and status != 429:
        return None
    kind = "rate limit" if spent else "secondary rate limit"
    seconds = asked
    reset = _number(headers.get("x-ratelimit-reset"))
    if seconds is None and spent and reset is not None:
        # The limit is reset within that second.
        seconds = reset - there.timestamp() + 1
    seconds = min(max(UNKNOWN_WAIT if seconds is None else seconds, 0.0), 366 * 86400.0)
    return Limit(seconds, here + timedelta(seconds=seconds), kind)


def _seconds(value: str | None, now: datetime) -> float | None:
    """`Retry-After`, in seconds or as a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after"""
    number = _number(value)
    if number is not None:
        return number
    date = _date(value)
    return (date - now).total_seconds() if date is not None else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a `Retry-After` asks for, if there is one."""
    now = _date(headers.get("date")) or datetime.now(UTC)
    return _seconds(headers.get("retry-after"), now)


def _number(value: str | None) -> float | None:
    return float(value) if value and value.isascii() and value.isdigit() and len(value) < 16 else None


def _date(value: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    return date if date is None or date.tzinfo is not None else date.replace(tzinfo=UTC)
