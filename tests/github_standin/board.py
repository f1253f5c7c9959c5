"""Issues, pull requests and comments, which the stand-in keeps and changes, with GitHub's limits."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.github_standin import reviews
from tests.github_standin.answers import GITHUB_API, Answer, Request, error, json_answer, not_found, page

if TYPE_CHECKING:
    from tests.github_standin.world import RepositoryState, World

Json = dict[str, Any]
LONGEST_BODY = 65_536
_NOW = "2026-03-01T12:00:00Z"


@dataclass(frozen=True, slots=True)
class Account:
    """Who a token belongs to, and what it may: `issues: write` and so on; None may everything."""

    login: str
    permissions: dict[str, str] | None = None


@dataclass(slots=True)
class Board:
    """The issues of one repository; pull requests are issues too. `comments` are by issue, `reviews` by pull request."""

    issues: dict[int, Json] = field(default_factory=dict)
    comments: dict[int, list[Json]] = field(default_factory=dict)
    pulls: dict[int, Json] = field(default_factory=dict)
    reviews: dict[int, list[Json]] = field(default_factory=dict)
    line_comments: dict[int, list[Json]] = field(default_factory=dict)
    merge_bases: dict[tuple[str, str], str] = field(default_factory=dict)
    """Where two commits part, for those of which the first one is not the answer."""
    hidden: set[str] = field(default_factory=set)
    milestones: list[Json] = field(default_factory=list)
    disabled: bool = False
    next_id: int = 1000
    writes: list[tuple[str, Json]] = field(default_factory=list)
    """Every write that was carried out: `METHOD /path` and what was sent."""
    before_write: Callable[[str], None] | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def number(self) -> int:
        """The next number of an issue or pull request."""
        return max([0, *self.issues]) + 1

    def new_id(self) -> int:
        """The next id of anything."""
        self.next_id += 1
        return self.next_id

    def add_issue(self, repository: str, login: str, title: str, body: str, **fields: Any) -> Json:
        """Open an issue as somebody."""
        with self.lock:
            number = self.number()
            issue = {
                "id": self.new_id(),
                "node_id": f"I_{number}",
                "number": number,
                "title": title,
                "body": body,
                "state": "open",
                "state_reason": None,
                "locked": False,
                "user": {"login": login, "id": 1, "type": "Bot" if login.endswith("[bot]") else "User"},
                "labels": [],
                "assignees": [],
                "milestone": None,
                "comments": 0,
                "created_at": _NOW,
                "updated_at": _NOW,
                "url": f"{GITHUB_API}/repos/{repository}/issues/{number}",
                "html_url": f"https://github.com/{repository}/issues/{number}",
                **fields,
            }
            self.issues[number] = issue
            return issue

    def add_comment(self, repository: str, number: int, login: str, body: str) -> Json:
        """Comment as somebody."""
        with self.lock:
            made = self.new_id()
            comment = {
                "id": made,
                "node_id": f"IC_{made}",
                "body": body,
                "user": {"login": login, "id": 1, "type": "User"},
                "created_at": _NOW,
                "updated_at": _NOW,
                "url": f"{GITHUB_API}/repos/{repository}/issues/comments/{made}",
                "html_url": f"https://github.com/{repository}/issues/{number}#issuecomment-{made}",
            }
            self.comments.setdefault(number, []).append(comment)
            return comment

    def add_pull(
        self, repository: str, number: int, head: str, merged: str | None = None, *, source: str | None = None
    ) -> Json:
        """Open a pull request whose commits end at `head`; `merged` is its merge commit, `source` its `owner:branch`."""
        label = source or f"{repository.split('/')[0]}:change"
        self.add_issue(repository, "maintainer", f"PR {number}", "", pull_request={"url": "…"})
        self.issues[number] = self.issues.pop(self.number() - 1) | {"number": number}
        self.pulls[number] = {
            "id": self.new_id(),
            "node_id": f"PR_{number}",
            "number": number,
            "state": "closed" if merged else "open",
            "head": {"sha": head, "ref": label.split(":", 1)[1], "label": label},
            "base": {"sha": "0" * 40, "ref": "main"},
            "merge_commit_sha": merged,
            "merged_at": _NOW if merged else None,
            "url": f"{GITHUB_API}/repos/{repository}/pulls/{number}",
            "html_url": f"https://github.com/{repository}/pull/{number}",
        }
        return self.pulls[number]


def answer(world: World, repository: RepositoryState, request: Request, rest: str) -> Answer | None:
    """Answer what is about issues and pull requests; None for everything else."""
    board, name = repository.board, repository.body["full_name"]
    login = world.login(request.token)
    for method, form, make in ROUTES:
        match = re.fullmatch(form, rest)
        if match is None or request.method != method:
            continue
        if board.disabled and rest.startswith("/issues"):
            return error(410, "Issues has been disabled in this repository.")
        given = json.loads(request.body) if request.body else {}
        if method != "GET":
            if board.before_write is not None:
                board.before_write(f"{method} {rest}")
            if len(str(given.get("body") or "")) > LONGEST_BODY:
                return error(
                    422, "Validation Failed", errors=[{"message": "body is too long (maximum is 65536 characters)"}]
                )
        with board.lock:
            answered = make(Asked(board, name, login, request, given), match)
            if method != "GET" and answered.status < 300:
                board.writes.append((f"{method} {rest}", given))
        return answered
    return None


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: whose, about which board, and what was sent along."""

    board: Board
    repository: str
    login: str
    request: Request
    given: Json

    def one(self, value: Json, status: int = 200) -> Answer:
        """An answer of one object."""
        return json_answer(value, self.request.base, status)


