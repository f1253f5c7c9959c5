"""What was asked and answered, and when: requests, bytes, tokens, and the longest chain of dependent requests."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; times in seconds of a clock that only goes forward, `sent` in bytes of the body."""

    host: str
    """`api` or `storage`."""
    method: str
    path: str
    """Unquoted."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    status: int
    sent: int
    began: float
    ended: float
    spoilt: bool = False
    told: str = field(default="", repr=False)
    """The text of a JSON answer and its headers `Location` and `Link`: what later requests may have learnt from it."""

    @property
    def target(self) -> str:
        """`METHOD host /path`."""
        return f"{self.method} {self.host} {self.path}"


@dataclass(slots=True)
class Recording:
    """All exchanges, in the order in which their answers ended."""

    exchanges: list[Exchange] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, exchange: Exchange) -> None:
        """Keep one; called from many threads."""
        with self._lock:
            self.exchanges.append(exchange)

    def clear(self) -> None:
        """Forget everything, for a second run against the same server."""
        with self._lock:
            self.exchanges.clear()

    def __len__(self) -> int:
        return len(self.exchanges)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(list(self.exchanges))

    def of(self, where: str) -> list[Exchange]:
        """Those whose `METHOD host /path` matches a regular expression."""
        return [each for each in self if re.search(where, each.target)]

    @property
    def api(self) -> list[Exchange]:
        """The requests to the API, which are the ones that count against the rate limit."""
        return self.of("^[A-Z]+ api ")

    @property
    def storage(self) -> list[Exchange]:
        """The downloads."""
        return self.of("^[A-Z]+ storage ")

    @property
    def sent(self) -> int:
        """Bytes of all bodies as they went over the wire."""
        return sum(each.sent for each in self)

    def chain(self) -> list[Exchange]:
        """The longest chain of requests that depend on each other by what they ask for.

        A request depends on the first answer that told it something it needs: a run's, job's or commit's number, a
        workflow's path, the link it was redirected to, or the page before. What nobody told, the asker knew beforehand.
        """
        done = sorted(self, key=lambda each: each.began)
        longest: list[list[Exchange]] = []
        for number, each in enumerate(done):
            known = [(done[at], longest[at]) for at in range(number) if done[at].ended <= each.began]
            best: list[Exchange] = []
            for needed in _needs(each):
                tellers = [chain for other, chain in known if _tells(other, each, needed)]
                best = max([best, min(tellers, key=len, default=[])], key=len)
            longest.append([*best, each])
        return max(longest, key=len, default=[])

    def waits(self) -> list[Exchange]:
        """The longest series of requests each of which began only after the one before had been answered.

        It is never shorter than `chain`; what it has more was waited for without need, or for lack of connections.
        """
        longest: list[list[Exchange]] = []
        done = sorted(self, key=lambda each: each.began)
        for number, each in enumerate(done):
            before = [longest[at] for at in range(number) if done[at].ended <= each.began]
            longest.append([*max(before, key=len, default=[]), each])
        return max(longest, key=len, default=[])


_NEEDED = re.compile(
    r"/(?:runs|jobs|check-runs|check-suites|workflows|attempts)/(\d{4,})|/([0-9a-f]{40})\b|(\.github/workflows/.+)"
)


def _needs(each: Exchange) -> list[str]:
    """What one must know to make this request, as text that must occur in an earlier answer."""
    needs = [part for match in _NEEDED.finditer(each.path) for part in match.groups() if part]
    needs += [
        each.query[name] for name in ("head_sha", "ref") if re.fullmatch("[0-9a-f]{40}", each.query.get(name, ""))
    ]
    if each.host == "storage":
        needs.append(each.path)
    if each.query.get("page", "1") != "1":
        needs.append("page")
    return needs


def _tells(other: Exchange, each: Exchange, needed: str) -> bool:
    if needed == "page":
        same = {name: value for name, value in other.query.items() if name != "page"}
        rest = each.path.split("/", 4)[-1], {name: value for name, value in each.query.items() if name != "page"}
        return other.query.get("page", "1") == "1" and (other.path.split("/", 4)[-1], same) == rest
    return needed in other.told
