"""Asks the declared questions of one registry in their order, and makes one answer of what they give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

import httpx

from auditor.model.live import LiveAnswer, LiveFile
from auditor.model.vocabulary import LiveState
from auditor.registries.exchange import NoAnswerError, Reply, Request
from auditor.registries.reading import Reading, is_past_the_end
from auditor.registries.room import Room, sentence
from auditor.rulebook.address_templates import UnfitError
from auditor.rulebook.answer_paths import Node, nodes, text_of
from auditor.rulebook.registry_schema import Question

_RANK = {
    None: 0,
    LiveState.ABSENT: 1,
    LiveState.HELD: 2,
    LiveState.LIVE: 3,
    LiveState.LIVE_HIDDEN: 4,
}
_LIVE = frozenset({LiveState.LIVE, LiveState.LIVE_HIDDEN})


@dataclass(slots=True)
class _Story:
    """What the questions have given so far."""

    readings: list[Reading] = field(default_factory=list)
    problems: list[NoAnswerError] = field(default_factory=list)
    missed: bool = False
    """A question without which nothing counts as absent was not answered."""

    @property
    def best(self) -> Reading | None:
        return max(self.readings, key=lambda reading: _RANK[reading.state], default=None)

    @property
    def state(self) -> LiveState | None:
        return self.best.state if self.best is not None else None


async def ask_questions(room: Room) -> LiveAnswer:
    """Ask until the answer is known. Never raises for what a registry does."""
    story = _Story()
    for index, question in enumerate(room.registry.questions):
        if not _is_due(question, index, story, room):
            continue
        try:
            reading = await _asked(question, room)
        except (NoAnswerError, UnfitError) as error:
            problem = error if isinstance(error, NoAnswerError) else NoAnswerError(f"it cannot be asked for: {error}")
            story.problems.append(problem)
            story.missed = story.missed or question.needed
            continue
        if reading is not None:
            story.readings.append(reading)
    return await concluded(story.readings, story.problems, room, missed=story.missed)


async def concluded(
    readings: Sequence[Reading], problems: Sequence[NoAnswerError], room: Room, *, missed: bool = False
) -> LiveAnswer:
    """As `told`; but what a mirror says by a status alone is absent only if its address leads to a registry."""
    answer = told(readings, problems, room, missed=missed)
    if answer.state is not LiveState.ABSENT or not _is_own(room):
        return answer
    shown = any(reading.status == 200 or (reading.state is not None and not reading.bare) for reading in readings)
    if shown or not await _leads_nowhere(room):
        return answer
    facts = {name: getattr(answer, name) for name in ("url", "status", "asked_at")}
    return room.unknown(
        f"HTTP {answer.status}, and HTTP {answer.status} at {room.base} itself: does the address lead to a registry?",
        **facts,
    )


def _is_own(room: Room) -> bool:
    try:
        return room.own_base
    except NoAnswerError:
        return False


async def _leads_nowhere(room: Room) -> bool:
    """Whether the address of the registry itself is not there; sent once for all targets that are asked for there."""
    for url in (f"{room.base}/", room.base) if httpx.URL(room.base).path.strip("/") else (f"{room.base}/",):
        try:
            if (await room.get(url)).status not in (404, 410):
                return False
        except NoAnswerError:
            return False
    return True


def _is_due(question: Question, index: int, story: _Story, room: Room) -> bool:
    places = room.target.places
    if any(name not in places for name in question.with_places) or any(n in places for n in question.without_places):
        return False
    names = room.subject.names
    if any(name not in names for name in question.with_names) or any(n in names for n in question.without_names):
        return False
    match question.when:
        case "live":
            return story.state in _LIVE
        case "absent":
            return story.state is LiveState.ABSENT
        case "undecided":
            return index == 0 or story.state is None
        case _:
            return True


async def _asked(question: Question, room: Room) -> Reading | None:
    """The reading of one question, over all its pages; nothing when it is not for the user's mirror."""
    following = question.next
    page = following.first if following is not None and following.parameter is not None else None
    request = room.request(question, page)
    if request is None:
        return None
    replies = [await room.send(request)]
    reading = _read(question, room, replies, cut=following is not None)
    for _ in range(question.most_pages - 1):
        if _is_found(reading):
            return reading if isinstance(reading, Reading) else room.read(question, *replies)
        page = page + 1 if page is not None else None
        further = _further(question, room, request, replies[-1], page)
        if further is None:
            return room.read(question, *replies)
        request = further
        replies.append(await room.send(request))
        if page is not None and is_past_the_end(question, room.subject, replies[-1]):
            return room.read(question, *replies[:-1])
        reading = _read(question, room, replies, cut=True)
    return room.read(question, *replies, cut=following is not None)


