"""Hex, JSR, pub.dev, Packagist and conda: registries that declared questions are enough for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState
from tests.registries.public import Public, told
from tests.registry_standin import Answer
from tests.registry_standin.asking import target

HEX_404 = Answer.json({"message": "Page not found", "status": 404}, 404)


def hex_(standin: Public, version: str = "1.0.4") -> LiveAnswer:
    return told(target("hex", "stone", version), standin)


def hex_release(version: str, **more: Any) -> dict[str, Any]:
    return {"version": version, "checksum": "ab" * 32, "inserted_at": "2026-03-01T10:00:00Z", "downloads": 7, **more}


def hex_package(*versions: str) -> Answer:
    counted = {"all": 900, "week": 30, "day": 2}
    releases = [{"version": v, "inserted_at": "2026-03-01T10:00:00Z"} for v in versions]
    latest = versions[0] if versions else None
    return Answer.json({"name": "stone", "releases": releases, "latest_stable_version": latest, "downloads": counted})


def test_hex_has_a_release_with_digest_and_downloads() -> None:
    with Public(HEX_404) as it:
        it.at("/packages/stone/releases/1.0.4", Answer.json(hex_release("1.0.4")))
        it.at("/packages/stone", hex_package("1.0.42", "1.0.4"))
        answer = hex_(it)
    assert (answer.state, answer.latest) == (LiveState.LIVE, "1.0.42")
    assert (answer.files[0].digest, answer.files[0].downloads) == ("sha256:" + "ab" * 32, 7)
    assert [(count.count, count.days) for count in answer.downloads] == [(900, None), (30, 7)]
    assert answer.published_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_hex_lacks_a_version_and_a_package() -> None:
    with Public(HEX_404) as it:
        missing_package = hex_(it)
        it.at("/packages/stone", hex_package("1.0.42"))
        missing_version = hex_(it)
    assert (missing_package.state, missing_package.package_known) == (LiveState.ABSENT, False)
    assert (missing_version.state, missing_version.package_known) == (LiveState.ABSENT, True)


def test_a_retired_release_of_hex_is_hidden() -> None:
    with Public(HEX_404) as it:
        retired = hex_release("1.0.4", retirement={"reason": "security", "message": "CVE"})
        it.at("/packages/stone/releases/1.0.4", Answer.json(retired))
        it.at("/packages/stone", hex_package("1.0.4"))
        answer = hex_(it)
    assert answer.state is LiveState.LIVE_HIDDEN
    assert "security" in answer.reason


def jsr(standin: Public, version: str = "1.0.4") -> LiveAnswer:
    return told(target("jsr", "@quill/stone", version), standin)


JSR_404 = Answer.text("404 Not Found", 404)
JSR_VERSION = {"manifest": {"/mod.ts": {"size": 5, "checksum": "sha256-00"}}, "exports": {".": "./mod.ts"}}


def jsr_meta(yanked: bool = False) -> Answer:
    versions = {"1.0.4": {"createdAt": "2026-03-01T10:00:00Z", "yanked": yanked}, "1.0.42": {}}
    return Answer.json({"scope": "quill", "name": "stone", "latest": "1.0.42", "versions": versions})


def test_jsr_has_a_version() -> None:
    with Public(JSR_404) as it:
        it.at("/@quill/stone/1.0.4_meta.json", Answer.json(JSR_VERSION))
        it.at("/@quill/stone/meta.json", jsr_meta())
        answer = jsr(it)
        assert all("text/html" not in seen.headers["accept"] for seen in it.seen)
    assert (answer.state, answer.latest) == (LiveState.LIVE, "1.0.42")
    assert answer.published_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_a_yanked_version_of_jsr_is_hidden() -> None:
    with Public(JSR_404) as it:
        it.at("/@quill/stone/1.0.4_meta.json", Answer.json(JSR_VERSION))
        it.at("/@quill/stone/meta.json", jsr_meta(yanked=True))
        assert jsr(it).state is LiveState.LIVE_HIDDEN


def test_jsr_lacks_a_version_and_a_package() -> None:
    with Public(JSR_404) as it:
        missing_package = jsr(it, "1.0.5")
        it.at("/@quill/stone/meta.json", jsr_meta())
        missing_version = jsr(it, "1.0.5")
    assert (missing_package.state, missing_package.package_known) == (LiveState.ABSENT, False)
    assert (missing_version.state, missing_version.package_known) == (LiveState.ABSENT, True)


def test_jsrs_web_site_in_place_of_data_is_unknown() -> None:
    with Public(Answer.html(404)) as it:
        assert jsr(it).state is LiveState.UNKNOWN


def pub(standin: Public, version: str = "1.0.4") -> LiveAnswer:
    return told(target("pub-dev", "stone", version), standin)


PUB_404 = Answer.json({"error": {"code": "NotFound", "message": 'Could not find `package "stone"`.'}}, 404)


def pub_package(**more: Any) -> Answer:
    versions = [
        {"version": v, "published": "2026-03-01T10:00:00Z", "archive_sha256": "ab" * 32, **more}
        for v in ("1.0.4+1", "1.0.4+2", "1.0.42")
    ]
    return Answer.json({"name": "stone", "latest": versions[-1], "versions": versions})


def test_pub_has_a_version_with_its_build_metadata() -> None:
    with Public(PUB_404) as it:
        it.at("/packages/stone", pub_package())
        it.at("/packages/stone/score", Answer.json({"grantedPoints": 140, "downloadCount30Days": 321}))
        answer = pub(it, "1.0.4+2")
        other = pub(it, "1.0.4+3")
    assert (answer.state, answer.latest, answer.downloads[0].count) == (LiveState.LIVE, "1.0.42", 321)
    assert other.state is LiveState.ABSENT


def test_pub_lacks_the_package() -> None:
    with Public(PUB_404) as it:
        answer = pub(it)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, False)


def test_a_retracted_version_of_pub_is_hidden() -> None:
    with Public(PUB_404) as it:
        it.at("/packages/stone", pub_package(retracted=True))
        assert pub(it, "1.0.4+1").state is LiveState.LIVE_HIDDEN


def packagist(standin: Public, version: str = "1.0.4", name: str = "Quill/Stone") -> LiveAnswer:
    return told(target("packagist", name, version), standin)


def minified(**more: Any) -> Answer:
    first = {"name": "quill/stone", "version": "v1.0.42", "version_normalized": "1.0.42.0", **more}
    source = {"type": "git", "url": "https://github.com/quill/stone.git", "reference": "a" * 40}
    rest = [
        {"version": "1.0.4", "version_normalized": "1.0.4.0", "time": "2026-03-01T10:00:00+00:00", "source": source}
    ]
    return Answer.json({"minified": "composer/2.0", "packages": {"quill/stone": [first, *rest]}})


def test_packagist_has_a_version_that_its_tag_writes_with_v_and_the_name_in_another_case() -> None:
    with Public(Answer.text("404 not found, no packages here", 404)) as it:
        it.at("/p2/quill/stone.json", minified())
        counted = {"package": {"name": "quill/stone", "downloads": {"total": 50, "monthly": 20, "daily": 1}}}
        it.at("/packages/quill/stone.json", Answer.json(counted))
        answer = packagist(it, "1.0.42")
        absent = packagist(it, "1.0.5")
        minified_one = packagist(it, "1.0.4")
    assert (answer.state, absent.state, minified_one.state) == (LiveState.LIVE, LiveState.ABSENT, LiveState.LIVE)
    assert [(count.count, count.days) for count in answer.downloads] == [(50, None), (20, 30)]
    assert minified_one.published_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert minified_one.provenance is not None
    assert minified_one.provenance.commit == "a" * 40


def test_packagist_lacks_the_package() -> None:
    with Public(Answer.text("404 not found, no packages here", 404)) as it:
        answer = packagist(it)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, False)


def test_an_abandoned_package_of_packagist_is_hidden() -> None:
    with Public(Answer.text("404 not found, no packages here", 404)) as it:
        it.at("/p2/quill/stone.json", minified(abandoned="quill/slate"))
        assert packagist(it).state is LiveState.LIVE_HIDDEN


def conda(standin: Public, version: str = "1.0.4", **places: str) -> LiveAnswer:
    return told(target("conda", "Stone", version, places=places or {"channel": "quill"}), standin)


CONDA_404 = Answer.json({"error": '"stone" could not be found'}, 404)


def build(subdir: str, *labels: str) -> dict[str, Any]:
    return {
        "version": "1.0.4",
        "basename": f"{subdir}/stone-1.0.4-0.conda",
        "size": 10,
        "sha256": "ab" * 32,
        "upload_time": "2026-03-01 10:00:00.000000+00:00",
        "ndownloads": 5,
        "labels": list(labels) or ["main"],
    }


CONDA_PACKAGE = {
    "name": "stone",
    "versions": ["1.0.3", "1.0.4", "1.0.42"],
    "latest_version": "1.0.42",
    "files": [{"version": "1.0.3", "ndownloads": 40}, {"version": "1.0.4", "ndownloads": 10}],
}


def test_conda_has_a_release_with_its_builds() -> None:
    with Public(CONDA_404) as it:
        release = {"distributions": [build("linux-64"), build("osx-arm64", "broken")]}
        it.at("/release/quill/stone/1.0.4", Answer.json(release))
        it.at("/package/quill/stone", Answer.json(CONDA_PACKAGE))
        answer = conda(it)
    assert (answer.state, answer.latest, answer.downloads[0].count) == (LiveState.LIVE, "1.0.42", 50)
    assert [file.name for file in answer.files] == ["linux-64/stone-1.0.4-0.conda", "osx-arm64/stone-1.0.4-0.conda"]
    assert [file.hidden for file in answer.files] == [False, True]
    assert answer.published_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_a_broken_build_of_conda_is_hidden() -> None:
    with Public(CONDA_404) as it:
        it.at("/release/quill/stone/1.0.4", Answer.json({"distributions": [build("x", "broken")]}))
        answer = conda(it)
    assert answer.state is LiveState.LIVE_HIDDEN
    assert answer.files[0].hidden


def test_conda_lacks_a_version_and_a_package() -> None:
    with Public(CONDA_404) as it:
        missing_package = conda(it)
        it.at("/package/quill/stone", Answer.json(CONDA_PACKAGE))
        missing_version = conda(it, "1.0.5")
    assert (missing_package.state, missing_package.package_known) == (LiveState.ABSENT, False)
    assert (missing_version.state, missing_version.package_known) == (LiveState.ABSENT, True)


def test_conda_forge_holds_a_version_in_a_pull_request_of_the_feedstock() -> None:
    with Public(CONDA_404) as it:
        it.at("/package/conda-forge/stone", Answer.json(CONDA_PACKAGE))
        found = {"number": 8, "title": "Stone v1.0.5", "state": "open", "created_at": "2026-03-01T10:00:00Z"}
        items = [{**found, "html_url": "https://github.com/conda-forge/stone-feedstock/pull/8"}]
        it.answer_search = Answer.json({"items": items})
        answer = conda(it, "1.0.5", channel="conda-forge")
    assert answer.state is LiveState.HELD
    assert "conda-forge/stone-feedstock#8" in answer.reason


def test_conda_without_a_channel_is_not_guessed() -> None:
    with Public(CONDA_404) as it:
        answer = told(target("conda", "stone", "1.0.4"), it)
        assert it.seen == []
    assert answer.state is LiveState.UNKNOWN
    assert "channel" in answer.reason


@pytest.mark.parametrize("one", [hex_, jsr, pub, packagist, conda])
def test_a_refusal_is_never_read_as_absent(one: Any) -> None:
    with Public(Answer.text("slow down", 429)) as it:
        assert one(it).state is LiveState.UNKNOWN
