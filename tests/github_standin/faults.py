"""What can go wrong, named by path and count. A fault takes the place of an answer, or spoils the way it is sent."""

from __future__ import annotations

import gzip
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.github_standin.answers import JSON_TYPE, Answer, Stream, error
from tests.github_standin.storage import expired_link

_LIMITS = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"


@dataclass(frozen=True, slots=True)
class Sent:
    """How an answer is sent: the answer itself, and where and how the connection suffers."""

    answer: Answer
    cut_after: int | None = None
    """Bytes of the body after which the connection ends; 0 is after the headers, -1 before them."""
    reset: bool = False
    """The end is a reset instead of an orderly close."""
    silent: float = 0.0
    """Seconds of silence before anything is sent."""
    piece: int = 0
    """Bytes a piece; 0 sends all at once."""
    pause: float = 0.0
    """Seconds between pieces."""


Spoil = Callable[[Sent], Sent]


@dataclass(slots=True)
class Fault:
    """Spoils requests whose `METHOD host /path?query` matches `where`; host is `api` or `storage`.

    The first `after` requests that match pass; the next `times` are spoilt, all of them when `times` is None.
    """

    where: str
    spoil: Spoil
    times: int | None = 1
    after: int = 0
    met: int = 0
    done: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def takes(self, target: str) -> bool:
        """Whether this request is spoilt; counts it."""
        if re.search(self.where, target) is None:
            return False
        with self._lock:
            self.met += 1
            if self.met <= self.after or (self.times is not None and self.done >= self.times):
                return False
            self.done += 1
            return True


def answers(answer: Answer) -> Spoil:
    """Answer something else."""
    return lambda sent: replace(sent, answer=answer)


@dataclass(slots=True)
class OnceEach(Fault):
    """Spoils the first request to every single target, and none of the later ones."""

    seen: set[str] = field(default_factory=set)

    def takes(self, target: str) -> bool:
        """Whether this target is met for the first time."""
        if re.search(self.where, target) is None:
            return False
        with self._lock:
            # A signed link is a new one every time; it is the path that counts.
            new = target.split("?se=")[0]
            fresh = new not in self.seen
            self.seen.add(new)
            return fresh


def edited(change: Callable[[Any], Any]) -> Spoil:
    """The JSON of the answer with something changed in it: `change` returns the new value."""

    def spoil(sent: Sent) -> Sent:
        body = sent.answer.body
        assert isinstance(body, bytes)
        plain = gzip.decompress(body) if sent.answer.headers.get("Content-Encoding") == "gzip" else body
        kept = {name: value for name, value in sent.answer.headers.items() if name != "Content-Encoding"}
        changed = json.dumps(change(json.loads(plain))).encode()
        return replace(sent, answer=replace(sent.answer, body=changed, headers=kept))

    return spoil


def length_untold(sent: Sent) -> Sent:
    """The body without a length beforehand, and without a promise that parts of it can be had."""
    body = sent.answer.body
    stream = (
        Stream(len(body), iter([body]), declared=False) if isinstance(body, bytes) else replace(body, declared=False)
    )
    hidden = ("Accept-Ranges", "Content-MD5", "ETag")
    kept = {name: value for name, value in sent.answer.headers.items() if name not in hidden}
    return replace(sent, answer=replace(sent.answer, body=stream, headers=kept))


def hangs_up(sent: Sent) -> Sent:
    """The answer is right, and the connection ends behind it although nobody said so."""
    body = sent.answer.body
    return replace(sent, cut_after=len(body) if isinstance(body, bytes) else body.size)


def server_error(status: int = 502) -> Spoil:
    """A page of GitHub's front, which is not JSON."""
    page = b"<!DOCTYPE html>\n<html><head><title>Unicorn! &middot; GitHub</title></head><body></body></html>\n"
    return answers(Answer(status, page, {"Content-Type": "text/html; charset=utf-8"}))


def retry_after(status: int, seconds: int) -> Spoil:
    """429 or 403 that says how many seconds to wait."""
    answer = error(status, "API rate limit exceeded for user ID 1.", _LIMITS)
    return answers(answer.with_headers(Retry_After=str(seconds)))


def limit_spent(status: int, seconds: int) -> Spoil:
    """429 or 403 of the primary limit: nothing remains until a time, in seconds from now."""

    def spoil(sent: Sent) -> Sent:
        answer = error(status, "API rate limit exceeded for user ID 1.", _LIMITS).with_headers(
            X_RateLimit_Limit="5000",
            X_RateLimit_Remaining="0",
            X_RateLimit_Used="5000",
            X_RateLimit_Resource="core",
            X_RateLimit_Reset=str(int(time.time()) + seconds),
        )
        return replace(sent, answer=answer)

    return spoil


def secondary_limit(seconds: int | None, status: int = 403) -> Spoil:
    """The secondary limit; GitHub does not always say how long to wait."""
    message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    answer = error(status, message, f"{_LIMITS}#about-secondary-rate-limits")
    return answers(answer if seconds is None else answer.with_headers(Retry_After=str(seconds)))


def stale_link() -> Spoil:
    """The storage's answer to a signed link that is too old: XML."""
    return answers(expired_link())


def xml_with_200() -> Spoil:
    """The storage's error with a status that says that all is well, as broken proxies make it."""
    return answers(replace(expired_link(), status=200))


def not_json() -> Spoil:
    """200, said to be JSON, and it is a page."""
    return answers(Answer(200, b"<html>We are down for maintenance</html>", {"Content-Type": JSON_TYPE}))


def interstitial() -> Spoil:
    """200 and a page of HTML in place of anything, as a proxy gives that wants somebody to log in."""
    page = b"<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head><body></body></html>\n"
    return answers(Answer(200, page, {"Content-Type": "text/html"}))


def damaged() -> Spoil:
    """The body with its second half overwritten, and the right length."""

    def spoil(sent: Sent) -> Sent:
        body = sent.answer.body
        assert isinstance(body, bytes)
        half = len(body) // 2
        return replace(sent, answer=replace(sent.answer, body=body[:half] + b"?" * (len(body) - half)))

    return spoil


def half_json() -> Spoil:
    """200 with the first half of the JSON, and a length that agrees with it."""

    def spoil(sent: Sent) -> Sent:
        body = sent.answer.body
        assert isinstance(body, bytes)
        kept = {name: value for name, value in sent.answer.headers.items() if name != "Content-Encoding"}
        return replace(sent, answer=replace(sent.answer, body=b'{"total_count": 1, "jobs": [{"id": ', headers=kept))

    return spoil


def resets(after: int = -1) -> Spoil:
    """The connection is reset: before any answer, or after so many bytes of its body."""
    return lambda sent: replace(sent, cut_after=after, reset=True)


def breaks_off(after: int) -> Spoil:
    """The connection ends after so many bytes of the body although more were promised."""
    return lambda sent: replace(sent, cut_after=after)


def hangs(seconds: float = 60.0) -> Spoil:
    """Nothing comes, for so long or until the server ends."""
    return lambda sent: replace(sent, silent=seconds)


def drips(piece: int, pause: float) -> Spoil:
    """The body comes, but in small pieces with pauses in seconds between them."""
    return lambda sent: replace(sent, piece=piece, pause=pause)


def then(change: Callable[[], None]) -> Spoil:
    """The answer is right, but the world changes right after it was made."""

    def spoil(sent: Sent) -> Sent:
        change()
        return sent

    return spoil
