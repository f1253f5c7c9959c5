"""Docker Hub by its own interface."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState
from tests.registries.public import Public, told
from tests.registry_standin import Answer
from tests.registry_standin.asking import target

NOT_FOUND = Answer.json({"message": "object not found", "errinfo": {}}, 404)
AT = "/repositories/quill/stone"
LIST = "/tags?page_size=100&ordering=last_updated"


def image(os: str, architecture: str, variant: str | None = None) -> dict[str, Any]:
    return {
        "os": os,
        "architecture": architecture,
        "variant": variant,
        "size": 1000,
        "digest": "sha256:" + "ab" * 32,
        "last_pushed": "2026-03-01T10:00:00Z",
    }


def tag(name: str, *images: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "tag_last_pushed": "2026-03-01T10:00:00Z", "tag_status": "active", "images": list(images)}


def hub(standin: Public, version: str = "1.0.4", name: str = "Quill/stone", **more: Any) -> LiveAnswer:
    return told(target("docker-hub", name, version, **more), standin)


def test_a_tag_has_its_platforms_and_the_repository_its_pulls() -> None:
    with Public(NOT_FOUND) as it:
        images = image("linux", "amd64"), image("linux", "arm", "v7"), image("unknown", "unknown")
        it.at(f"{AT}/tags/1.0.4", Answer.json(tag("1.0.4", *images)))
        it.at(AT, Answer.json({"name": "stone", "namespace": "quill", "pull_count": 9001}))
        others = [tag(name) for name in ("latest", "1.0.42", "1.0.43-alpine", "1.0.4")]
        it.at(f"{AT}{LIST}", Answer.json({"count": 4, "results": others}))
        answer = hub(it, expected_files=("linux/amd64", "linux/arm64"))
    assert (answer.state, answer.latest, answer.downloads[0].count) == (LiveState.LIVE, "1.0.42", 9001)
    assert [file.name for file in answer.files] == ["linux/amd64", "linux/arm/v7"]
    assert answer.missing_files == ("linux/arm64",)


def test_a_tag_without_images_is_held() -> None:
    with Public(NOT_FOUND) as it:
        it.at(f"{AT}/tags/1.0.4", Answer.json(tag("1.0.4")))
        answer = hub(it)
    assert answer.state is LiveState.HELD
    assert "no image behind it" in answer.reason


def test_a_missing_tag_and_a_missing_repository_are_told_apart() -> None:
    with Public(NOT_FOUND) as it:
        missing_repository = hub(it)
        it.at(AT, Answer.json({"name": "stone", "namespace": "quill", "pull_count": 1}))
        missing_tag = hub(it)
    assert (missing_repository.state, missing_repository.package_known) == (LiveState.ABSENT, False)
    assert (missing_tag.state, missing_tag.package_known) == (LiveState.ABSENT, True)


@pytest.mark.parametrize("name", ["stone", "docker.io/library/stone", "library/stone", "index.docker.io/library/stone"])
def test_official_images_are_below_library(name: str) -> None:
    with Public(NOT_FOUND) as it:
        it.at("/repositories/library/stone/tags/1.0.4", Answer.json(tag("1.0.4", image("linux", "amd64"))))
        assert hub(it, name=name).state is LiveState.LIVE


@pytest.mark.parametrize(
    "answer", [Answer.text("slow down", 429), Answer.html(403), Answer.html(404), Answer.html(200)]
)
def test_an_error_is_never_read_as_absent(answer: Answer) -> None:
    with Public(answer) as it:
        assert hub(it).state is LiveState.UNKNOWN
