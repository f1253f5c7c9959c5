"""Releases of a GitHub repository: the declared questions, and what became of a tag that has none.

https://docs.github.com/en/rest/git/refs
"""

from __future__ import annotations

from urllib.parse import quote

from auditor.model.live import LiveAnswer, Target
from auditor.model.vocabulary import LiveState
from auditor.registries.asking import ask_questions
from auditor.registries.exchange import NoAnswerError
from auditor.registries.room import Room

_HEADERS = {"Accept": "application/vnd.github+json"}


async def ask(target: Target, room: Room) -> LiveAnswer:
    """Ask for the release; where there is none, tell whether there is a tag at least."""
    answer = await ask_questions(room)
    if answer.state is not LiveState.ABSENT or not answer.package_known:
        return answer
    try:
        tag = quote(target.version, safe="/")
        reply = await room.get(f"{room.base}/repos/{target.package}/git/ref/tags/{tag}", _HEADERS)
        body = reply.json()
    except NoAnswerError:
        return answer
    if not isinstance(body, dict):
        return answer
    if reply.status == 200 and body.get("ref") == f"refs/tags/{target.version}":
        return answer.model_copy(update={"reason": "The tag is there, but no release was made of it."})
    if reply.status == 404 and body.get("message") == "Not Found":
        return answer.model_copy(update={"reason": "There is neither a release nor a tag of this name."})
    return answer
