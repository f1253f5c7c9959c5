"""Reads a registry's answer to one question: what state it proves, and what else it tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from auditor.logs.redact import safe_line
from auditor.model.live import DownloadCount, LiveFile, Provenance
from auditor.model.vocabulary import LiveState
from auditor.registries.bodies import LONGEST_LINE, lines_of, read_ndjson
from auditor.registries.conditions import View, holds
from auditor.registries.exchange import NoAnswerError, Reply
from auditor.registries.records import MOST_FILES, MOST_VERSIONS, Record, count, records_of
from auditor.registries.refusals import refusal
from auditor.registries.subject import Subject
from auditor.registries.times import time_of
from auditor.rulebook.answer_paths import Node, text_of
from auditor.rulebook.answer_schema import Shape
from auditor.rulebook.registry_schema import Question
from auditor.versions import is_prerelease, newest_first


@dataclass(frozen=True, slots=True)
class Reading:
    """What one question's answer says; `state` is None when it does not decide."""

    state: LiveState | None = None
    reason: str = ""
    package_known: bool | None = None
    latest: str | None = None
    latest_at: datetime | None = None
    published_at: datetime | None = None
    files: tuple[LiveFile, ...] = ()
    provenance: Provenance | None = None
    downloads: tuple[DownloadCount, ...] = ()
    versions: tuple[str, ...] = ()
    url: str | None = None
    status: int | None = None
    asked_at: datetime | None = None
    bare: bool = False
    """It is absent by a status alone, which any web server would give for an address that leads nowhere."""


def read(
    question: Question, subject: Subject, replies: Sequence[Reply], *, own_base: bool, cut: bool = False
) -> Reading:
    """Read the pages of one answer.

    `own_base`: the base is the user's, where the texts of error messages are not insisted on. `cut`: there were more pages
    than were read. Raises `NoAnswerError` when an answer is not this registry's, or an error.
    """
    last = replies[-1]
    told = Reading(url=safe_line(last.url, 1000), status=last.status, asked_at=last.asked_at)
    shaped = _shaped(question, subject, last, own_base)
    if shaped is not None and len(replies) == 1:
        shape, state = shaped
        return replace(
            told,
            state=state,
            reason=_shape_reason(shape, state),
            package_known=False if shape.of == "package" else None,
            bare=state is LiveState.ABSENT and not shape.when and not _is_worded(shape, last),
        )
    found: list[Record] = []
    first: View | None = None
    listed = 0
    for reply in replies:
        if reply.status != 200:
            raise refusal(reply)
        view = View(Node(document := _document(question, reply)), document, reply.headers, subject.key)
        if missing := [one for one in question.expect if not holds(one, view)]:
            what = missing[0].path or missing[0].header
            raise NoAnswerError(
                f"the answer has not the form of this registry's: it has no {what}", status=reply.status
            )
        number, records = records_of(question, subject, view)
        listed += number
        found += records
        first = first or view
    assert first is not None  # noqa: S101 - there is at least one reply
    told = _about_package(question, subject, first, found, told)
    if question.entry is None:
        return told
    mine = [record for record in found if record.is_asked]
    if mine:
        return _about_version(question, mine, told)
    return _not_among(question, subject, first, found, listed, cut, told)


def is_past_the_end(question: Question, subject: Subject, reply: Reply) -> bool:
    """Whether a further page of a list has nothing on it. Raises `NoAnswerError` when that cannot be told."""
    if reply.status == 404:
        return True
    if reply.status != 200:
        raise refusal(reply)
    document = _document(question, reply)
    return records_of(question, subject, View(Node(document), document, reply.headers, subject.key))[0] == 0


def _shaped(question: Question, subject: Subject, reply: Reply, own_base: bool) -> tuple[Shape, LiveState] | None:
    for shapes, state in ((question.held, LiveState.HELD), (question.absent, LiveState.ABSENT)):
        for shape in shapes:
            if shape.status == reply.status and _has_shape(shape, question, subject, reply, own_base):
                return shape, state
    return None


def _has_shape(shape: Shape, question: Question, subject: Subject, reply: Reply, own_base: bool) -> bool:
    worded = _is_worded(shape, reply)
    if not worded and reply.is_html() and not question.html:
        return False
    # A mirror words its errors in its own way.
    if not worded and shape.body is not None and not (own_base and reply.status in (404, 410)):
        return False
    if not shape.when:
        return True
    try:
        document = _document(question, reply)
    except NoAnswerError:
        # What cannot be read has nothing in it, and so would have every condition that wants nothing.
        if any(condition.path is not None for condition in shape.when):
            return False
        document = {}
    view = View(Node(document), document, reply.headers, subject.key)
    return all(holds(condition, view) for condition in shape.when)


def _is_worded(shape: Shape, reply: Reply) -> bool:
    """Whether the reply has the words that the registry itself would use."""
    return shape.body is not None and re.search(shape.body, reply.text()[:20_000]) is not None


def _shape_reason(shape: Shape, state: LiveState) -> str:
    if shape.reason:
        return shape.reason
    if state is LiveState.HELD:
        return "the registry has it, but does not give it out"
    return f"the registry does not know the {shape.of}"


def _document(question: Question, reply: Reply) -> Any:
    match question.answer:
        case "json":
            return reply.json()
        case "xml":
            return reply.xml()
        case "yaml":
            return reply.yaml()
        case "headers":
            return {**reply.headers, "status": str(reply.status)}
    if reply.is_html() and not question.html:
        raise NoAnswerError("the answer is a web page", status=reply.status)
    if question.answer == "ndjson":
        try:
            return read_ndjson(reply.body)
        except ValueError as error:
            raise NoAnswerError(f"the answer cannot be read as lines of JSON: {error}", status=reply.status) from None
    return list(_matches(question.line or "", reply.text()))


