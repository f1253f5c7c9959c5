"""The dates in registries' answers."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_EPOCH = re.compile(r"\d{9,13}(?:\.\d{1,9})?")


def time_of(text: str | None) -> datetime | None:
    """A moment written as ISO 8601, as RFC 2822, or as seconds or milliseconds since 1970; nothing when it is none.

    A moment without a time zone is UTC, as registries mean it.
    """
    if not text or len(text) > 100:
        return None
    text = text.strip()
    try:
        if _EPOCH.fullmatch(text):
            number = float(text)
            return datetime.fromtimestamp(number / 1000 if number >= 1e11 else number, UTC)
        return _aware(datetime.fromisoformat(text))
    except (ValueError, OverflowError, OSError):
        pass
    try:
        return _aware(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
