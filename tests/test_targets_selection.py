"""Repositories of many packages: which of them a job publishes, and in which version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.model.vocabulary import TargetSource
from auditor.rulebook.book import Rulebook
from auditor.targets.named import Named, Release, purl_of, spelled, targets_of
from tests.targets_maker import release_targets, workflow

ROOT = '{"name": "root", "private": true, "workspaces": ["packages/*", "!packages/old"]}'


def package(name: str, version: str = "1.2.3", more: str = "") -> str:
    return f'{{"name": "{name}", "version": "{version}"{more}}}'


MONOREPO = {
    "package.json": ROOT,
    "packages/core/package.json": package("@acme/core"),
    "packages/cli/package.json": package("@acme/cli"),
    "packages/old/package.json": package("@acme/old"),
    "packages/inner/package.json": package("@acme/inner", more=', "private": true'),
    "tools/gen/package.json": package("gen"),
}


@pytest.fixture
def versions(shipped_book: Rulebook, tmp_path: Path) -> Callable[..., dict[str, str]]:
    def of(*steps: str, **more: Any) -> dict[str, str]:
        found = release_targets(shipped_book, tmp_path, workflow(*steps), conclusion="failure", **more)
        return {target.package: target.version for target in found.values() if target.platform != "github-releases"}

    return of


Versions = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    "step",
    [
        "run: npm publish --workspaces",
        "run: pnpm -r publish",
        "run: npx lerna publish from-git --yes",
        "run: pnpm changeset publish",
        "run: npm publish",
    ],
)
def test_a_workspace_publishes_its_members_that_are_not_private(versions: Versions, step: str) -> None:
    assert set(versions(step, files=MONOREPO)) == {"@acme/core", "@acme/cli"}


@pytest.mark.parametrize(
    "step",
    [
        "run: npm publish ./packages/core",
        "run: npm publish -w @acme/core",
        "run: npm publish --workspace=packages/core",
        "run: pnpm --filter @acme/core publish",
        "run: yarn workspace @acme/core npm publish",
        "run: npm publish\nworking-directory: packages/core",
        "run: npm publish\nworking-directory: packages/core/dist",
        "run: |\n  cd packages/core\n  npm publish",
    ],
)
def test_a_step_that_says_which_package_publishes_that_one(versions: Versions, step: str) -> None:
    assert set(versions(step, files=MONOREPO)) == {"@acme/core"}


@pytest.mark.parametrize("level", ["job", "workflow"])
def test_the_folder_that_defaults_set_is_where_scripts_work(shipped_book: Rulebook, tmp_path: Path, level: str) -> None:
    defaults = "defaults:\n  run:\n    working-directory: packages/cli\n"
    if level == "job":
        text = workflow("run: npm publish", more="".join(f"    {line}\n" for line in defaults.splitlines()))
    else:
        text = defaults + workflow("run: npm publish")
    found = release_targets(shipped_book, tmp_path, text, files=MONOREPO, conclusion="failure")
    assert set(found) == {"npm:@acme/cli"}


@pytest.mark.parametrize("tag", ["core-v1.2.3", "@acme/core@1.2.3", "packages/core/v1.2.3", "core/1.2.3"])
def test_a_tag_that_names_a_package_releases_that_one(versions: Versions, tag: str) -> None:
    assert versions("run: npx lerna publish from-git --yes", files=MONOREPO, tag=tag) == {"@acme/core": "1.2.3"}


def test_a_folder_that_is_only_known_when_it_runs_is_not_guessed(versions: Versions) -> None:
    assert (
        versions("run: npm publish $DIR", files={"a/package.json": package("a"), "b/package.json": package("b")}) == {}
    )


def test_packages_side_by_side_that_no_step_tells_apart_are_not_guessed(versions: Versions) -> None:
    assert versions("run: npm publish", files={"a/package.json": package("a"), "b/package.json": package("b")}) == {}


def test_the_only_package_of_a_repository_is_the_one(versions: Versions) -> None:
    assert versions("run: npm publish", files={"js/package.json": package("a")}) == {"a": "1.2.3"}


@pytest.mark.parametrize(
    ("core", "cli", "found"),
    [
        ("1.2.3", "0.7.0", {"@acme/core": "1.2.3", "@acme/cli": "0.7.0"}),
        ("1.2.2", "1.2.2", {"@acme/core": "1.2.3", "@acme/cli": "1.2.3"}),
        ("0.0.0", "0.0.0-development", {"@acme/core": "1.2.3", "@acme/cli": "1.2.3"}),
        ("1.2.3", "workspace", {"@acme/core": "1.2.3", "@acme/cli": "1.2.3"}),
    ],
)
def test_a_manifests_version_counts_when_the_commit_has_the_tags_version(
    versions: Versions, core: str, cli: str, found: dict[str, str]
) -> None:
    files = {
        "package.json": ROOT,
        "packages/core/package.json": package("@acme/core", core),
        "packages/cli/package.json": package("@acme/cli", cli),
    }
    assert versions("run: pnpm -r publish", files=files) == found


def test_a_tag_that_is_no_version_there_leaves_it_to_the_manifest(versions: Versions) -> None:
    assert versions("run: npm publish", files={"package.json": package("a", "4.5.6")}, tag="2026-03-01") == {
        "a": "4.5.6"
    }


def test_crates_of_a_workspace(versions: Versions) -> None:
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/fuzz"]\n[workspace.package]\nversion = "1.2.3"\n',
        "crates/core/Cargo.toml": '[package]\nname = "tide-core"\nversion.workspace = true\n',
        "crates/cli/Cargo.toml": '[package]\nname = "tide-cli"\nversion = "0.4.0"\n',
        "crates/xtask/Cargo.toml": '[package]\nname = "xtask"\npublish = false\n',
        "crates/fuzz/Cargo.toml": '[package]\nname = "tide-fuzz"\nversion = "1.2.3"\n',
    }
    assert set(versions("run: cargo workspaces publish --yes", files=files)) == {"tide-core", "tide-cli"}
    assert set(versions("run: cargo publish -p tide-cli", files=files)) == {"tide-cli"}
    assert set(versions("run: cargo publish --manifest-path crates/core/Cargo.toml", files=files)) == {"tide-core"}


def test_charts_count_by_themselves(versions: Versions) -> None:
    files = {
        "charts/relay/Chart.yaml": "name: relay\nversion: 0.4.0\n",
        "charts/api/Chart.yaml": "name: api\nversion: 2.0.0\n",
    }
    assert versions("uses: helm/chart-releaser-action@v1", files=files) == {"relay": "0.4.0", "api": "2.0.0"}


def test_names_are_spelled_as_the_registry_spells_them(shipped_book: Rulebook) -> None:
    def name(platform: str, text: str) -> str | None:
        found = spelled(shipped_book.platforms[platform], text)
        return found.package if found is not None else None

    assert name("pypi", "Tide_Pool.core") == "tide-pool-core"
    assert name("docker-hub", "docker.io/acme/tidepool:1.2.3") == "acme/tidepool"
    assert name("docker-hub", "quay.io/acme/tidepool") is None
    assert name("ghcr", "ghcr.io/Acme/tidepool") == "ghcr.io/acme/tidepool"
    assert name("npm", "***") is None
    assert name("npm", "a" * 301) is None
    assert name("vscode", "Acme.Tide") == "acme.tide"
    assert name("terraform", "acme/terraform-provider-tide") == "acme/tide"


def test_a_version_that_the_author_spells_is_the_tags_without_prefix(shipped_book: Rulebook) -> None:
    named = Named("Acme.Tide", TargetSource.STEP)
    (target,) = targets_of("winget", shipped_book.platforms["winget"], [named], Release("acme", "tide", "v1.2.3"))
    assert target.version == "1.2.3"


@pytest.mark.parametrize(
    ("platform", "package_name", "version", "places", "purl"),
    [
        ("npm", "@acme/core", "1.0.0", {}, "pkg:npm/%40acme/core@1.0.0"),
        ("pypi", "tide-pool", "1.0rc1", {}, "pkg:pypi/tide-pool@1.0rc1"),
        ("crates", "tide", "1.0.0+b", {}, "pkg:cargo/tide@1.0.0%2Bb"),
        ("maven-central", "dev.acme:tide", "1.0", {}, "pkg:maven/dev.acme/tide@1.0"),
        ("ghcr", "ghcr.io/acme/tide", "1.0", {}, "pkg:oci/tide?repository_url=ghcr.io/acme/tide&tag=1.0"),
        ("docker-hub", "acme/tide", "1.0", {}, "pkg:docker/acme/tide@1.0"),
        ("go-proxy", "github.com/acme/tide/v2", "v2.0.0", {}, "pkg:golang/github.com/acme/tide/v2@v2.0.0"),
        ("conda", "tide", "1.0", {"channel": "acme"}, "pkg:conda/tide@1.0?channel=acme"),
        ("vscode", "acme.tide", "1.0.0", {}, "pkg:vscode-extension/acme/tide@1.0.0"),
        ("packagist", "acme/tide", "1.0.0", {}, "pkg:composer/acme/tide@1.0.0"),
    ],
)
def test_targets_have_package_urls(
    shipped_book: Rulebook, platform: str, package_name: str, version: str, places: dict[str, str], purl: str
) -> None:
    rules = shipped_book.platforms[platform]
    assert purl_of(rules, package_name, version, places, Release("acme", "tide", "v1.0")) == purl


def test_of_several_mentions_the_one_of_this_version_counts(shipped_book: Rulebook) -> None:
    rules = shipped_book.platforms["docker-hub"]
    mentions = [
        Named("acme/tide", TargetSource.LOG, version) for version in ("latest", "1.2", "v1.2.3", "1.2.3-alpine")
    ]
    (target,) = targets_of("docker-hub", rules, mentions, Release("acme", "tide", "v1.2.3"))
    assert target.version == "v1.2.3"
