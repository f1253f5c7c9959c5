"""Answers on disk: stored in a bundle and played back, and kept for a minute."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.folder import open_files
from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState
from auditor.registries.ask import ask
from auditor.registries.recording import Replay
from auditor.registries.stored import LARGEST_STORED, Exchange
from tests.registry_standin import Answer, Standin
from tests.registry_standin.asking import asked, declared, settings, target

RULES = """
  scheme: semver
  base: https://registry.example
  questions:
    - id: list
      get: /{package}?token=none
      entries: versions[]
      lists: all
      empty: package
      entry: { version: number, published_at: at, files: [{ each: "files[]", name: name }] }
    - id: search
      when: always
      post: /search
      json: { filters: [{ value: "{package}" }] }
      package: { downloads: [{ count: total, meaning: all downloads }] }
"""
LIST = "/thing?token=none"
VERSION = {"number": "1.0.0", "at": "2026-03-01T10:00:00Z", "files": [{"name": "a.whl"}, {"name": "b.tar.gz"}]}


@pytest.fixture
def standin() -> Iterator[Standin]:
    with Standin() as server:
        server.at(LIST, Answer.json({"versions": [VERSION], "token": "super-secret-value"}))
        server.at("/search", Answer.json({"total": 12}), method="POST")
        yield server


TARGETS = [target("small", "thing", "1.0.0"), target("small", "thing", "1.0.1")]


def replayed(bundle: Path, **more: Any) -> list[LiveAnswer]:
    how = settings({"small": declared(RULES)}, "https://elsewhere.example", **more)
    return ask(TARGETS, how, replay=Replay(open_files(bundle)))


class TestABundle:
    def store(self, standin: Standin, bundle: Path) -> list[LiveAnswer]:
        bundle.mkdir(exist_ok=True)
        return ask(TARGETS, settings({"small": declared(RULES)}, standin.url), record=bundle)

    def test_gives_the_same_answers_without_a_network(self, standin: Standin, tmp_path: Path) -> None:
        live = self.store(standin, tmp_path)
        assert [answer.state for answer in live] == [LiveState.LIVE, LiveState.ABSENT]
        seen = len(standin.seen)
        assert standin.paths == [LIST, "/search"]  # once, though two targets have the question
        assert replayed(tmp_path) == live
        assert len(standin.seen) == seen

    def test_knows_what_was_asked_about(self, standin: Standin, tmp_path: Path) -> None:
        self.store(standin, tmp_path)
        assert list(Replay(open_files(tmp_path)).targets) == TARGETS

    def test_remembers_errors_as_errors(self, standin: Standin, tmp_path: Path) -> None:
        standin.at(LIST, Answer.json({}, 429, Retry_After="3600"))
        live = self.store(standin, tmp_path)
        again = replayed(tmp_path)
        assert [answer.state for answer in again] == [LiveState.UNKNOWN] * 2
        assert again[0].reason == live[0].reason

    def test_holds_no_credentials(self, standin: Standin, tmp_path: Path) -> None:
        self.store(standin, tmp_path)
        text = "".join(file.read_text("utf-8") for file in tmp_path.rglob("*.json"))
        assert "1.0.0" in text
        assert "super-secret-value" not in text
        assert "token=none" not in text

    def test_leaves_out_what_is_too_large_and_says_so(self, standin: Standin, tmp_path: Path) -> None:
        standin.at(LIST, Answer.json({"versions": [VERSION], "readme": "x" * (LARGEST_STORED + 1)}))
        assert self.store(standin, tmp_path)[0].state is LiveState.LIVE
        said = replayed(tmp_path)[0]
        assert said.state is LiveState.UNKNOWN
        assert "not stored" in said.reason

    def test_without_an_answer_to_a_question_says_that(self, tmp_path: Path) -> None:
        (tmp_path / "registries").mkdir()
        assert {answer.reason for answer in replayed(tmp_path)} == {"The bundle holds no answer to this question."}

    def test_that_is_damaged_costs_only_what_is_damaged(self, standin: Standin, tmp_path: Path) -> None:
        self.store(standin, tmp_path)
        (tmp_path / "registries" / "broken.json").write_text('{"format": 1', "utf-8")
        (tmp_path / "registries" / "other.json").write_text('{"format": 2, "url": "x"}', "utf-8")
        (tmp_path / "registries" / "note.txt").write_text("not one of them", "utf-8")
        replay = Replay(open_files(tmp_path))
        assert len(replay.problems) == 2
        assert replayed(tmp_path)[0].state is LiveState.LIVE

    def test_can_be_written_by_hand(self, tmp_path: Path) -> None:
        folder = tmp_path / "registries"
        folder.mkdir()
        exchange = {
            "format": 1,
            "url": "https://elsewhere.example/thing?token=[redacted]",
            "asked_at": "2026-03-01T12:00:00Z",
            "status": 200,
            "headers": {"Content-Type": "application/json"},
            "body": '{"versions": [{"number": "1.0.0"}]}',
        }
        (folder / "anything.json").write_text(json.dumps(exchange), "utf-8")
        states = [answer.state for answer in replayed(tmp_path)]
        assert states == [LiveState.LIVE, LiveState.ABSENT]

    def test_with_a_body_that_is_no_text_is_played_back_to_the_byte(self) -> None:
        from datetime import UTC, datetime

        from auditor.registries.exchange import Reply, Request

        body = bytes(range(256))
        at = datetime(2026, 3, 1, tzinfo=UTC)
        reply = Reply(200, {"etag": "x"}, body, "https://a.example/x", at)
        exchange = Exchange.of(Request("https://a.example/x"), reply)
        assert Exchange.model_validate_json(exchange.model_dump_json()).reply() == reply


class TestTheCache:
    def get(self, standin: Standin, cache: Path, **more: Any) -> LiveAnswer:
        rules = declared(RULES[: RULES.index("    - id: search")])
        return asked(target("small", "thing", "1.0.0"), standin.url, rules, cache=cache, **more)

    @pytest.fixture(autouse=True)
    def plain(self, standin: Standin) -> None:
        standin.at(LIST, Answer.json({"versions": [VERSION]}, ETag='"one"'))

    def test_answers_for_a_minute_without_a_request(self, standin: Standin, tmp_path: Path) -> None:
        first = self.get(standin, tmp_path)
        assert self.get(standin, tmp_path) == first
        assert len(standin.seen) == 1

    def test_asks_whether_its_answer_still_holds_after_that(self, standin: Standin, tmp_path: Path) -> None:
        self.get(standin, tmp_path, fresh=0.0)
        standin.at(LIST, Answer(304))
        assert self.get(standin, tmp_path, fresh=0.0).state is LiveState.LIVE
        assert standin.seen[1].headers["if-none-match"] == '"one"'

    def test_takes_a_newer_answer(self, standin: Standin, tmp_path: Path) -> None:
        self.get(standin, tmp_path, fresh=0.0)
        standin.at(LIST, Answer.json({"versions": []}))
        assert self.get(standin, tmp_path, fresh=0.0).state is LiveState.ABSENT

    @pytest.mark.parametrize(
        "answer", [Answer.json({"e": 1}, 404), Answer.html(403), Answer.json({}, 429, Retry_After="99")]
    )
    def test_keeps_no_errors(self, standin: Standin, tmp_path: Path, answer: Answer) -> None:
        standin.at(LIST, answer, Answer.json({"versions": [VERSION]}))
        assert self.get(standin, tmp_path).state is LiveState.UNKNOWN
        assert self.get(standin, tmp_path).state is LiveState.LIVE

    def test_keeps_nothing_that_was_got_with_a_token(self, standin: Standin, tmp_path: Path) -> None:
        from auditor.config.settings import RegistrySettings

        access = {"small": RegistrySettings(url=standin.url, allow_private=True, token_variable="T")}  # noqa: S106
        for _ in range(2):
            self.get(standin, tmp_path, access=access, environ={"T": "secret"})
        assert len(standin.seen) == 2
        assert not list(tmp_path.rglob("*.*"))

    def test_forgets_what_nobody_read_for_a_day(self, standin: Standin, tmp_path: Path) -> None:
        self.get(standin, tmp_path)
        (entry,) = [file for file in tmp_path.rglob("*") if file.is_file()]
        os.utime(entry, (0, 0))
        self.get(standin, tmp_path)
        assert len(standin.seen) == 2

    def test_is_not_fooled_by_an_entry_that_was_changed(self, standin: Standin, tmp_path: Path) -> None:
        self.get(standin, tmp_path)
        (entry,) = [file for file in tmp_path.rglob("*") if file.is_file() and file.name != "swept"]
        entry.write_text(entry.read_text("utf-8").replace("1.0.0", "9.9.9"), "utf-8")
        assert self.get(standin, tmp_path).state is LiveState.LIVE
        assert len(standin.seen) == 2


def test_a_stored_exchange_with_other_fields_is_still_read() -> None:
    text = (
        '{"format": 1, "url": "https://a.example/x", "asked_at": "2026-03-01T12:00:00Z", "status": 200, "later": true}'
    )
    exchange = Exchange.model_validate_json(text)
    assert exchange.place.startswith("a.example/")
    assert replace(exchange.reply(), body=b"").status == 200
