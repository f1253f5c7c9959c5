"""Extensions of editors: the VS Code Marketplace, which answers 200 for everything, and Open VSX."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState
from tests.registries.public import Public, told
from tests.registry_standin import Answer
from tests.registry_standin.asking import target


def vscode(standin: Public, version: str = "1.0.4", name: str = "Quill.stone") -> LiveAnswer:
    return told(target("vscode", name, version), standin)


def version_of(text: str, flags: str = "validated", **more: Any) -> dict[str, Any]:
    return {"version": text, "flags": flags, "lastUpdated": "2026-03-01T10:00:00Z", **more}


def gallery(*versions: dict[str, Any], flags: str = "validated, public") -> Answer:
    extension = {
        "publisher": {"publisherName": "Quill"},
        "extensionName": "stone",
        "flags": flags,
        "versions": list(versions),
        "statistics": [{"statisticName": "install", "value": 5000.0}, {"statisticName": "updateCount", "value": 700.0}],
    }
    return found(extension)


def found(*extensions: dict[str, Any]) -> Answer:
    total = {"metadataType": "ResultCount", "metadataItems": [{"name": "TotalCount", "count": len(extensions)}]}
    return Answer.json({"results": [{"extensions": list(extensions), "pagingToken": None, "resultMetadata": [total]}]})


def test_the_marketplace_lists_the_version_for_its_platforms() -> None:
    with Public() as it:
        one = [version_of("1.0.4", targetPlatform=platform) for platform in ("linux-x64", "win32-x64")]
        it.at("/extensionquery", gallery(version_of("1.0.42"), *one), method="POST")
        answer = vscode(it)
        sent = json.loads(it.seen[0].body)
    assert (answer.state, answer.latest) == (LiveState.LIVE, "1.0.42")
    assert [file.name for file in answer.files] == ["linux-x64", "win32-x64"]
    assert [count.count for count in answer.downloads] == [5000, 700]
    assert sent["filters"][0]["criteria"] == [{"filterType": 7, "value": "Quill.stone"}]
    # With 512, the marketplace would give the latest version only, and every other one would seem to be missing.
    assert sent["flags"] & 1
    assert not sent["flags"] & 512


def test_the_marketplace_answers_200_for_a_version_that_is_not_there() -> None:
    with Public() as it:
        it.at("/extensionquery", gallery(version_of("1.0.42")), method="POST")
        answer = vscode(it)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, True)


def test_the_marketplace_answers_200_for_an_extension_that_is_not_there() -> None:
    with Public() as it:
        it.at("/extensionquery", found(), method="POST")
        answer = vscode(it)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, False)


def test_a_version_that_is_still_being_validated_is_held() -> None:
    with Public() as it:
        it.at("/extensionquery", gallery(version_of("1.0.4", flags="none"), version_of("1.0.3")), method="POST")
        answer = vscode(it)
    assert (answer.state, answer.latest) == (LiveState.HELD, "1.0.3")


def test_an_extension_that_was_unpublished_is_hidden() -> None:
    with Public() as it:
        it.at("/extensionquery", gallery(version_of("1.0.4"), flags="validated, unpublished"), method="POST")
        assert vscode(it).state is LiveState.LIVE_HIDDEN


@pytest.mark.parametrize("answer", [Answer.json({"results": []}), Answer.json({}), Answer.json({}, 400), Answer.html()])
def test_what_the_marketplace_does_not_answer_so_is_unknown(answer: Answer) -> None:
    with Public(answer) as it:
        assert vscode(it).state is LiveState.UNKNOWN


VSX_404 = Answer.json(
    {"deprecated": False, "downloadable": False, "error": "Extension not found: quill.stone 1.0.4"}, 404
)


def open_vsx(standin: Public, version: str = "1.0.4") -> LiveAnswer:
    return told(target("open-vsx", "quill.stone", version), standin)


def extension(version: str, **more: Any) -> dict[str, Any]:
    return {
        "namespace": "quill",
        "name": "stone",
        "version": version,
        "timestamp": "2026-03-01T10:00:00.000000Z",
        "deprecated": False,
        "downloadable": True,
        "downloadCount": 77,
        "files": {"download": f"https://open-vsx.org/api/quill/stone/{version}/file/quill.stone-{version}.vsix"},
        "allVersions": {"latest": "x", "1.0.42": "x", "1.0.4": "x"},
        **more,
    }


def test_open_vsx_has_the_version() -> None:
    with Public(VSX_404) as it:
        it.at("/quill/stone/1.0.4", Answer.json(extension("1.0.4")))
        it.at("/quill/stone", Answer.json(extension("1.0.42")))
        answer = open_vsx(it)
    assert (answer.state, answer.latest, answer.downloads[0].count) == (LiveState.LIVE, "1.0.42", 77)
    assert answer.versions == ("1.0.42", "1.0.4")


def test_open_vsx_lacks_a_version_and_an_extension() -> None:
    with Public(VSX_404) as it:
        missing_extension = open_vsx(it)
        it.at("/quill/stone", Answer.json(extension("1.0.42", allVersions={"latest": "x", "1.0.42": "x"})))
        missing_version = open_vsx(it)
    assert (missing_extension.state, missing_extension.package_known) == (LiveState.ABSENT, False)
    assert (missing_version.state, missing_version.package_known) == (LiveState.ABSENT, True)


@pytest.mark.parametrize("mark", [{"deprecated": True}, {"downloadable": False}])
def test_a_deprecated_or_removed_extension_of_open_vsx_is_hidden(mark: dict[str, bool]) -> None:
    with Public(VSX_404) as it:
        it.at("/quill/stone/1.0.4", Answer.json(extension("1.0.4", **mark)))
        assert open_vsx(it).state is LiveState.LIVE_HIDDEN


@pytest.mark.parametrize("answer", [Answer.html(404), Answer.html(200), Answer.text("slow down", 429)])
def test_an_error_of_open_vsx_is_never_read_as_absent(answer: Answer) -> None:
    with Public(answer) as it:
        assert open_vsx(it).state is LiveState.UNKNOWN
