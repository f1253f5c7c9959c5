"""Badges say what the audit says, and nothing foreign in them is markup."""

from __future__ import annotations

import json

import pytest
from defusedxml.ElementTree import fromstring

from auditor.model.vocabulary import LiveState
from auditor.report.badge import badge
from tests.test_verdicts import answer, with_answers

GREEN = ("all-green", "v3.1.0")


def test_the_badge_of_a_release_counts_what_was_attempted() -> None:
    found = with_answers()
    said = json.loads(badge(found).endpoint())
    assert said == {"schemaVersion": 1, "label": "shipped v1.0.35", "message": "4/9", "color": "cf222e"}


def test_a_release_that_shipped_everywhere_is_green_and_one_that_waits_is_amber() -> None:
    assert badge(with_answers(sample=GREEN)).color == "#2da44e"
    assert badge(with_answers(answer("npm", LiveState.HELD), sample=GREEN)).color == "#bf8700"


@pytest.mark.parametrize(
    ("platform", "message"),
    [("npm", "v1.0.35"), ("aur", "not shipped"), ("winget", "not attempted")],
)
def test_a_platform_has_a_badge_of_its_own(platform: str, message: str) -> None:
    assert badge(with_answers(), platform).message == message


def test_a_platform_that_nobody_publishes_to_has_none() -> None:
    with pytest.raises(KeyError):
        badge(with_answers(), "hex")


def test_the_picture_is_well_formed_whatever_the_tag_is_called() -> None:
    evil = "</svg><script>alert(1)</script>\"'&" + "x" * 300
    picture = badge(with_answers().model_copy(update={"tag": evil})).svg()
    root = fromstring(picture)
    assert {e.tag.rpartition("}")[2] for e in root.iter()} == {"svg", "title", "clipPath", "rect", "g", "text"}
    assert "script" not in picture.replace("&lt;script&gt;", "").replace("&lt;/script&gt;", "")
    assert len(picture) < 2500
