"""Rate limits as GitHub tells of them: how long to wait, until when, and what is no limit at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.collect.github.rate import LONGEST_WAIT, UNKNOWN_WAIT, limit_of, retry_after

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
SECONDARY = "You have exceeded a secondary rate limit."


@pytest.mark.parametrize(
    ("status", "headers", "message", "seconds", "kind"),
    [
        (
            403,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(EPOCH + 30)},
            "API rate limit exceeded",
            31,
            "rate limit",
        ),
        (429, {"retry-after": "17"}, "", 17, "secondary rate limit"),
        (429, {"retry-after": "Sun, 01 Mar 2026 12:00:09 GMT"}, "", 9, "secondary rate limit"),
        (403, {"retry-after": "5", "x-ratelimit-remaining": "12"}, SECONDARY, 5, "secondary rate limit"),
        (403, {}, SECONDARY, UNKNOWN_WAIT, "secondary rate limit"),
        (429, {}, "", UNKNOWN_WAIT, "secondary rate limit"),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(EPOCH - 500)}, "", 0, "rate limit"),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, "", UNKNOWN_WAIT, "rate limit"),
    ],
)
def test_a_limit_says_how_long_to_wait(
    status: int, headers: dict[str, str], message: str, seconds: float, kind: str
) -> None:
    limit = limit_of(status, headers, message, NOW)
    assert limit is not None
    assert (limit.seconds, limit.kind) == (seconds, kind)
    assert limit.until == NOW + timedelta(seconds=seconds)


def test_the_servers_clock_counts_and_the_answer_is_in_ours() -> None:
    headers = {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(EPOCH + 3600 + 30),
        "date": "Sun, 01 Mar 2026 13:00:00 GMT",
    }
    limit = limit_of(403, headers, "", NOW)
    assert limit is not None
    assert limit.seconds == 31
    assert limit.seconds <= LONGEST_WAIT
    assert limit.until == NOW + timedelta(seconds=31)


@pytest.mark.parametrize(
    ("status", "headers", "message"),
    [
        (403, {"x-ratelimit-remaining": "4999"}, "Must have admin rights to Repository."),
        (403, {}, "Resource not accessible by integration"),
        (404, {"x-ratelimit-remaining": "0"}, "Not Found"),
        (200, {"x-ratelimit-remaining": "0"}, ""),
        (503, {"retry-after": "5"}, ""),
    ],
)
def test_other_refusals_are_no_limit(status: int, headers: dict[str, str], message: str) -> None:
    assert limit_of(status, headers, message, NOW) is None


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_header_breaks_the_reading(after: str, reset: str, date: str) -> None:
    headers = {"retry-after": after, "x-ratelimit-reset": reset, "date": date, "x-ratelimit-remaining": "0"}
    limit = limit_of(403, headers, "", NOW)
    assert limit is not None
    assert 0 <= limit.seconds <= 366 * 86400
    retry_after(headers)
