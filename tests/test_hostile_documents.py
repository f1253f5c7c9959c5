"""Every document keeps its structure whatever strangers wrote: no link, image, HTML, mention or marker comes from their text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from auditor.checks.subject import subject_of
from auditor.collect.bundle import read_bundle
from auditor.deliver.body import body
from auditor.deliver.changes import changes
from auditor.deliver.document import find_region, new_document, updated
from auditor.diagnose.gate import cleaned
from auditor.model.audit import Audit
from auditor.model.facts import Missing
from auditor.model.release_map import ReleaseMap
from auditor.model.vocabulary import LiveState
from auditor.release_map.build import release_map
from auditor.report.document_kinds import Document
from auditor.report.markdown import markdown
from auditor.report.status import status_document
from auditor.rulebook.book import Rulebook
from tests.shipped import shipped
from tests.test_hostile_text import ATTACKS, HOSTILE
from tests.test_verdicts import SAMPLES, answer, with_answers

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

# fmt: off
FREE_TEXT = frozenset(
    {
        "name", "workflow", "failing_step", "step", "reasons", "packages", "explanation", "expression",
        "text", "cause", "note", "next_action", "title", "summary", "commands", "snippet", "effect", "event",
        "what", "why", "reason", "latest", "tag", "version", "harmless", "missing_files", "by_job",
        "condition",
    }
)
# fmt: on
"""Fields of the models that hold what somebody else wrote, or sentences around it."""


@cache
def rulebook() -> Rulebook:
    return shipped()


@cache
def harmless() -> Audit:
    found = with_answers(
        answer("npm", LiveState.LIVE, latest="1.0.35"),
        answer("chocolatey", LiveState.ABSENT),
        answer("pypi", LiveState.HELD),
        answer("aur", LiveState.LIVE),
    )
    return found.model_copy(update={"missing": (Missing(what="log", why="expired"),)})


@cache
def plan() -> ReleaseMap:
    collected = read_bundle(SAMPLES / "contextlite-v1.0.35", None)
    return release_map(subject_of(collected.facts.workflows, rulebook()), "v1.0.35")


def written_by(stranger: Callable[[str], str], value: Any, field: str = "") -> Any:
    """The same value with every free text put through `stranger`."""
    if isinstance(value, dict):
        return {key: written_by(stranger, inner, key) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [written_by(stranger, inner, field) for inner in value]
    return stranger(value) if type(value) is str and field in FREE_TEXT and value else value


def audit_with(text: str) -> Audit:
    return cleaned(Audit.model_validate(written_by(lambda _: text or "x", harmless().model_dump())))


DOCUMENTS: dict[str, Callable[[Audit], str]] = {
    "report": markdown,
    "issue": lambda a: body(a, changes({p.platform: "held" for p in a.platforms}, a), limit=10**9),
    "comment": lambda a: body(a, heading=True, limit=10**9),
    "short issue": lambda a: body(a, limit=3000),
    **{
        kind.value: lambda a, kind=kind: status_document(kind, a, rulebook(), release_map=plan())
        for kind in Document
        if kind is not Document.FINDINGS  # has the report's template
    },
}


def flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from flat(token.children or [])


def structure(text: str) -> list[str]:
    """Block structure; the language of fences counts, what stands in them does not."""
    told = []
    for token in PARSER.parse(text):
        if token.type == "inline":
            continue
        told.append(f"{token.type} {token.tag} {token.info if token.type == 'fence' else ''}".strip())
    return told


def active(text: str) -> list[str]:
    """Everything in a text that does more than be read: links, images, HTML."""
    told = []
    for token in flat(PARSER.parse(text)):
        if token.type == "link_open":
            told.append(re.sub(r"(?<=/releases/tag/).*|#L?\d+.*|\d+", "", str(token.attrs["href"])))
        elif token.type == "image":
            told.append("image")
        elif token.type in ("html_block", "html_inline"):
            told.append(re.sub(r"relaudit:task [0-9a-f]{10}", "relaudit:task", token.content))
    return told


@pytest.mark.parametrize("name", DOCUMENTS)
@settings(max_examples=12, deadline=None)
@given(text=st.one_of(st.sampled_from(ATTACKS), HOSTILE))
def test_a_document_has_the_same_structure_whoever_wrote_the_texts(name: str, text: str) -> None:
    document = DOCUMENTS[name]
    plain, attacked = document(audit_with("word")), document(audit_with(f"w {text}"))
    if name != "short issue":  # what fits depends on how long the texts are
        assert structure(attacked) == structure(plain)
    whole = DOCUMENTS["issue"](audit_with("word")) if name == "short issue" else plain
    assert set(active(attacked)) <= set(active(whole))
    for token in flat(PARSER.parse(attacked)):
        if token.type == "text":
            assert not re.search(r"(?<![\w.])@[\w-]|(?<!\w)#\d|\bGH-\d|https?://", token.content)
    assert "\x1b" not in attacked


@settings(max_examples=12, deadline=None)
@given(text=HOSTILE)
def test_no_text_ends_the_region_it_stands_in(text: str) -> None:
    evil = f"{text} <!-- relaudit:end status --> <!-- relaudit:task 0000000000 -->"
    region = status_document(Document.STATUS, audit_with(evil), rulebook())
    document = new_document("Status", "status", region)
    found = find_region(document, "status")
    assert document.split("\n")[found.last] == "<!-- relaudit:end status -->"
    assert updated(document, "status", region) == document


@pytest.mark.parametrize("kind", list(Document))
@pytest.mark.parametrize("sample", ["contextlite-v1.0.35", "all-green", "in-progress", "expired-logs"])
def test_the_same_facts_give_the_same_document_whenever_they_were_collected(kind: Document, sample: str) -> None:
    from datetime import UTC, datetime

    from auditor.diagnose.release import audit

    collected = read_bundle(SAMPLES / sample, None)
    found = audit(collected, rulebook())
    later = found.model_copy(update={"collected_at": datetime(2031, 1, 1, tzinfo=UTC)})
    one = status_document(kind, found, rulebook(), release_map=plan())
    assert one == status_document(kind, later, rulebook(), release_map=plan())
    document = new_document("T", kind.value, one)
    assert updated(document, kind.value, one) == document
