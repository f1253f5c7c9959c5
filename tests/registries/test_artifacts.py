"""NuGet, Terraform and Go's module proxy."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState
from tests.registries.public import Public, told, told_by_mirror
from tests.registry_standin import Answer, Seen
from tests.registry_standin.asking import target

BLOB_404 = Answer(
    404, b"<?xml version='1.0'?><Error><Code>BlobNotFound</Code></Error>", {"Content-Type": "application/xml"}
)


class NuGet(Public):
    """A feed with its service index."""

    def __init__(self, *versions: str) -> None:
        super().__init__(BLOB_404)
        kinds = {
            "PackageBaseAddress/3.0.0": "/flat/",
            "RegistrationsBaseUrl/3.6.0": "/registration/",
            "SearchQueryService": "/query",
        }
        resources = [{"@type": kind, "@id": self.url + path} for kind, path in kinds.items()]
        self.at("/index.json", Answer.json({"version": "3.0.0", "resources": resources}))
        if versions:
            self.at("/flat/quill.stone/index.json", Answer.json({"versions": list(versions)}))
        self.answer_query(0)

    def answer_query(self, total: int) -> None:
        data = [{"id": "Quill.Stone", "totalDownloads": total}] if total else []
        query = "/query?q=packageid:quill.stone&prerelease=true&semVerLevel=2.0.0"
        self.at(query, Answer.json({"totalHits": len(data), "data": data}))

    def leaf(self, version: str, **more: Any) -> None:
        body = {"listed": True, "published": "2026-03-01T10:00:00Z", **more}
        self.at(f"/registration/quill.stone/{version}.json", Answer.json(body))


def nuget(standin: Public, version: str = "1.0.4") -> LiveAnswer:
    return told(target("nuget", "Quill.Stone", version), standin)


@pytest.mark.parametrize("version", ["1.0.4", "1.0.4.0", "1.0.4+build"])
def test_nuget_has_a_version_however_it_is_written(version: str) -> None:
    with NuGet("1.0.4", "1.0.42") as feed:
        entry = {
            "packageSize": 9,
            "packageHash": base64.b64encode(bytes(64)).decode(),
            "packageHashAlgorithm": "SHA512",
        }
        feed.at("/catalog/1.json", Answer.json({**entry, "created": "2026-03-01T10:00:00Z"}))
        feed.leaf("1.0.4", catalogEntry=f"{feed.url}/catalog/1.json")
        feed.answer_query(640)
        answer = nuget(feed, version)
    assert (answer.state, answer.latest, answer.downloads[0].count) == (LiveState.LIVE, "1.0.42", 640)
    assert (answer.files[0].size, answer.files[0].digest) == (9, "sha512:" + "0" * 128)
    assert answer.published_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_nuget_lacks_a_version_and_a_package() -> None:
    with NuGet("1.0.42") as feed:
        missing_version = nuget(feed)
    with NuGet() as feed:
        missing_package = nuget(feed)
    assert (missing_version.state, missing_version.package_known) == (LiveState.ABSENT, True)
    assert (missing_package.state, missing_package.package_known) == (LiveState.ABSENT, False)


@pytest.mark.parametrize("marks", [{"listed": False}, {"published": "1900-01-01T00:00:00+00:00"}])
def test_an_unlisted_version_of_nuget_is_hidden(marks: dict[str, Any]) -> None:
    with NuGet("1.0.4") as feed:
        feed.leaf("1.0.4", **marks)
        answer = nuget(feed)
    assert answer.state is LiveState.LIVE_HIDDEN


def test_a_deprecated_version_of_nuget_is_hidden() -> None:
    with NuGet("1.0.4") as feed:
        feed.leaf("1.0.4", catalogEntry={"deprecation": {"reasons": ["Legacy"]}})
        answer = nuget(feed)
    assert answer.state is LiveState.LIVE_HIDDEN
    assert "Legacy" in answer.reason


def test_a_search_that_knows_nothing_yet_hides_nothing() -> None:
    with NuGet("1.0.4") as feed:
        answer = nuget(feed)
    assert (answer.state, answer.downloads) == (LiveState.LIVE, ())


@pytest.mark.parametrize("answer", [Answer.json({"resources": []}), Answer.html(200), Answer.text("slow", 429)])
def test_a_feed_that_cannot_be_read_is_unknown(answer: Answer) -> None:
    with Public(answer) as feed:
        assert nuget(feed).state is LiveState.UNKNOWN


TERRAFORM_404 = Answer.json({"errors": ["Not Found"]}, 404)


def terraform(standin: Public, name: str = "quill/stone", version: str = "1.0.4") -> LiveAnswer:
    return told(target("terraform", name, version), standin)


def test_a_provider_has_its_platforms_and_downloads() -> None:
    with Public(TERRAFORM_404) as it:
        platforms = [{"os": "linux", "arch": "amd64"}, {"os": "darwin", "arch": "arm64"}]
        versions = [{"version": "1.0.4", "platforms": platforms}, {"version": "1.0.42", "platforms": platforms}]
        it.at("/v1/providers/quill/stone/versions", Answer.json({"versions": versions}))
        latest = {"version": "1.0.42", "published_at": "2026-03-02T10:00:00Z", "downloads": 99}
        it.at("/v1/providers/quill/stone", Answer.json(latest))
        answer = terraform(it)
        assert not [path for path in it.paths if "modules" in path]
    assert (answer.state, answer.latest, answer.downloads[0].count) == (LiveState.LIVE, "1.0.42", 99)
    assert [file.name for file in answer.files] == ["linux/amd64", "darwin/arm64"]


def test_a_module_is_asked_for_by_its_third_name() -> None:
    with Public(TERRAFORM_404) as it:
        modules = {"modules": [{"versions": [{"version": "1.0.3"}, {"version": "1.0.4"}]}]}
        it.at("/v1/modules/quill/stone/aws/versions", Answer.json(modules))
        attributes = {"total": 500, "month": 40, "week": 9}
        it.at("/v2/modules/quill/stone/aws/downloads/summary", Answer.json({"data": {"attributes": attributes}}))
        answer = terraform(it, "quill/stone/aws")
        absent = terraform(it, "quill/stone/aws", "1.0.42")
        assert not [path for path in it.paths if "providers" in path]
    assert answer.state is LiveState.LIVE
    assert [(count.count, count.days) for count in answer.downloads] == [(500, None), (40, 30)]
    assert absent.state is LiveState.ABSENT


@pytest.mark.parametrize("name", ["quill/stone", "quill/stone/aws"])
def test_terraform_does_not_know_the_package(name: str) -> None:
    with Public(TERRAFORM_404) as it:
        answer = terraform(it, name)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, False)


class Proxy(Public):
    """Go's proxy, which must never be asked in a way that makes it fetch something."""

    def __init__(self, *versions: str, gomod: str = "") -> None:
        super().__init__(Answer.text("not found: temporarily unavailable", 404))
        self.fetched: list[str] = []
        for version in versions:
            origin = {
                "VCS": "git",
                "URL": "https://github.com/Quill/stone",
                "Hash": "c" * 40,
                "Ref": f"refs/tags/{version}",
            }
            info = {"Version": version, "Time": "2026-03-01T10:00:00Z", "Origin": origin}
            self.at(f"{MODULE}/@v/{version}.info", Answer.json(info))
            self.at(f"{MODULE}/@v/{version}.mod", Answer.text(gomod or "module github.com/Quill/stone/v2\n"))
        self.at(f"{MODULE}/@v/list", Answer.text("\n".join(versions)))

    def answer(self, seen: Seen) -> Answer:
        if not seen.path.startswith("/cached-only/"):
            self.fetched.append(seen.path)
        return super().answer(seen)


