"""Images: GHCR, any other registry of images, and Docker Hub by its own interface."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.config.settings import RegistrySettings
from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState, TargetSource
from auditor.registries.ask import ask
from auditor.registries.settings import Settings
from tests.registries.image_registry import INDEX, MANIFEST, ImageRegistry, error, platform
from tests.registries.public import IMPATIENT, Public, moved, told, told_by_mirror
from tests.registry_standin import Answer
from tests.registry_standin.asking import shipped, target

ATTESTED: dict[str, Any] = {"annotations": {"vnd.docker.reference.type": "attestation-manifest"}}


def pushed(registry: ImageRegistry, repository: str, tag: str, **more: Any) -> None:
    entries = [platform("linux", "amd64"), platform("linux", "arm", "v7")]
    registry.push(repository, tag, INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries, **more})


def ghcr(registry: ImageRegistry, version: str = "1.0.4", name: str = "ghcr.io/Quill/Stone", **more: Any) -> LiveAnswer:
    return told(target("ghcr", name, version, **more), registry)


def test_a_tag_is_live_with_the_platforms_of_its_index() -> None:
    with ImageRegistry() as images:
        pushed(images, "quill/stone", "1.0.4")
        pushed(images, "quill/stone", "1.0.42")
        pushed(images, "quill/stone", "latest")
        answer = ghcr(images)
        assert INDEX in images.seen[-1].headers["accept"] or any(INDEX in s.headers["accept"] for s in images.seen)
    assert answer.state is LiveState.LIVE
    assert [file.name for file in answer.files] == ["linux/amd64", "linux/arm/v7"]
    assert answer.latest == "1.0.42"
    assert answer.page == "https://ghcr.io/quill/stone"


def test_the_stand_in_hides_an_index_from_those_who_do_not_accept_one() -> None:
    """Otherwise the test above would prove nothing."""
    import httpx

    with ImageRegistry(token=False) as images:
        pushed(images, "quill/stone", "1.0.4")
        reply = httpx.get(f"{images.url}/v2/quill/stone/manifests/1.0.4", headers={"Accept": MANIFEST})
        assert reply.status_code == 404


def test_an_index_that_is_hidden_by_accept_is_unknown_and_not_absent() -> None:
    with Public(
        error("MANIFEST_UNKNOWN", "OCI index found, but Accept header does not support OCI indexes", 404)
    ) as it:
        assert told(target("ghcr", "quill/stone", "1.0.4"), it).state is LiveState.UNKNOWN


def test_a_missing_tag_is_absent_though_a_longer_one_begins_with_it() -> None:
    with ImageRegistry() as images:
        pushed(images, "quill/stone", "1.0.42")
        answer = ghcr(images)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, True)


def test_a_missing_repository_is_absent_and_not_known() -> None:
    with ImageRegistry() as images:
        answer = ghcr(images)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, False)


def test_what_gives_no_token_is_private_or_missing_and_so_unknown() -> None:
    with ImageRegistry(private=frozenset({"quill/stone"})) as images:
        answer = ghcr(images)
    assert answer.state is LiveState.UNKNOWN
    assert answer.status == 401
    assert "private" in answer.reason


def test_what_a_log_shows_as_pushed_and_gives_no_token_is_held() -> None:
    with ImageRegistry(private=frozenset({"quill/stone"})) as images:
        one = target("ghcr", "ghcr.io/quill/stone", "1.0.4").model_copy(update={"source": TargetSource.LOG})
        answer = told(one, images)
    assert answer.state is LiveState.HELD
    assert "private" in answer.reason


def test_a_403_of_the_token_service_is_not_absent_either() -> None:
    with Public(error("DENIED", "requested access to the resource is denied", 403)) as images:
        assert told(target("ghcr", "quill/stone", "1.0.4"), images).state is LiveState.UNKNOWN


def test_attestation_manifests_are_no_platforms() -> None:
    with ImageRegistry() as images:
        entries = [platform("linux", "amd64"), platform("unknown", "unknown", **ATTESTED)]
        images.push("quill/stone", "1.0.4", INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
        answer = ghcr(images, expected_files=("linux/amd64", "linux/arm64"))
    assert [file.name for file in answer.files] == ["linux/amd64"]
    assert answer.missing_files == ("linux/arm64",)
    assert answer.state is LiveState.LIVE


def test_an_image_of_one_platform_is_read_by_its_configuration() -> None:
    with ImageRegistry() as images:
        config = images.blob({"os": "linux", "architecture": "arm64", "created": "2026-03-01T10:00:00Z"})
        body = {"schemaVersion": 2, "mediaType": MANIFEST, "config": {"digest": config}, "layers": []}
        images.push("quill/stone", "1.0.4", MANIFEST, body)
        answer = ghcr(images)
    assert [file.name for file in answer.files] == ["linux/arm64"]
    assert answer.published_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("form", ["v0.2", "v1"])
def test_a_build_attestation_names_the_run(form: str) -> None:
    run = {"id": "https://github.com/quill/stone/actions/runs/99/attempts/2"}
    vcs = {"vcs": {"source": "https://github.com/quill/stone.git", "revision": "c" * 40}}
    predicate: dict[str, Any]
    if form == "v1":
        predicate = {"buildDefinition": {}, "runDetails": {"builder": run, "metadata": {"buildkit_metadata": vcs}}}
    else:
        predicate = {"builder": run, "metadata": {"https://mobyproject.org/buildkit@v1#metadata": vcs}}
    with ImageRegistry() as images:
        kind = f"https://slsa.dev/provenance/{form}"
        layer = {
            "mediaType": "application/vnd.in-toto+json",
            "digest": images.blob({"predicateType": kind, "predicate": predicate}),
            "annotations": {"in-toto.io/predicate-type": kind},
        }
        config = {"digest": images.blob({})}
        attestation = images.push(
            "quill/stone", None, MANIFEST, {"schemaVersion": 2, "config": config, "layers": [layer]}
        )
        entries = [platform("linux", "amd64"), {**platform("unknown", "unknown", **ATTESTED), "digest": attestation}]
        images.push("quill/stone", "1.0.4", INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
        provenance = ghcr(images).provenance
    assert provenance is not None
    assert (provenance.repository, provenance.run_id, provenance.attempt) == ("quill/stone", 99, 2)
    assert provenance.commit == "c" * 40


def test_plus_becomes_underscore_in_a_tag() -> None:
    with ImageRegistry() as images:
        pushed(images, "quill/stone", "1.0.4_build.5")
        assert ghcr(images, "1.0.4+build.5").state is LiveState.LIVE


def test_a_registry_without_tokens_is_asked_just_so() -> None:
    with ImageRegistry(token=False) as images:
        pushed(images, "team/stone", "1.0.4")
        answer = told_by_mirror(target("oci", "images.example/team/stone", "1.0.4"), images)
        assert "/token" not in "".join(images.paths)
    assert answer.state is LiveState.LIVE


def test_a_manifest_that_is_none_is_unknown() -> None:
    with Public(Answer.json({"hello": "world"})) as images:
        assert told(target("ghcr", "quill/stone", "1.0.4"), images).state is LiveState.UNKNOWN


@pytest.mark.parametrize("name", ["quill/../../etc", "quill/st one", "Quill"])
def test_names_that_no_image_has_are_not_asked_for(name: str) -> None:
    with Public(Answer.json({})) as images:
        assert told(target("ghcr", name, "1.0.4"), images).state is LiveState.UNKNOWN
        assert images.seen == []


def test_the_users_token_is_exchanged_at_the_registrys_own_token_service() -> None:
    from base64 import b64encode

    with ImageRegistry() as images:
        pushed(images, "quill/stone", "1.0.4")
        access = {"ghcr": RegistrySettings(allow_private=True, token_variable="MY_TOKEN")}  # noqa: S106
        forms = {"ghcr": moved(shipped("ghcr"), images.url)}
        settings = Settings(forms, access, {"MY_TOKEN": "hush"}, limits=IMPATIENT)
        (answer,) = ask([target("ghcr", "quill/stone", "1.0.4")], settings)
        (asked,) = [seen for seen in images.seen if seen.path.startswith("/token")]
    assert answer.state is LiveState.LIVE
    assert asked.headers["authorization"] == "Basic " + b64encode(b"token:hush").decode()


def test_the_users_token_goes_to_the_registry_and_not_to_another_realm() -> None:
    with Public(Answer.json({"token": "reader"})) as other, Public(Answer.json({})) as images:
        challenge = f'Bearer realm="{other.url}/token",service="x"'
        images.at("/v2/quill/stone/manifests/1.0.4", Answer(401, b"{}", {"WWW-Authenticate": challenge}))
        access = {"ghcr": RegistrySettings(allow_private=True, token_variable="MY_TOKEN")}  # noqa: S106
        forms = {"ghcr": moved(shipped("ghcr"), images.url)}
        ask([target("ghcr", "quill/stone", "1.0.4")], Settings(forms, access, {"MY_TOKEN": "hush"}, limits=IMPATIENT))
        assert images.seen[0].headers["authorization"] == "Bearer hush"
        assert all("hush" not in str(seen.headers) for seen in other.seen)
