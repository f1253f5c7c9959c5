"""On guard: what hostile or clumsy servers may do to a question, and what they learn from it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from auditor.config.settings import RegistrySettings
from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState
from auditor.registries.addresses import domain_of, is_private, is_private_name, shown_url
from auditor.registries.ask import ask
from auditor.registries.network import Limits
from auditor.registries.settings import Settings
from tests.registry_standin import Answer, Standin
from tests.registry_standin.asking import QUICK, asked, declared, on_loopback, target

RULES = """
  scheme: semver
  base: https://registry.example
  questions:
    - id: list
      get: /{package}
      entries: versions[]
      lists: all
      entry: { version: number }
"""
GOOD = Answer.json({"versions": [{"number": "1.0.0"}]})
HASTY = Limits(connect=1.0, silence=0.5, whole=0.8, patience=0.5, first_pause=0.01)


@pytest.fixture
def standin() -> Iterator[Standin]:
    with Standin() as server:
        yield server


@pytest.fixture
def elsewhere() -> Iterator[Standin]:
    with Standin("127.0.0.2") as server:
        server.at("/thing", GOOD)
        yield server


def get(standin: Standin, limits: Limits = QUICK, **more: Any) -> LiveAnswer:
    return asked(target("small", "thing", "1.0.0"), standin.url, declared(RULES), limits=limits, **more)


class TestBodies:
    def test_a_packed_answer_is_unpacked(self, standin: Standin) -> None:
        standin.at("/thing", Answer(200, gzip.compress(GOOD.body), {"Content-Encoding": "gzip"}))
        assert get(standin).state is LiveState.LIVE

    @pytest.mark.parametrize("level", [1, 9])
    def test_a_small_answer_that_unpacks_to_a_huge_one_is_refused(self, standin: Standin, level: int) -> None:
        bomb = gzip.compress(b" " * (40 << 20), level)
        assert len(bomb) < 1 << 20
        standin.at("/thing", Answer(200, bomb, {"Content-Encoding": "gzip"}))
        said = get(standin)
        assert said.state is LiveState.UNKNOWN
        assert "larger than 16 MiB" in said.reason

    def test_a_huge_answer_is_refused(self, standin: Standin) -> None:
        standin.at("/thing", Answer(200, b" " * (17 << 20)))
        assert "larger than 16 MiB" in get(standin).reason

    @pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
    def test_a_packing_that_was_not_asked_for_is_refused(self, standin: Standin, encoding: str) -> None:
        standin.at("/thing", Answer(200, GOOD.body, {"Content-Encoding": encoding}))
        assert get(standin).state is LiveState.UNKNOWN

    @pytest.mark.parametrize(
        "body",
        [zlib.compress(GOOD.body)[:-6], gzip.compress(GOOD.body)[:-9], b"nothing"],
        ids=["deflate", "gzip", "nothing"],
    )
    def test_a_damaged_packing_proves_nothing(self, standin: Standin, body: bytes) -> None:
        standin.at("/thing", Answer(200, body, {"Content-Encoding": "gzip"}))
        assert get(standin).state is LiveState.UNKNOWN

    def test_an_answer_that_breaks_off_is_asked_for_again(self, standin: Standin) -> None:
        half = Answer(200, GOOD.body, {"Content-Length": str(len(GOOD.body))}, cut=True)
        standin.at("/thing", half, GOOD)
        assert get(standin).state is LiveState.LIVE

    def test_a_slow_drip_is_cut(self, standin: Standin) -> None:
        standin.at("/thing", Answer(200, b" " * 1000 + GOOD.body, drip=0.05))
        said = get(standin, HASTY)
        assert said.state is LiveState.UNKNOWN
        assert "no whole answer" in said.reason.lower()

    def test_silence_is_given_up(self, standin: Standin) -> None:
        standin.at("/thing", Answer(200, GOOD.body, delay=20))
        assert "did not answer in time" in get(standin, HASTY).reason

    def test_all_questions_about_a_target_together_have_a_limit(self, standin: Standin) -> None:
        standin.at("/thing", Answer(200, GOOD.body, delay=20))
        said = get(standin, replace(QUICK, silence=5.0, target=0.3))
        assert said.state is LiveState.UNKNOWN
        assert "did not answer everything" in said.reason


class TestRedirects:
    def test_on_the_same_host_they_are_followed(self, standin: Standin) -> None:
        standin.at("/thing", Answer.redirect("/other"))
        standin.at("/other", GOOD)
        said = get(standin)
        assert (said.state, said.url) == (LiveState.LIVE, f"{standin.url}/other")

    def test_to_another_host_they_are_not(self, standin: Standin, elsewhere: Standin) -> None:
        standin.at("/thing", Answer.redirect(f"{elsewhere.url}/thing"))
        said = get(standin)
        assert said.state is LiveState.UNKNOWN
        assert ("another host" if elsewhere.host == "127.0.0.2" else "another port") in said.reason
        assert elsewhere.seen == []

    def test_to_a_host_that_the_rules_name_they_are_but_not_to_another_port_of_it(
        self, standin: Standin, elsewhere: Standin
    ) -> None:
        standin.at("/thing", Answer.redirect(f"{elsewhere.url}/thing"))
        rules = declared(RULES.replace("  scheme:", "  redirects: [127.0.0.2]\n  scheme:"))
        said = asked(target("small", "thing", "1.0.0"), standin.url, rules)
        assert "another port" in said.reason
        assert elsewhere.seen == []

    @pytest.mark.parametrize(
        "location",
        [
            "file:///etc/passwd",
            "ftp://127.0.0.1/x",
            "http://[",
            "gopher://x",
            "//169.254.169.254/latest",
            "\\\\x",
        ],
    )
    def test_what_is_no_address_of_this_registry_is_not_followed(self, standin: Standin, location: str) -> None:
        standin.at("/thing", Answer.redirect(location))
        assert get(standin).state is LiveState.UNKNOWN
        assert [path for path in standin.paths if path == "/thing"] == ["/thing"]

    def test_a_ring_ends(self, standin: Standin) -> None:
        standin.at("/thing", Answer.redirect("/thing"))
        assert "again and again" in get(standin).reason
        assert len(standin.seen) == 5

    def test_a_token_goes_to_the_host_of_the_base_only(self, standin: Standin) -> None:
        standin.at("/thing", GOOD)
        access = {"small": RegistrySettings(url=standin.url, allow_private=True, token_variable="MY_TOKEN")}  # noqa: S106
        said = get(standin, access=access, environ={"MY_TOKEN": "very-secret", "OTHER": "x"})
        assert said.state is LiveState.LIVE
        assert standin.seen[0].headers["authorization"] == "Bearer very-secret"
        assert "very-secret" not in said.model_dump_json()

    def test_without_a_named_variable_nobody_gets_a_token(self, standin: Standin) -> None:
        standin.at("/thing", GOOD)
        get(standin, environ={"NPM_TOKEN": "x", "TOKEN": "x", "GITHUB_TOKEN": "x"})
        assert not {"authorization", "cookie", "proxy-authorization"} & set(standin.seen[0].headers)

    def test_credentials_in_an_address_are_neither_sent_nor_told(self, standin: Standin) -> None:
        standin.at("/thing", GOOD)
        registry = on_loopback(declared(RULES), standin.url.replace("http://", "http://user:pass@"))
        said = asked(target("small", "thing", "1.0.0"), None, registry)
        assert "authorization" not in standin.seen[0].headers
        assert "pass" not in said.model_dump_json()

    def test_no_cookie_is_sent_back(self, standin: Standin) -> None:
        standin.at("/thing", Answer(302, b"", {"Location": "/other", "Set-Cookie": "session=1; Path=/"}))
        standin.at("/other", GOOD)
        assert get(standin).state is LiveState.LIVE
        assert "cookie" not in standin.seen[1].headers


class TestPrivateAddresses:
    def test_they_are_not_asked_unless_the_user_says_so(self, standin: Standin) -> None:
        standin.at("/thing", GOOD)
        said = get(standin, allow_private=False)
        assert said.state is LiveState.UNKNOWN
        assert "allow_private" in said.reason
        assert standin.seen == []

    def test_a_name_that_leads_to_one_is_not_asked_either(
        self, standin: Standin, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import anyio

        connect = anyio.connect_tcp

        async def led_astray(remote_host: str, remote_port: int, **more: Any) -> Any:
            return await connect("127.0.0.1", remote_port, **more)

        monkeypatch.setattr(anyio, "connect_tcp", led_astray)
        standin.at("/thing", GOOD)
        port = standin.url.rpartition(":")[2]
        access = {"small": RegistrySettings(url=f"http://registry.example:{port}")}
        said = get(standin, access=access)
        assert said.state is LiveState.UNKNOWN
        assert "private network" in said.reason
        assert standin.seen == []

    def test_a_proxy_of_the_user_s_may_be_on_one(self, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", standin.url.removeprefix("http://"))
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        standin.at("http://registry.example/thing", GOOD)
        access = {"small": RegistrySettings(url="http://registry.example")}
        assert get(standin, access=access).state is LiveState.LIVE
        private = {"small": RegistrySettings(url="http://10.0.0.1")}
        assert get(standin, access=private).state is LiveState.UNKNOWN
        assert standin.paths == ["http://registry.example/thing"]

    @pytest.mark.parametrize(
        "address",
        ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "::1",  # noqa: S104
         "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::", "2002:7f00:1::", "fe80::1%eth0"],
    )  # fmt: skip
    def test_addresses_that_are_private(self, address: str) -> None:
        assert is_private(address)

    @pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "registry.example"])
    def test_addresses_that_are_not(self, address: str) -> None:
        assert not is_private(address)

    def test_names_that_are_private_by_their_form(self) -> None:
        assert all(
            map(is_private_name, ("localhost", "a.localhost", "nas.local", "metadata.google.internal", "LOCALHOST."))
        )
        assert not is_private_name("registry.example")


class TestManners:
    def test_one_user_agent_says_who_asks(self, standin: Standin) -> None:
        standin.at("/thing", GOOD)
        get(standin, environ={"RELAUDIT_CONTACT": "ops@example.org"})
        agent = standin.seen[0].headers["user-agent"]
        assert agent.startswith("relaudit/")
        assert "ops@example.org" in agent

    def test_a_host_is_not_asked_more_at_once_than_the_rules_say(self, standin: Standin) -> None:
        registry = declared(RULES.replace("  scheme:", "  at_once: 2\n  scheme:"))
        targets = [target("small", f"thing{number}", "1.0.0") for number in range(8)]
        for one in targets:
            standin.at(f"/{one.package}", Answer(200, GOOD.body, delay=0.05))
        access = {"small": RegistrySettings(url=standin.url, allow_private=True)}
        answers = ask(targets, Settings({"small": registry}, access, limits=QUICK))
        assert [answer.target for answer in answers] == targets
        assert {answer.state for answer in answers} == {LiveState.LIVE}
        assert standin.most_at_once == 2

    @pytest.mark.parametrize("status", [429, 503])
    def test_a_wait_that_is_too_long_ends_the_question_and_is_told(self, standin: Standin, status: int) -> None:
        standin.at("/thing", Answer.json({}, status, Retry_After="3600"))
        said = get(standin)
        assert (said.state, said.status) == (LiveState.UNKNOWN, status)
        assert said.retry_after is not None
        assert len(standin.seen) == 1

    def test_a_host_that_wants_to_be_left_alone_is_not_asked_by_others_either(self, standin: Standin) -> None:
        standin.at("/first", Answer.json({}, 429, Retry_After="3600"))
        standin.at("/second", GOOD)
        registry = declared(RULES.replace("  scheme:", "  at_once: 1\n  scheme:"))
        access = {"small": RegistrySettings(url=standin.url, allow_private=True)}
        targets = [target("small", name, "1.0.0") for name in ("first", "second")]
        answers = ask(targets, Settings({"small": registry}, access, limits=QUICK))
        assert [answer.state for answer in answers] == [LiveState.UNKNOWN] * 2
        assert all(answer.retry_after is not None for answer in answers)
        assert standin.paths == ["/first"]

    def test_a_date_to_come_back_is_understood(self, standin: Standin) -> None:
        headers = {"Date": "Sun, 01 Mar 2026 10:00:00 GMT", "Retry-After": "Sun, 01 Mar 2026 12:00:00 GMT"}
        standin.at("/thing", Answer(429, b"", headers))
        assert get(standin).retry_after is not None

    def test_trouble_that_passes_is_waited_out(self, standin: Standin) -> None:
        standin.at("/thing", Answer.json({}, 502), Answer.json({}, 503), GOOD)
        assert get(standin).state is LiveState.LIVE

    def test_a_refusal_is_not_tried_again(self, standin: Standin) -> None:
        standin.at("/thing", Answer.json({}, 403))
        assert get(standin).state is LiveState.UNKNOWN
        assert len(standin.seen) == 1


def test_one_registry_in_trouble_costs_only_its_own_answer(standin: Standin) -> None:
    standin.at("/good", GOOD)
    standin.at("/bad", Answer.html(500))
    registry = declared(RULES)
    targets = [target("small", "bad", "1.0.0"), target("nowhere", "x", "1"), target("small", "good", "1.0.0")]
    access = {"small": RegistrySettings(url=standin.url, allow_private=True)}
    answers = ask(targets, Settings({"small": registry}, access, limits=QUICK))
    assert [answer.state for answer in answers] == [LiveState.UNKNOWN, LiveState.UNKNOWN, LiveState.LIVE]


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("static.crates.io", "crates.io"),
        ("crates.io", "crates.io"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("me.github.io", "me.github.io"),
        ("x.me.github.io", "me.github.io"),
        ("bucket.s3.amazonaws.com", "bucket.s3.amazonaws.com"),
    ],
)
def test_what_belongs_together(host: str, domain: str) -> None:
    assert domain_of(host) == domain


def test_an_address_is_told_without_what_could_be_a_secret() -> None:
    shown = shown_url("https://user:pass@cdn.example/a?X-Amz-Signature=abc&page=2&token=xyz#part")
    assert shown == "https://cdn.example/a?X-Amz-Signature=[redacted]&page=2&token=[redacted]"