MODULE = "/cached-only/github.com/!quill/stone/v2"


def go(standin: Public, version: str = "v2.0.4") -> LiveAnswer:
    return told(target("go-proxy", "github.com/Quill/stone/v2", version), standin)


def test_the_proxy_has_the_version_and_is_asked_without_making_it_fetch() -> None:
    with Proxy("v2.0.4", "v2.0.42") as it:
        answer = go(it)
        assert it.fetched == []
        assert all(seen.headers["disable-module-fetch"] == "true" for seen in it.seen)
    assert (answer.state, answer.latest) == (LiveState.LIVE, "v2.0.42")
    assert answer.provenance is not None
    assert (answer.provenance.repository, answer.provenance.commit) == ("Quill/stone", "c" * 40)
    assert answer.published_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_what_the_proxy_has_not_fetched_is_absent_and_stays_unfetched() -> None:
    with Proxy("v2.0.42") as it:
        answer = go(it)
        assert it.fetched == []
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, True)
    assert "not fetched" in answer.reason


def test_the_proxy_does_not_have_the_module_and_its_list_is_empty_with_200() -> None:
    with Proxy() as it:
        answer = go(it)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, None)


@pytest.mark.parametrize(
    ("gomod", "why"),
    [
        ("module m\n\nretract v2.0.4 // wrong licence\n", "wrong licence"),
        ("module m\nretract (\n\t// Broken.\n\t[v2.0.0, v2.0.5]\n)\n", "Broken."),
        ("// Deprecated: use v3.\nmodule m\n", "use v3."),
    ],
)
def test_what_its_author_took_back_is_hidden(gomod: str, why: str) -> None:
    with Proxy("v2.0.4", "v2.0.42", gomod=gomod) as it:
        answer = go(it)
    assert answer.state is LiveState.LIVE_HIDDEN
    assert why in answer.reason


def test_a_proxy_of_the_user_has_no_cached_only_and_is_asked_as_it_is() -> None:
    with Public(Answer.text("not found: unknown revision v2.0.4", 404)) as it:
        at = "/github.com/!quill/stone/v2/@v/v2.0.4.info"
        absent = told_by_mirror(target("go-proxy", "github.com/Quill/stone/v2", "v2.0.4"), it)
        it.at(at, Answer.json({"Version": "v2.0.4", "Time": "2026-03-01T10:00:00Z"}))
        live = told_by_mirror(target("go-proxy", "github.com/Quill/stone/v2", "v2.0.4"), it)
    assert (absent.state, live.state) == (LiveState.ABSENT, LiveState.LIVE)


@pytest.mark.parametrize("answer", [Answer.html(404), Answer.html(200), Answer.text("slow", 429), Answer.json({})])
def test_an_error_of_the_proxy_is_unknown(answer: Answer) -> None:
    with Public(answer) as it:
        assert go(it).state is LiveState.UNKNOWN