def _read(question: Question, room: Room, replies: Sequence[Reply], cut: bool) -> Reading | NoAnswerError:
    """A reading of the pages so far. Of several pages, an error may only mean that the version is on a further one."""
    if not cut:
        return room.read(question, *replies)
    try:
        return room.read(question, *replies, cut=True)
    except NoAnswerError as error:
        if replies[-1].status != 200:
            raise
        return error


def _is_found(reading: Reading | NoAnswerError) -> bool:
    return isinstance(reading, Reading) and reading.state is not None


def _further(question: Question, room: Room, request: Request, reply: Reply, page: int | None) -> Request | None:
    """The request for the next page, on the host of this one."""
    form = question.next
    if form is None:
        return None
    if form.parameter is not None:
        return room.request(question, page)
    if form.link is not None:
        location = httpx.Response(200, headers=dict(reply.headers)).links.get(form.link, {}).get("url")
    else:
        document: Any = reply.xml() if question.answer == "xml" else reply.json()
        found = nodes(form.path or "", Node(document), document, room.subject.key)
        location = text_of(found[0].value) if found else None
    if not location:
        return None
    here = httpx.URL(request.url)
    try:
        there = here.join(location)
    except (httpx.InvalidURL, ValueError):
        raise NoAnswerError("the next page of the list has no address") from None
    if (there.scheme, there.host, there.port) != (here.scheme, here.host, here.port):
        raise NoAnswerError("the next page of the list is on another host; it is not asked")
    return Request(str(there), request.method, request.headers, request.body, request.manners)


def told(
    readings: Sequence[Reading], problems: Sequence[NoAnswerError], room: Room, *, missed: bool = False
) -> LiveAnswer:
    """One answer of several readings: the highest state, and each fact from the first that has it.

    `missed`: a question without which nothing counts as absent was not answered.
    """
    best = max(readings, key=lambda reading: _RANK[reading.state], default=None)
    state = best.state if best is not None else None
    facts: dict[str, Any] = {
        name: next((value for reading in readings if (value := getattr(reading, name)) not in (None, ())), default)
        for name, default in (
            ("package_known", None),
            ("latest", None),
            ("latest_at", None),
            ("published_at", None),
            ("files", ()),
            ("provenance", None),
            ("versions", ()),
        )
    }
    facts["downloads"] = tuple(dict.fromkeys(count for reading in readings for count in reading.downloads))
    if any(reading.package_known for reading in readings):
        facts["package_known"] = True
    if best is None or state is None or (state is LiveState.ABSENT and missed):
        return _unknown(best, problems, room, facts)
    missing = missing_files(room.target.expected_files, facts["files"]) if _RANK[state] >= _RANK[LiveState.HELD] else ()
    reason = sentence(best.reason)
    if missing and facts["files"]:
        reason = (
            sentence(f"{reason} Of the files that it should have, {len(missing)} are not there") if missing else reason
        )
    return room.answer(
        state, reason, url=best.url, status=best.status, asked_at=best.asked_at, missing_files=missing, **facts
    )


def _unknown(best: Reading | None, problems: Sequence[NoAnswerError], room: Room, facts: dict[str, Any]) -> LiveAnswer:
    reasons = list(dict.fromkeys(problem.reason for problem in problems))
    come_back: list[datetime] = [problem.retry_after for problem in problems if problem.retry_after is not None]
    status = next((problem.status for problem in problems if problem.status is not None), None)
    return room.unknown(
        "; ".join(reasons[:3]) or "the answer tells nothing about this version",
        retry_after=max(come_back) if come_back else None,
        url=next((problem.url for problem in problems if problem.url), best.url if best is not None else None),
        status=status if status is not None else best.status if best is not None else None,
        asked_at=next((p.asked_at for p in problems if p.asked_at), best.asked_at if best is not None else None),
        **facts,
    )


def missing_files(expected: Sequence[str], files: Sequence[LiveFile]) -> tuple[str, ...]:
    """Of the expected names (`*` stands for anything), those that no file has; files that are hidden do not count."""
    names = [file.name for file in files if not file.hidden]
    return tuple(
        pattern for pattern in expected if pattern not in names and not any(fnmatchcase(n, pattern) for n in names)
    )
