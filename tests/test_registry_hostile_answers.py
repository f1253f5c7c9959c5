"""Every declared question of every shipped platform against answers that nobody wants: none of them decides anything."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.model.vocabulary import LiveState
from auditor.registries.exchange import NoAnswerError, Reply
from auditor.registries.reading import Reading, read
from auditor.registries.subject import Subject
from auditor.rulebook.load import parse_rules, shipped_rules
from auditor.rulebook.registry_schema import Question, Registry
from tests.registry_standin.answers import HTML
from tests.registry_standin.asking import target

AT = datetime(2026, 3, 1, tzinfo=UTC)
REGISTRIES = {Path(file.name).stem: parse_rules(file).registry for file in shipped_rules() if "questions:" in file.text}
QUESTIONS = [
    pytest.param(registry, question, id=f"{name}-{question.id}")
    for name, registry in REGISTRIES.items()
    for question in registry.questions
]
TYPES = ("application/json", "application/xml", "text/plain", "text/html", "application/octet-stream", "")


def answered(registry: Registry, question: Question, reply: Reply) -> Reading | None:
    """The reading, or nothing when it is none of this registry's. The subject's name fits every form of names."""
    one = registry.model_copy(update={"names": None})
    subject = Subject.of(target("some", "acme/thing", "1.2.3", places={"repository": "acme/tap"}), one)
    try:
        return read(question, subject, [reply], own_base=False)
    except NoAnswerError:
        return None


def reply(status: int, body: bytes, kind: str = "application/json") -> Reply:
    return Reply(status, {"content-type": kind}, body, "https://registry.example/x", AT)


PAGES = (200, 202, 204, 301, 304, 400, 401, 403, 418, 429, 500, 502, 503)
ERRORS = (400, 401, 402, 403, 405, 407, 408, 418, 429, 500, 502, 503, 504, 520)


@pytest.mark.parametrize(("registry", "question"), [one for one in QUESTIONS if not one.values[1].html])
def test_a_web_page_decides_nothing(registry: Registry, question: Question) -> None:
    for status in PAGES:
        found = answered(registry, question, reply(status, HTML, "text/html"))
        assert found is None or found.state is None, status


@pytest.mark.parametrize(("registry", "question"), QUESTIONS)
def test_an_error_is_never_absent(registry: Registry, question: Question) -> None:
    for status in ERRORS:
        for body in (b"", b"{}", b"[]", b"null", b'{"message": "no"}', b"error", b"<error/>"):
            found = answered(registry, question, reply(status, body))
            assert found is None or found.state is None, status


@pytest.mark.parametrize(("registry", "question"), QUESTIONS)
def test_a_bare_200_is_never_live_and_says_of_no_package_that_it_is_there(
    registry: Registry, question: Question
) -> None:
    for body in (
        b"",
        b"{}",
        b"null",
        b"[{}]",
        b'{"error": "x"}',
        b'"nothing"',
        b"nothing",
        b"<x/>",
        b"<feed/>",
        b"a: b",
        b"\xff\xfe",
    ):
        # Where only headers are looked at, they are the proof.
        for kind in TYPES if question.answer != "headers" else ("",):
            found = answered(registry, question, reply(200, body, kind))
            assert found is None or (found.state is None and not found.package_known), body


def _keys() -> list[str]:
    """The words of all paths, so that made-up answers are not only noise."""
    words: set[str] = {"versions", "version", "name"}
    for registry in REGISTRIES.values():
        for question in registry.questions:
            dumped = question.model_dump(include={"entries", "entry", "package", "expect"})
            words |= {
                part.strip("[]")
                for text in _texts(dumped)
                for part in text.split(".")
                if part.strip("[]").isidentifier()
            }
    return sorted(words)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    return [text for inner in value for text in _texts(inner)] if isinstance(value, list | tuple) else []


KEYS = _keys()
LEAVES = ["1.2.3", "1.2.30", "thing", "acme/thing", "", "true", "\x00", "9" * 400]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(LEAVES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_is_answered_is_read_or_refused(data: st.DataObject) -> None:
    _, registry = data.draw(st.sampled_from(sorted(REGISTRIES.items())))
    question = data.draw(st.sampled_from(registry.questions))
    value = data.draw(VALUES)
    body = json.dumps(value).encode() if data.draw(st.booleans()) else data.draw(st.binary(max_size=200))
    status = data.draw(st.sampled_from([200, 200, 200, 404]))
    found = answered(registry, question, reply(status, body, data.draw(st.sampled_from(TYPES))))
    if found is not None and found.state in (LiveState.LIVE, LiveState.LIVE_HIDDEN):
        # Never live without the version, or a proof of it, being in the answer.
        assert b"1.2.3" in body or (question.entry is not None and question.entry.proof)
