"""Helm charts: in a repository's index, where nothing is ever 404, and in registries of images."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auditor.config.settings import RegistrySettings
from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState
from auditor.registries.ask import ask
from auditor.registries.settings import Settings
from tests.registries.image_registry import MANIFEST, ImageRegistry
from tests.registries.public import IMPATIENT, Public, told_by_mirror
from tests.registry_standin import Answer
from tests.registry_standin.asking import shipped, target

INDEX = """apiVersion: v1
entries:
  stone:
    - {{name: stone, version: 1.0.42, appVersion: "1.0.4", created: "2026-03-02T10:00:00Z", urls: [stone-1.0.42.tgz]}}
    - name: stone
      version: v1.0.3
      created: "2026-03-01T10:00:00.123456789Z"
      deprecated: {0}
      digest: {1}
      urls: [stone-1.0.3.tgz]
generated: "2026-03-02T10:00:00Z"
"""


def helm(url: str, version: str, name: str = "stone") -> LiveAnswer:
    one = target("helm", name, version, places={"index": url})
    access = {"helm": RegistrySettings(allow_private=True)}
    return ask([one], Settings({"helm": shipped("helm")}, access, {}, limits=IMPATIENT))[0]


def index(deprecated: bool = False) -> Answer:
    return Answer.text(INDEX.format(str(deprecated).lower(), "ab" * 32))


def test_a_chart_is_found_in_the_index_with_its_digest() -> None:
    with Public(Answer.html(404)) as it:
        it.at("/charts/index.yaml", index())
        answer = helm(f"{it.url}/charts", "1.0.3")
    assert (answer.state, answer.latest) == (LiveState.LIVE, "1.0.42")
    assert (answer.files[0].name, answer.files[0].digest) == ("stone-1.0.3.tgz", "sha256:" + "ab" * 32)
    assert answer.latest_at == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_an_app_version_is_no_chart_version() -> None:
    with Public() as it:
        it.at("/index.yaml", index())
        answer = helm(it.url, "1.0.4")
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, True)


def test_a_chart_that_is_not_there_is_absent_though_the_status_is_200() -> None:
    with Public() as it:
        it.at("/index.yaml", index())
        answer = helm(it.url, "1.0.3", "slate")
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, False)


def test_a_deprecated_chart_is_hidden() -> None:
    with Public() as it:
        it.at("/index.yaml", index(deprecated=True))
        assert helm(it.url, "1.0.3").state is LiveState.LIVE_HIDDEN


@pytest.mark.parametrize(
    "answer", [Answer.html(404), Answer.html(200), Answer.text("a: b"), Answer.text("x", 429), Answer.text("- *x")]
)
def test_what_is_no_index_is_unknown(answer: Answer) -> None:
    with Public(answer) as it:
        assert helm(it.url, "1.0.3").state is LiveState.UNKNOWN


def test_a_chart_without_a_repository_is_not_guessed() -> None:
    one = target("helm", "stone", "1.0.3")
    answer = ask([one], Settings({"helm": shipped("helm")}, {}, {}, limits=IMPATIENT))[0]
    assert answer.state is LiveState.UNKNOWN
    assert "index" in answer.reason


def test_a_chart_in_a_registry_of_images_is_a_tag_with_an_underscore_for_plus() -> None:
    with ImageRegistry() as images:
        config = {"digest": images.blob({"name": "stone", "version": "1.0.3+build.1"})}
        body = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []}
        images.push("quill/charts/stone", "1.0.3_build.1", MANIFEST, body)
        live = told_by_mirror(target("helm", "ghcr.io/quill/charts/stone", "1.0.3+build.1"), images)
        absent = told_by_mirror(target("helm", "ghcr.io/quill/charts/stone", "1.0.4"), images)
        placed = target("helm", "stone", "1.0.3+build.1", places={"index": "oci://ghcr.io/quill/charts"})
        by_place = told_by_mirror(placed, images)
    assert live.state is by_place.state is LiveState.LIVE
    assert absent.state is LiveState.ABSENT
