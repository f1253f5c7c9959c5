"""Registries that are git repositories on GitHub, where a version waits as an open pull request until somebody merges it.

The declared questions are asked first; of a version that they do not find, GitHub's search for pull requests is asked:
https://docs.github.com/en/rest/search/search#search-issues-and-pull-requests

Options: `api` is GitHub's REST API, `requests` the repository (a template), `title` the expression that the title of such a
pull request matches whole, with a group `version`, in which `{package}` stands for the package; `only`, as `place=text`, a
place that the target has.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from auditor.model.live import LiveAnswer, Target
from auditor.model.vocabulary import LiveState
from auditor.registries.asking import ask_questions
from auditor.registries.exchange import NoAnswerError
from auditor.registries.room import Room

LARGEST_SEARCH = 4 << 20
LONGEST_TITLE = 300
_HEADERS = {"Accept": "application/vnd.github+json"}


async def ask(target: Target, room: Room) -> LiveAnswer:
    """Ask whether the version is there or waiting to be."""
    answer = await ask_questions(room)
    return await held_by_request(answer, room)


async def held_by_request(answer: LiveAnswer, room: Room) -> LiveAnswer:
    """The answer; `held` instead of `absent` when a pull request for the version is open."""
    only, _, wanted = room.options.get("only", "").partition("=")
    if answer.state is not LiveState.ABSENT or (only and room.target.places.get(only) != wanted):
        return answer
    if room.own_base:
        # What is asked of the user's own mirror may be private, and its versions wait elsewhere.
        return answer
    repository = room.subject.text(room.options["requests"])
    try:
        found = await _open_request(repository, room)
    except NoAnswerError as error:
        reason = f"{answer.reason} Whether a pull request for it is open could not be asked: {error.reason}."
        return answer.model_copy(update={"reason": reason[:500]})
    if found is None:
        return answer
    number, url, created_at = found
    return answer.model_copy(
        update={
            "state": LiveState.HELD,
            "reason": f"It waits in the open pull request {repository}#{number}, since {created_at[:10]}.",
            "url": url,
            "status": 200,
        }
    )


async def _open_request(repository: str, room: Room) -> tuple[int, str, str] | None:
    """Number, address and date of the open pull request for the version. Raises `NoAnswerError`."""
    target = room.target
    words = f'repo:{repository} is:pr is:open in:title "{_word(target.package)}" "{_word(target.version)}"'
    url = f"{room.options['api']}/search/issues?per_page=50&q={quote(words, safe='')}"
    reply = await room.get(url, _HEADERS, largest=LARGEST_SEARCH)
    if reply.status == 422:
        # GitHub's way to say that there is no such repository, or that nobody may search it.
        return None
    if reply.status != 200:
        raise NoAnswerError(f"GitHub's search answered HTTP {reply.status}", status=reply.status)
    body = reply.json()
    items = body.get("items") if isinstance(body, dict) else None
    if not isinstance(items, list):
        raise NoAnswerError("GitHub's search answered in another form")
    title = re.compile(room.options["title"].replace("{package}", re.escape(target.package)), re.IGNORECASE)
    for item in items[:50]:
        if (told := _told(item)) is None:
            continue
        match = title.fullmatch(told[3])
        if match is not None and room.subject.is_version(match["version"]):
            return told[:3]
    return None


def _told(item: Any) -> tuple[int, str, str, str] | None:
    if not isinstance(item, dict) or item.get("state", "open") != "open":
        return None
    number, url, created_at, title = (item.get(key) for key in ("number", "html_url", "created_at", "title"))
    if type(number) is not int or not all(isinstance(text, str) for text in (url, created_at, title)):
        return None
    return number, str(url)[:500], str(created_at), str(title).strip()[:LONGEST_TITLE]


def _word(text: str) -> str:
    """A word between quotation marks, which cannot be written inside of them."""
    return text.replace('"', " ").replace("\\", " ")