def _matches(expression: str, text: str) -> Iterator[Mapping[str, str]]:
    pattern = re.compile(expression)
    for line in lines_of(text):
        if match := pattern.search(line[:LONGEST_LINE]):
            yield {name: value for name, value in match.groupdict().items() if value is not None}


def _about_package(question: Question, subject: Subject, view: View, found: list[Record], told: Reading) -> Reading:
    facts = question.package
    open_ones = [record.version for record in found if record.version and not record.hidden and not record.held]
    versions = newest_first(subject.scheme, dict.fromkeys(record.version for record in found if record.version))
    latest = _clean(view.text(facts.latest)) if facts.latest not in (None, "newest") else None
    if facts.latest == "newest" or (facts.latest is None and question.lists == "all"):
        stable = [version for version in open_ones if not is_prerelease(subject.scheme, version)]
        latest = next(iter(newest_first(subject.scheme, stable or open_ones)), None)
    latest_at = time_of(view.text(facts.latest_at))
    if latest_at is None and latest is not None:
        latest_at = next((record.published_at for record in found if record.version == latest), None)
    known = facts.known and (found or ((question.expect or latest) and question.empty == "unknown"))
    return replace(
        told,
        package_known=True if known else None,
        latest=latest,
        latest_at=latest_at,
        downloads=tuple(_downloads(question, view)),
        versions=versions[:MOST_VERSIONS] if question.lists != "one" else (),
    )


def _downloads(question: Question, view: View) -> Iterator[DownloadCount]:
    for rule in question.package.downloads:
        numbers = [number for value in view.values(rule.count) if (number := count(text_of(value))) is not None]
        if numbers:
            as_of = time_of(view.text(rule.as_of))
            yield DownloadCount(count=sum(numbers), days=rule.days, meaning=rule.meaning, as_of=as_of)


def _about_version(question: Question, mine: list[Record], told: Reading) -> Reading:
    """The state of the best of the records: a version with one file that is not hidden is not hidden."""
    best = min(mine, key=lambda record: (record.held is not None, record.hidden is not None))
    listed = "lists it" if question.lists != "one" else "gives it"
    state, reason = LiveState.LIVE, f"the registry {listed}"
    if best.held is not None:
        state, reason = LiveState.HELD, f"the registry has it, but holds it: {best.held}"
    elif best.hidden is not None:
        state, reason = LiveState.LIVE_HIDDEN, f"the registry has it, but marks it: {best.hidden}"
    return replace(
        told,
        state=state,
        reason=reason,
        package_known=True,
        published_at=next((record.published_at for record in mine if record.published_at), None),
        files=tuple(dict.fromkeys(file for record in mine for file in record.files))[:MOST_FILES],
        provenance=next((record.provenance for record in mine if record.provenance), None),
    )


def _not_among(
    question: Question, subject: Subject, view: View, found: list[Record], listed: int, cut: bool, told: Reading
) -> Reading:
    """What it means that the version is not among the records."""
    others = [record for record in found if record.version]
    if not others:
        if listed:
            raise NoAnswerError(
                "the answer is about another package, or its versions cannot be read", status=told.status
            )
        if question.empty == "unknown" or cut:
            return told
        if not _has_the_list(question, view):
            raise NoAnswerError("the answer has not the list that it should have", status=told.status)
        known = False if question.empty == "package" else None
        what = "package" if known is False else "version"
        reason = f"the registry answers with an empty list, which is its way to say that there is no such {what}"
        return replace(told, state=LiveState.ABSENT, package_known=known, reason=reason)
    if question.lists == "one":
        told_of = ", ".join(record.version for record in others[:3] if record.version)
        raise NoAnswerError(f"the registry was asked for this version and answers about {told_of}", status=told.status)
    if cut:
        raise NoAnswerError("the list is longer than what was read of it, and the version is not in that part")
    if question.lists == "all":
        return replace(
            told, state=LiveState.ABSENT, reason=f"not among the {_number(len(told.versions), listed)} listed"
        )
    if question.lists == "current":
        return _current(subject, others, told)
    return told


def _has_the_list(question: Question, view: View) -> bool:
    """Whether the list is there and empty, which is not the same as an answer without one."""
    if question.answer in ("xml", "ndjson", "text"):
        return True  # an empty feed has no element to look for: `expect` tells these
    path = question.entries or ""
    holder = re.sub(r"(?:\[[^\[\]]*\]|\.?\*)$", "", path)
    kind = dict if path.endswith("*") else list
    chosen = path.endswith("]") and not path.endswith("[]")
    return holder != path and any(isinstance(value, kind) and (chosen or not value) for value in view.values(holder))


def _current(subject: Subject, others: list[Record], told: Reading) -> Reading:
    """The registry tells only what is current: an older version may have been there before."""
    asked = subject.target.version
    versions = [record.version for record in others if record.version]
    newest = newest_first(subject.scheme, versions)[0]
    if newest_first(subject.scheme, (newest, asked))[0] == newest:
        raise NoAnswerError(
            f"the registry tells only the current version, which is {newest}; "
            f"whether {safe_line(asked, 80)} was ever there cannot be asked"
        )
    return replace(told, state=LiveState.ABSENT, reason=f"the registry's current version is still {newest}")


def _number(versions: int, listed: int) -> str:
    return f"{listed} versions" if versions >= MOST_VERSIONS else f"{versions} version" + ("s" if versions != 1 else "")


def _clean(text: str | None) -> str | None:
    return safe_line(text, 200) if text else None
