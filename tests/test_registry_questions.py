"""What answers mean: declared questions against every kind of answer that a registry may give."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState
from auditor.rulebook.load import RulesError
from tests.registry_standin import Answer, Standin
from tests.registry_standin.asking import asked, declared, target

LIST = """
  scheme: semver
  base: https://registry.example
  questions:
    - id: list
      get: /{package}
      entries: versions[]
      lists: all
      empty: package
      absent: [{ of: package, status: 404, when: [{ path: error, is: not found }] }]
      entry: { version: number }
"""
CURRENT = LIST.replace("lists: all", "lists: current")
ONE = """
  scheme: semver
  base: https://registry.example
  questions:
    - id: one
      get: /{package}/{version}
      answer: headers
      lists: one
      absent: [{ status: 404, body: no such tag }]
      held: [{ status: 401, body: private, reason: it is private }]
      entry: { proof: [{ header: docker-content-digest }] }
"""


@pytest.fixture
def standin() -> Iterator[Standin]:
    with Standin() as server:
        yield server


def ask(standin: Standin, rules: str, version: str = "1.0.4") -> LiveAnswer:
    return asked(target("small", "thing", version), standin.url, declared(rules))


def numbers(*versions: str) -> Answer:
    return Answer.json({"versions": [{"number": version} for version in versions]})


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (numbers("1.0.4"), LiveState.LIVE),
        (numbers("v1.0.4"), LiveState.LIVE),
        (numbers("1.0.42", "11.0.4"), LiveState.ABSENT),
        (numbers(), LiveState.ABSENT),
        (Answer.json({"error": "not found"}, 404), LiveState.ABSENT),
        (Answer.json({}), LiveState.UNKNOWN),
        (Answer.json({"versions": None}), LiveState.UNKNOWN),
        (Answer.json({"versions": "1.0.4"}), LiveState.UNKNOWN),
        (Answer.json({"versions": [{"number": None}]}), LiveState.UNKNOWN),
        (Answer.json({"versions": [None]}), LiveState.UNKNOWN),
        (Answer.json({"versions": [{}]}), LiveState.UNKNOWN),
        (Answer.json({"versions": {}}), LiveState.UNKNOWN),
        (Answer.json({"versions": [{"number": "1.0.4\u202e"}]}), LiveState.UNKNOWN),
        (Answer.json({"versions": [{"number": "1" * 5000}]}), LiveState.UNKNOWN),
        (Answer.json({"error": "no route"}, 404), LiveState.UNKNOWN),
        (Answer.text("not found", 404), LiveState.UNKNOWN),
        (Answer.html(404), LiveState.UNKNOWN),
        (Answer.html(200), LiveState.UNKNOWN),
        (Answer.json({"message": "forbidden"}, 403), LiveState.UNKNOWN),
        (Answer.json({"message": "who are you"}, 401), LiveState.UNKNOWN),
        (Answer.json({"message": "teapot"}, 418), LiveState.UNKNOWN),
        (Answer.json({}, 500), LiveState.UNKNOWN),
        (Answer(204), LiveState.UNKNOWN),
        (Answer(200, b"[" * 100_000), LiveState.UNKNOWN),
    ],
)
def test_only_what_is_declared_is_absent_and_only_what_is_shown_is_live(
    standin: Standin, answer: Answer, state: LiveState
) -> None:
    standin.at("/thing", answer)
    said = ask(standin, LIST)
    assert said.state is state
    assert said.reason.endswith(".")


def test_a_version_older_than_the_current_one_cannot_be_asked_for(standin: Standin) -> None:
    standin.at("/thing", numbers("1.1.0"))
    said = ask(standin, CURRENT)
    assert said.state is LiveState.UNKNOWN
    assert "1.1.0" in said.reason


def test_a_version_newer_than_the_current_one_is_absent(standin: Standin) -> None:
    standin.at("/thing", numbers("1.1.0"))
    said = ask(standin, CURRENT, "1.1.1")
    assert (said.state, said.package_known) == (LiveState.ABSENT, True)


class TestAnAnswerThatIsAboutOneVersion:
    def test_a_bare_200_proves_nothing(self, standin: Standin) -> None:
        standin.at("/thing/1.0.4", Answer.text("hello"))
        assert ask(standin, ONE).state is LiveState.UNKNOWN

    def test_its_proof_makes_it_live(self, standin: Standin) -> None:
        standin.at("/thing/1.0.4", Answer.text("", Docker_Content_Digest="sha256:" + "a" * 64))
        assert ask(standin, ONE).state is LiveState.LIVE

    def test_the_status_of_what_is_private_holds_it(self, standin: Standin) -> None:
        standin.at("/thing/1.0.4", Answer.text("this is private", 401))
        said = ask(standin, ONE)
        assert said.state is LiveState.HELD
        assert "private" in said.reason

    def test_another_401_says_nothing(self, standin: Standin) -> None:
        standin.at("/thing/1.0.4", Answer.text("denied", 401))
        assert ask(standin, ONE).state is LiveState.UNKNOWN


TWO = """
  scheme: semver
  base: https://registry.example
  questions:
    - id: list
      get: /{package}
      entries: versions[]
      lists: all
      entry: { version: number }
    - id: requests
      when: absent
      needed: NEEDED
      get: /requests
      entries: open[]
      entry: { version: number, held: [{ path: open, reason: an open pull request }] }
