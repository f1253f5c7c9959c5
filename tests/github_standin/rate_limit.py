"""The primary rate limit: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from tests.github_standin.answers import Answer, Request, error, json_answer

_DOCS = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"


@dataclass(slots=True)
class RateLimit:
    """How many requests an hour a token has, and those without one; `window` seconds until the count starts anew."""

    with_token: int = 5000
    anonymous: int = 60
    window: int = 3600
    used: Counter[str] = field(default_factory=Counter)
    reset_at: int = 0

    def __post_init__(self) -> None:
        self.reset_at = int(time.time()) + self.window

    def spent(self, request: Request) -> Answer | None:
        """GitHub's refusal when nothing is left, else None; asking for the limit itself is free."""
        if self._left(request) > 0:
            return None
        who = "your user" if request.token else "127.0.0.1"
        return error(403, f"API rate limit exceeded for {who}.", _DOCS)

    def counted(self, request: Request, answer: Answer) -> Answer:
        """The answer with what is left; 304 costs nothing for those who have a token."""
        if not (answer.status == 304 and request.token) and self._left(request) > 0:
            self.used[request.token or ""] += 1
        return answer.with_headers(**self.headers(request))

    def headers(self, request: Request) -> dict[str, str]:
        """What every answer tells about the limit."""
        most = self._most(request)
        return {
            "X-RateLimit-Limit": str(most),
            "X-RateLimit-Remaining": str(self._left(request)),
            "X-RateLimit-Reset": str(self.reset_at),
            "X-RateLimit-Used": str(most - self._left(request)),
            "X-RateLimit-Resource": "core",
        }

    def overview(self, request: Request) -> Answer:
        """`GET /rate_limit`."""
        most, left = self._most(request), self._left(request)
        core = {"limit": most, "used": most - left, "remaining": left, "reset": self.reset_at}
        search = {"limit": 30, "used": 0, "remaining": 30, "reset": self.reset_at}
        body = {"resources": {"core": core, "search": search}, "rate": core}
        return json_answer(body, request.base).with_headers(**self.headers(request))

    def _most(self, request: Request) -> int:
        return self.with_token if request.token else self.anonymous

    def _left(self, request: Request) -> int:
        return max(self._most(request) - self.used[request.token or ""], 0)