Found = re.Match[str]


def _list(asked: Asked, _: Found) -> Answer:
    query = asked.request.query
    state, creator = query.get("state", "open"), query.get("creator")
    kept = [
        issue
        for issue in asked.board.issues.values()
        if state in ("all", issue["state"]) and creator in (None, issue["user"]["login"])
    ]
    kept.sort(key=lambda issue: issue["number"], reverse=query.get("direction", "desc") == "desc")
    return page(asked.request, kept, None, 0)


def _create(asked: Asked, _: Found) -> Answer:
    given = asked.given
    labels = [{"name": name} for name in given.get("labels", ())]
    milestone = next((m for m in asked.board.milestones if m["number"] == given.get("milestone")), None)
    made = asked.board.add_issue(
        asked.repository, asked.login, given["title"], given.get("body") or "", labels=labels, milestone=milestone
    )
    return asked.one(made, 201)


def _show(asked: Asked, found: Found) -> Answer:
    issue = asked.board.issues.get(int(found["number"]))
    return asked.one(issue) if issue else not_found()


def _edit(asked: Asked, found: Found) -> Answer:
    issue = asked.board.issues.get(int(found["number"]))
    if issue is None:
        return error(410, "This issue was deleted")
    issue.update(
        {name: asked.given[name] for name in ("title", "body", "state", "state_reason") if name in asked.given}
    )
    return asked.one(issue)


def _comments(asked: Asked, found: Found) -> Answer:
    return page(asked.request, asked.board.comments.get(int(found["number"]), []), None, 0)


def _comment(asked: Asked, found: Found) -> Answer:
    number = int(found["number"])
    issue = asked.board.issues.get(number)
    if issue is None:
        return not_found()
    if issue["locked"]:
        return error(403, "Unable to create comment because issue is locked.")
    return asked.one(asked.board.add_comment(asked.repository, number, asked.login, asked.given["body"]), 201)


def _one_comment(asked: Asked, found: Found) -> Json | None:
    everyone = [c for comments in asked.board.comments.values() for c in comments]
    return next((c for c in everyone if c["id"] == int(found["id"])), None)


def _show_comment(asked: Asked, found: Found) -> Answer:
    comment = _one_comment(asked, found)
    return asked.one(comment) if comment else not_found()


def _edit_comment(asked: Asked, found: Found) -> Answer:
    comment = _one_comment(asked, found)
    if comment is None:
        return not_found()
    comment["body"] = asked.given["body"]
    return asked.one(comment)


def _milestones(asked: Asked, _: Found) -> Answer:
    return page(asked.request, asked.board.milestones, None, 0)


def _pulls_of(asked: Asked, found: Found) -> Answer:
    sha = found["sha"]
    kept = [p for p in asked.board.pulls.values() if sha in (p["head"]["sha"], p["merge_commit_sha"])]
    return page(asked.request, kept, None, 0)


def _pulls(asked: Asked, _: Found) -> Answer:
    query = asked.request.query
    state, head = query.get("state", "open"), query.get("head")
    kept = [
        p for p in asked.board.pulls.values() if state in ("all", p["state"]) and head in (None, p["head"]["label"])
    ]
    return page(asked.request, kept, None, 0)


def _pull(asked: Asked, found: Found) -> Answer:
    pull = asked.board.pulls.get(int(found["number"]))
    return asked.one(pull) if pull else not_found()


ROUTES: tuple[tuple[str, str, Callable[[Asked, Found], Answer]], ...] = (
    ("GET", r"/issues", _list),
    ("POST", r"/issues", _create),
    ("GET", r"/issues/(?P<number>\d+)", _show),
    ("PATCH", r"/issues/(?P<number>\d+)", _edit),
    ("GET", r"/issues/(?P<number>\d+)/comments", _comments),
    ("POST", r"/issues/(?P<number>\d+)/comments", _comment),
    ("GET", r"/issues/comments/(?P<id>\d+)", _show_comment),
    ("PATCH", r"/issues/comments/(?P<id>\d+)", _edit_comment),
    ("GET", r"/milestones", _milestones),
    ("GET", r"/commits/(?P<sha>[0-9a-f]{40})/pulls", _pulls_of),
    ("GET", r"/pulls", _pulls),
    ("GET", r"/pulls/(?P<number>\d+)", _pull),
    *reviews.ROUTES,
)


def graphql(world: World, request: Request) -> Answer:
    """The two questions relaudit asks of GraphQL: who am I, and hide this comment."""
    if request.token is None:
        return error(401, "This endpoint requires you to be authenticated.")
    asked = json.loads(request.body)
    if "viewer" in asked["query"]:
        return json_answer({"data": {"viewer": {"login": world.login(request.token)}}}, request.base)
    if "minimizeComment" in asked["query"]:
        if not world.may(request.token, "pull-requests", "write"):
            told = {"type": "FORBIDDEN", "message": "Resource not accessible by integration"}
            return json_answer({"data": {"minimizeComment": None}, "errors": [told]}, request.base)
        for repository in world.repositories.values():
            repository.board.hidden.add(asked["variables"]["id"])
        done = {"minimizeComment": {"minimizedComment": {"isMinimized": True}}}
        return json_answer({"data": done}, request.base)
    return json_answer({"errors": [{"message": "unknown query"}]}, request.base)