"""


@pytest.mark.parametrize("needed", ["true", "false"])
def test_an_open_request_turns_absent_into_held(standin: Standin, needed: str) -> None:
    standin.at("/thing", numbers("1.0.3"))
    standin.at("/requests", Answer.json({"open": [{"number": "1.0.4", "open": True}]}))
    assert ask(standin, TWO.replace("NEEDED", needed)).state is LiveState.HELD


def test_without_the_answer_that_is_needed_nothing_is_absent(standin: Standin) -> None:
    standin.at("/thing", numbers("1.0.3"))
    standin.at("/requests", Answer.json({}, 403))
    assert ask(standin, TWO.replace("NEEDED", "true")).state is LiveState.UNKNOWN
    assert ask(standin, TWO.replace("NEEDED", "false")).state is LiveState.ABSENT


def test_what_is_live_is_not_asked_about_again(standin: Standin) -> None:
    standin.at("/thing", numbers("1.0.4"))
    assert ask(standin, TWO.replace("NEEDED", "true")).state is LiveState.LIVE
    assert standin.paths == ["/thing"]


PAGES = LIST.replace("empty: package", "next: { parameter: page, first: 1 }\n      most_pages: 3")


def test_pages_are_read_until_the_version_is_found(standin: Standin) -> None:
    for number, versions in enumerate((["1.0.9"], ["1.0.4"], ["1.0.3"]), 1):
        standin.at(f"/thing?page={number}", numbers(*versions))
    assert ask(standin, PAGES).state is LiveState.LIVE
    assert standin.paths == ["/thing?page=1", "/thing?page=2"]


def test_an_empty_page_ends_the_list(standin: Standin) -> None:
    standin.at("/thing?page=1", numbers("1.0.9"))
    standin.at("/thing?page=2", numbers())
    said = ask(standin, PAGES)
    assert (said.state, said.package_known) == (LiveState.ABSENT, True)


def test_a_list_that_is_longer_than_what_is_read_of_it_leaves_open_what_is_in_the_rest(standin: Standin) -> None:
    for number in range(1, 9):
        standin.at(f"/thing?page={number}", numbers(f"2.0.{number}"))
    assert ask(standin, PAGES).state is LiveState.UNKNOWN
    assert len(standin.seen) == 3


def test_the_next_page_is_not_taken_from_another_host(standin: Standin) -> None:
    rules = LIST.replace("empty: package", "next: { link: next }")
    standin.at(
        "/thing", Answer(200, b'{"versions": [{"number": "2.0.0"}]}', {"Link": '<http://127.0.0.9/x>; rel="next"'})
    )
    said = ask(standin, rules)
    assert said.state is LiveState.UNKNOWN
    assert "another host" in said.reason


def test_a_name_that_is_none_of_this_registry_is_not_asked_for(standin: Standin) -> None:
    rules = LIST.replace("  base:", "  names: '(?P<group>[^:]+):(?P<artifact>[^:]+)'\n  base:")
    assert ask(standin, rules).state is LiveState.UNKNOWN
    assert standin.seen == []


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("entry: { version: number }", "entry: { name: x }", "a status alone proves nothing"),
        ("get: /{package}", "get: /{package", "brace|no name|single"),
        ("get: /{package}", "get: /{package}\n      post: /x", "one of"),
        ("get: /{package}", "get: /{package}\n      headers: { Authorization: x }", "not a header"),
        ("entries: versions[]", "entries: versions[", "dot is missing"),
        ("status: 404, when: [{ path: error, is: not found }]", "status: 401", "nothing is known"),
        ("status: 404, when: [{ path: error, is: not found }]", "status: 200", "needs"),
        ("base: https://registry.example", "base: http://registry.example", "https"),
        ("base: https://registry.example", "base: { from: place }", "name"),
        ("lists: all", "answer: xml\n      lists: all", "give `expect`"),
    ],
)
def test_a_declaration_that_could_mislead_is_refused(old: str, new: str, why: str) -> None:
    assert old in LIST
    with pytest.raises(RulesError, match=why):
        declared(LIST.replace(old, new))
