"""Statuses that are no answer, in words: none of them means that something is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from auditor.collect.github.rate import retry_after
from auditor.registries.exchange import NoAnswerError, Reply

LONGEST_ASKED = 366 * 86_400.0


def refusal(reply: Reply) -> NoAnswerError:
    """The error that a reply's status is."""
    status = reply.status
    page = " with a web page" if reply.is_html() else ""
    if status == 401:
        reason = "the registry wants credentials (HTTP 401); whether the version is there cannot be told without"
    elif status == 403:
        reason = f"the registry refuses to answer (HTTP 403){page}"
    elif status in (404, 410):
        reason = f"HTTP {status}{page}, but not in the form in which this registry says that something is missing"
    elif status == 429:
        reason = "the registry has had too many requests (HTTP 429)"
    elif status >= 500:
        reason = f"the registry has trouble (HTTP {status})"
    elif 300 <= status < 400:
        reason = f"the registry redirects without an address that can be followed (HTTP {status})"
    else:
        reason = f"HTTP {status}{page} is no answer to this question"
    return NoAnswerError(reason, come_back(reply), status)


def come_back(reply: Reply) -> datetime | None:
    """When the registry asked to come back, by `Retry-After` or by the reset of its limit."""
    if reply.status not in (403, 429, 503):
        return None
    seconds = retry_after(reply.headers)
    if seconds is None and reply.headers.get("x-ratelimit-remaining") == "0":
        reset = reply.headers.get("x-ratelimit-reset", "")
        if reset.isascii() and reset.isdigit() and len(reset) <= 12:
            # Seconds since 1970, or seconds from now.
            number = float(reset)
            seconds = number - datetime.now(UTC).timestamp() if number > 1e9 else number
    if seconds is None:
        return None
    return datetime.now(UTC) + timedelta(seconds=min(max(seconds, 0.0), LONGEST_ASKED))
