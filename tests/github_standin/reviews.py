"""Pull requests' files and reviews, which the stand-in keeps, with GitHub's conditions for comments at lines."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.github_standin.answers import GITHUB_API, Answer, error, json_answer, not_found, page

if TYPE_CHECKING:
    from tests.github_standin.board import Asked, Board

Json = dict[str, Any]
Found = re.Match[str]
LONGEST_BODY = 65_536
MOST_FILES = 3_000
_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_NOW = "2026-03-01T12:00:00Z"


def changed_file(path: str, patch: str | None, status: str = "modified") -> Json:
    """A file of a pull request; GitHub gives no `patch` for binary, very large and only renamed ones."""
    file = {"sha": "0" * 40, "filename": path, "status": status, "additions": 1, "deletions": 0, "changes": 1}
    return file if patch is None else {**file, "patch": patch}


def patch_of(text: str, first: int = 1, last: int | None = None) -> str:
    """A patch that adds a text's lines, or shows only those from `first` to `last`."""
    lines = text.splitlines()[first - 1 : last]
    return "\n".join([f"@@ -0,0 +{first},{len(lines)} @@", *(f"+{line}" for line in lines)])


def add_line_comment(board: Board, number: int, login: str, path: str, line: int, body: str, **more: Any) -> Json:
    """Comment at a line as somebody."""
    made = board.new_id()
    comment = {
        "id": made,
        "node_id": f"PRRC_{made}",
        "path": path,
        "line": line,
        "side": "RIGHT",
        "body": body,
        "user": {"login": login, "id": 1, "type": "User"},
        "created_at": _NOW,
        "updated_at": _NOW,
        "url": f"{GITHUB_API}/repos/x/y/pulls/comments/{made}",
        "html_url": f"https://github.com/x/y/pull/{number}#discussion_r{made}",
        **more,
    }
    board.line_comments.setdefault(number, []).append(comment)
    return comment


def _files(asked: Asked, found: Found) -> Answer:
    pull = asked.board.pulls.get(int(found["number"]))
    return page(asked.request, pull.get("files", []), None, 0, MOST_FILES) if pull else not_found()


def _list_reviews(asked: Asked, found: Found) -> Answer:
    return page(asked.request, asked.board.reviews.get(int(found["number"]), []), None, 0)


def _line_comments(asked: Asked, found: Found) -> Answer:
    number = int(found["number"])
    known = number in asked.board.pulls
    return page(asked.request, asked.board.line_comments.get(number, []), None, 0) if known else not_found()


def _line_comment(asked: Asked, found: Found) -> Json | None:
    everyone = [c for comments in asked.board.line_comments.values() for c in comments]
    return next((c for c in everyone if c["id"] == int(found["id"])), None)


def _show_line_comment(asked: Asked, found: Found) -> Answer:
    comment = _line_comment(asked, found)
    return asked.one(comment) if comment else not_found()


def _edit_line_comment(asked: Asked, found: Found) -> Answer:
    comment = _line_comment(asked, found)
    if comment is None:
        return not_found()
    comment["body"] = asked.given["body"]
    return asked.one(comment)


def _review(asked: Asked, found: Found) -> Answer:
    """All or nothing, as https://docs.github.com/en/rest/pulls/reviews#create-a-review-for-a-pull-request has it."""
    number = int(found["number"])
    pull = asked.board.pulls.get(number)
    if pull is None:
        return not_found()
    if asked.board.issues[number]["locked"]:
        return error(422, "Unprocessable Entity", errors=["lock prevents review"])
    event, comments = asked.given.get("event"), asked.given.get("comments", [])
    if event not in ("COMMENT", "APPROVE", "REQUEST_CHANGES"):
        return error(422, "Unprocessable Entity", errors=["the stand-in keeps no pending reviews"])
    if event == "COMMENT" and not asked.given.get("body") and not comments:
        return error(422, "Unprocessable Entity", errors=["Body can't be blank"])
    if asked.given.get("commit_id", pull["head"]["sha"]) != pull["head"]["sha"]:
        return error(422, "Unprocessable Entity", errors=["Commit is not part of the pull request"])
    shown = {file["filename"]: _shown(file.get("patch", "")) for file in pull.get("files", [])}
    for comment in comments:
        if comment["path"] not in shown:
            return error(422, "Unprocessable Entity", errors=["Path could not be resolved"])
        if comment.get("side") != "RIGHT" or comment["line"] not in shown[comment["path"]]:
            return error(
                422, "Unprocessable Entity", errors=["Pull request review thread line must be part of the diff"]
            )
        if len(comment["body"]) > LONGEST_BODY:
            return error(422, "Unprocessable Entity", errors=["Body is too long (maximum is 65536 characters)"])
    made = asked.board.new_id()
    url = f"https://github.com/{asked.repository}/pull/{number}#pullrequestreview-{made}"
    review = {
        "id": made,
        "node_id": f"PRR_{made}",
        "user": {"login": asked.login},
        "state": "COMMENTED",
        "html_url": url,
    }
    asked.board.reviews.setdefault(number, []).append({**review, **asked.given})
    for comment in comments:
        add_line_comment(asked.board, number, asked.login, comment["path"], comment["line"], comment["body"])
    return json_answer(review, asked.request.base)


def _shown(patch: str) -> set[int]:
    """The right-hand lines of a patch, read in another way than relaudit does: by the signs alone."""
    found: set[int] = set()
    number = 0
    for line in patch.splitlines():
        if match := _HUNK.match(line):
            number = int(match[1])
        elif line[:1] in ("+", " "):
            found.add(number)
            number += 1
    return found


def _compare(asked: Asked, found: Found) -> Answer:
    base = asked.board.merge_bases.get((found["base"], found["head"]), found["base"])
    url = f"{GITHUB_API}/repos/{asked.repository}/compare/{found['base']}...{found['head']}"
    return asked.one({"url": url, "merge_base_commit": {"sha": base}, "commits": [], "files": [], "total_commits": 0})


ROUTES: tuple[tuple[str, str, Callable[[Asked, Found], Answer]], ...] = (
    ("GET", r"/pulls/(?P<number>\d+)/files", _files),
    ("GET", r"/pulls/(?P<number>\d+)/reviews", _list_reviews),
    ("POST", r"/pulls/(?P<number>\d+)/reviews", _review),
    ("GET", r"/pulls/(?P<number>\d+)/comments", _line_comments),
    ("GET", r"/pulls/comments/(?P<id>\d+)", _show_line_comment),
    ("PATCH", r"/pulls/comments/(?P<id>\d+)", _edit_line_comment),
    ("GET", r"/compare/(?P<base>[0-9a-f]{40})\.\.\.(?P<head>[0-9a-f]{40})", _compare),
)
