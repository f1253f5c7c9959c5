"""GitHub's own registries: releases with their assets, packages, and pages."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.config.settings import RegistrySettings
from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState
from auditor.registries.ask import ask
from auditor.registries.settings import Settings
from tests.registries.public import IMPATIENT, Public, moved, told
from tests.registry_standin import Answer
from tests.registry_standin.asking import shipped, target

NOT_FOUND = Answer.json({"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}, 404)
LIMITED = Answer.json(
    {"message": "API rate limit exceeded for 192.0.2.1."},
    403,
    x_ratelimit_remaining="0",
    x_ratelimit_reset="1790000000",
)
REPOSITORY = "/repos/quill/stone"


def asset(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "size": 1000,
        "digest": "sha256:" + "ab" * 32,
        "state": "uploaded",
        "download_count": 7,
        "updated_at": "2026-03-01T10:05:00Z",
        **more,
    }


def release(tag: str, *assets: dict[str, Any], **more: Any) -> dict[str, Any]:
    published = {"published_at": "2026-03-01T10:00:00Z", "draft": False, "prerelease": False}
    return {"id": 1, "tag_name": tag, **published, "assets": list(assets), **more}


def github(standin: Public, tag: str = "v1.0.4", **more: Any) -> LiveAnswer:
    return told(target("github-releases", "quill/stone", tag, **more), standin)


def test_a_release_has_its_assets_with_digests_and_downloads() -> None:
    with Public(NOT_FOUND) as it:
        it.at(f"{REPOSITORY}/releases/tags/v1.0.4", Answer.json(release("v1.0.4", asset("stone.zip"), asset("sums"))))
        it.at(f"{REPOSITORY}/releases?per_page=100", Answer.json([release("v1.0.42", asset("stone.zip"))]))
        it.at(f"{REPOSITORY}/releases/latest", Answer.json(release("v1.0.42")))
        answer = github(it, expected_files=("stone.zip", "stone.deb", "sum*"))
    assert (answer.state, answer.latest) == (LiveState.LIVE, "v1.0.42")
    assert [(file.name, file.digest, file.downloads) for file in answer.files] == [
        ("stone.zip", "sha256:" + "ab" * 32, 7),
        ("sums", "sha256:" + "ab" * 32, 7),
    ]
    assert answer.missing_files == ("stone.deb",)
    assert answer.downloads[0].count == 7


def test_an_upload_that_broke_off_is_missing() -> None:
    with Public(NOT_FOUND) as it:
        broken = release("v1.0.4", asset("stone.zip", state="starter"))
        it.at(f"{REPOSITORY}/releases/tags/v1.0.4", Answer.json(broken))
        answer = github(it, expected_files=("stone.zip",))
    assert answer.missing_files == ("stone.zip",)


def test_a_draft_is_held() -> None:
    with Public(NOT_FOUND) as it:
        it.at(f"{REPOSITORY}/releases?per_page=100", Answer.json([release("v1.0.4", draft=True, published_at=None)]))
        answer = github(it)
    assert answer.state is LiveState.HELD
    assert "draft" in answer.reason


def test_a_prerelease_is_live_and_not_the_latest() -> None:
    with Public(NOT_FOUND) as it:
        early = release("v1.0.5-rc.1", prerelease=True)
        it.at(f"{REPOSITORY}/releases/tags/v1.0.5-rc.1", Answer.json(early))
        it.at(f"{REPOSITORY}/releases?per_page=100", Answer.json([early]))
        answer = github(it, "v1.0.5-rc.1")
    assert (answer.state, answer.latest) == (LiveState.LIVE, None)


def test_a_tag_without_a_release_is_absent_and_says_that_the_tag_is_there() -> None:
    with Public(NOT_FOUND) as it:
        it.at(f"{REPOSITORY}/releases?per_page=100", Answer.json([release("v1.0.3")]))
        neither = github(it)
        it.at(f"{REPOSITORY}/git/ref/tags/v1.0.4", Answer.json({"ref": "refs/tags/v1.0.4", "object": {}}))
        answer = github(it)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, True)
    assert answer.reason == "The tag is there, but no release was made of it."
    assert neither.reason == "There is neither a release nor a tag of this name."


def test_a_tag_with_the_version_at_its_beginning_is_another() -> None:
    with Public(NOT_FOUND) as it:
        it.at(f"{REPOSITORY}/releases?per_page=100", Answer.json([release("v1.0.42"), release("vv1.0.4")]))
        assert github(it).state is LiveState.ABSENT


def test_a_repository_that_is_missing_or_private_is_absent_and_not_known() -> None:
    with Public(NOT_FOUND) as it:
        answer = github(it)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, False)


def test_githubs_rate_limit_is_unknown_with_the_time_of_its_end() -> None:
    with Public(LIMITED) as it:
        answer = github(it)
    assert answer.state is LiveState.UNKNOWN
    assert answer.retry_after is not None


def packages(standin: Public, version: str = "1.0.4", *, logged_in: bool = True) -> LiveAnswer:
    one = target("github-packages", "@quill/stone", version, places={"owner": "quill", "type": "npm"})
    access = {"github-packages": RegistrySettings(allow_private=True, token_variable="MY_TOKEN" if logged_in else None)}
    forms = {"github-packages": moved(shipped("github-packages"), standin.url)}
    environ = {"MY_TOKEN": "reader"} if logged_in else {}
    return ask([one], Settings(forms, access, environ, limits=IMPATIENT))[0]


UNDER = "packages/npm/stone/versions?per_page=100"
UNAUTHORIZED = Answer.json({"message": "Requires authentication"}, 401)


def listed(*versions: str) -> Answer:
    return Answer.json([{"id": n, "name": v, "created_at": "2026-03-01T10:00:00Z"} for n, v in enumerate(versions)])


@pytest.mark.parametrize("owner", ["orgs", "users"])
def test_packages_of_an_organization_and_of_a_person_are_found_with_the_users_token(owner: str) -> None:
    with Public(Answer.json({"message": "Package not found."}, 404)) as it:
        it.at(f"/{owner}/quill/{UNDER}", listed("1.0.42", "1.0.4"))
        answer = packages(it)
        missing = packages(it, "1.0.5")
        assert all(seen.headers["authorization"] == "Bearer reader" for seen in it.seen)
    assert (answer.state, answer.latest) == (LiveState.LIVE, "1.0.42")
    assert (missing.state, missing.package_known) == (LiveState.ABSENT, True)


def test_a_package_that_no_owner_has_is_absent() -> None:
    with Public(Answer.json({"message": "Package not found."}, 404)) as it:
        answer = packages(it)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, False)


def test_packages_without_a_token_are_unknown_and_never_absent() -> None:
    with Public(UNAUTHORIZED) as it:
        answer = packages(it, logged_in=False)
        assert all("authorization" not in seen.headers for seen in it.seen)
    assert answer.state is LiveState.UNKNOWN
    assert "401" in answer.reason


def pages(standin: Public, **places: str) -> LiveAnswer:
    one = target("github-pages", "quill/stone", "1.0.4", places=places)
    access = {"github-pages": RegistrySettings(allow_private=True)}
    return ask([one], Settings({"github-pages": shipped("github-pages")}, access, {}, limits=IMPATIENT))[0]


def site(text: str) -> Answer:
    return Answer(200, f"<!DOCTYPE html><html><body>{text}</body></html>".encode(), {"Content-Type": "text/html"})


def test_a_site_is_live_when_the_named_page_shows_the_version() -> None:
    with Public(NOT_FOUND) as it:
        it.at("/docs/version.html", site("<p>stone v1.0.4, of today</p>"))
        assert pages(it, url=f"{it.url}/docs/version.html").state is LiveState.LIVE
        it.at("/docs/version.html", site("<p>stone 1.0.42 and 11.0.4</p>"))
        assert pages(it, url=f"{it.url}/docs/version.html").state is LiveState.UNKNOWN


def test_a_site_without_a_named_page_cannot_be_asked() -> None:
    with Public(NOT_FOUND) as it:
        answer = pages(it)
    assert answer.state is LiveState.UNKNOWN
    assert "url" in answer.reason
