"""A mirror whose address leads nowhere says "not found" to everything: that is no answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.collect.folder import open_files
from auditor.model.vocabulary import LiveState
from auditor.registries.ask import ask
from auditor.registries.recording import Replay
from tests.registries.public import Public
from tests.registry_standin import Answer
from tests.registry_standin.asking import asked, declared, on_loopback, settings, shipped, target

NOTHING = Answer.text("not here", 404)
RULES = """
  scheme: semver
  base: https://registry.example
  questions:
    - id: list
      get: /{package}
      entries: versions[]
      lists: all
      absent: [{ of: package, status: 404, body: no such package }, { status: 410 }]
      entry: { version: number }
    - id: extra
      when: absent
      get: /{package}/extra
"""
ONE = target("small", "thing", "1.0.0")


@pytest.fixture
def mirror() -> Iterator[Public]:
    with Public(NOTHING) as server:
        yield server


def test_a_404_where_the_address_itself_is_a_404_is_unknown_and_says_what_to_look_at(mirror: Public) -> None:
    said = asked(ONE, f"{mirror.url}/api/npm", declared(RULES))
    assert said.state is LiveState.UNKNOWN
    assert "does the address lead to a registry?" in said.reason
    assert f"{mirror.url}/api/npm" in said.reason
    assert said.status == 404


@pytest.mark.parametrize("status", [200, 401, 403, 500])
def test_a_404_where_the_address_is_something_is_absent(mirror: Public, status: int) -> None:
    mirror.at("/api/npm/", Answer.text("a registry", status))
    assert asked(ONE, f"{mirror.url}/api/npm", declared(RULES)).state is LiveState.ABSENT


def test_an_address_that_answers_without_the_slash_only_is_one(mirror: Public) -> None:
    mirror.at("/api/npm", Answer.text("a registry"))
    assert asked(ONE, f"{mirror.url}/api/npm", declared(RULES)).state is LiveState.ABSENT


def test_the_registry_s_own_words_need_no_such_proof(mirror: Public) -> None:
    mirror.at("/thing", Answer.text("no such package", 404))
    assert asked(ONE, mirror.url, declared(RULES)).state is LiveState.ABSENT
    assert "/" not in mirror.paths


def test_neither_does_a_list_that_is_there(mirror: Public) -> None:
    mirror.at("/thing", Answer.json({"versions": [{"number": "0.9.0"}]}))
    assert asked(ONE, mirror.url, declared(RULES)).state is LiveState.ABSENT
    assert "/" not in mirror.paths


def test_the_public_registry_is_believed(mirror: Public) -> None:
    mirror.at("/thing", Answer.text("gone", 410))
    said = asked(ONE, None, on_loopback(declared(RULES), mirror.url))
    assert said.state is LiveState.ABSENT
    assert "/" not in mirror.paths


def test_the_address_is_looked_at_once_however_many_targets_there_are(mirror: Public) -> None:
    many = [target("small", f"thing-{number}", "1.0.0") for number in range(5)]
    said = ask(many, settings({"small": declared(RULES)}, mirror.url))
    assert {answer.state for answer in said} == {LiveState.UNKNOWN}
    assert mirror.paths.count("/") == 1


def test_stored_answers_tell_the_same(mirror: Public, tmp_path: Path) -> None:
    how = settings({"small": declared(RULES)}, mirror.url)
    (live,) = ask([ONE], how, record=tmp_path)
    assert ask([ONE], how, replay=Replay(open_files(tmp_path))) == [live]


@pytest.mark.parametrize("platform", ["npm", "crates", "chocolatey"])
def test_it_holds_for_the_shipped_registries(mirror: Public, platform: str) -> None:
    one = target(platform, "thing", "1.0.0")
    assert asked(one, mirror.url, shipped(platform)).state is LiveState.UNKNOWN
