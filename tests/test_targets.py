"""Which package a release publishes where: the surest source counts, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.config.settings import Config, ConfiguredTarget
from auditor.model.live import Target
from auditor.model.vocabulary import TargetSource
from auditor.rulebook.book import Rulebook
from tests.targets_maker import called, echoed, release_targets, workflow

Targets = dict[str, Target]
PACKAGE = '{\n  "name": "@acme/widget",\n  "version": "1.2.3"\n}\n'
NPM = workflow("run: npm publish")


@pytest.fixture
def targets(shipped_book: Rulebook, tmp_path: Path) -> Callable[..., Targets]:
    def of(text: str, *log: str, **more: Any) -> Targets:
        return release_targets(shipped_book, tmp_path, text, log or None, **more)

    return of


def test_the_success_line_names_package_and_version(targets: Callable[..., Targets]) -> None:
    found = targets(NPM, *echoed("npm publish"), "+ @acme/widget@1.2.3", files={"package.json": '{"name": "other"}'})
    (target,) = found.values()
    assert (target.key, target.version, target.source) == ("npm:@acme/widget", "1.2.3", TargetSource.LOG)
    assert target.purl == "pkg:npm/%40acme/widget@1.2.3"
    assert target.job == "7/publish"
    assert target.evidence is not None
    assert (target.evidence.source, target.evidence.text) == ("log", "+ @acme/widget@1.2.3")
    assert target.evidence.line == 7


def test_what_a_failed_job_did_not_come_to_publish_is_a_target_too(targets: Callable[..., Targets]) -> None:
    files = {
        "package.json": '{"name": "root", "private": true, "workspaces": ["packages/*"]}',
        "packages/a/package.json": '{"name": "@acme/a", "version": "1.2.3"}',
        "packages/b/package.json": '{"name": "@acme/b", "version": "1.2.3"}',
    }
    log = [*echoed("pnpm -r publish"), "+ @acme/a@1.2.3", "##[error]Process completed with exit code 1."]
    found = targets(workflow("run: pnpm -r publish"), *log, files=files, conclusion="failure")
    assert {key: target.source.value for key, target in found.items()} == {
        "npm:@acme/a": "log",
        "npm:@acme/b": "manifest",
    }


def test_without_a_success_line_the_manifest_names_the_package(targets: Callable[..., Targets]) -> None:
    found = targets(NPM, files={"package.json": PACKAGE}, conclusion="failure")
    target = found["npm:@acme/widget"]
    assert (target.version, target.source) == ("1.2.3", TargetSource.MANIFEST)
    assert target.evidence is not None
    assert (target.evidence.source, target.evidence.path, target.evidence.line) == ("file", "package.json", 2)
    assert target.evidence.text == '"name": "@acme/widget",'


def test_the_configuration_speaks_for_its_platform_and_no_other(
    targets: Callable[..., Targets], tmp_path: Path
) -> None:
    own = ConfiguredTarget(
        platform="npm",
        package="@acme/real",
        version="{version}-next",
        places={"registry": "inner"},
        expected_files=("widget-{version}.tgz",),
    )
    config = Config(targets=(own,), source=tmp_path / "relaudit.toml")
    text = workflow("run: npm publish", "run: cargo publish")
    files = {"package.json": PACKAGE, "Cargo.toml": '[package]\nname = "widget"\n'}
    found = targets(text, *echoed("npm publish"), "+ @acme/widget@1.2.3", files=files, config=config)
    assert set(found) == {"npm:@acme/real", "crates:widget"}
    target = found["npm:@acme/real"]
    assert (target.version, target.source, target.job) == ("1.2.3-next", TargetSource.CONFIGURATION, "7/publish")
    assert target.places == {"registry": "inner"}
    assert target.expected_files == ("widget-1.2.3.tgz",)
    assert target.evidence is not None
    assert target.evidence.path == "relaudit.toml"


def test_a_configured_platform_needs_no_job(targets: Callable[..., Targets]) -> None:
    config = Config(
        targets=(ConfiguredTarget(platform="homebrew", package="widget", places={"repository": "acme/tap"}),)
    )
    found = targets(workflow("run: make"), config=config)
    assert found["homebrew:widget"].places == {"repository": "acme/tap"}


def test_a_configured_name_is_taken_as_it_is_written(targets: Callable[..., Targets]) -> None:
    config = Config(targets=(ConfiguredTarget(platform="npm", package="not a/name"),))
    assert set(targets(workflow("run: make"), config=config)) == {"npm:not a/name"}


def test_inputs_are_read_as_the_log_echoes_them(targets: Callable[..., Targets]) -> None:
    text = workflow(
        "uses: docker/build-push-action@v6\nwith:\n  push: true\n  tags: ${{ steps.meta.outputs.tags }}",
    )
    log = called(
        "docker/build-push-action@v6", {"push": "true", "tags": "ghcr.io/acme/widget:1.2\n  ghcr.io/acme/widget:1.2.3"}
    )
    found = targets(text, *log, "##[error]buildx failed", conclusion="failure")
    target = found["ghcr:ghcr.io/acme/widget"]
    assert (target.version, target.source) == ("1.2.3", TargetSource.STEP)
    assert target.evidence is not None
    assert target.evidence.source == "log"


def test_inputs_are_worked_out_from_the_workflow_where_there_is_no_log(targets: Callable[..., Targets]) -> None:
    text = workflow(
        "uses: docker/metadata-action@v5\nid: meta\nwith:\n  images: |\n    ghcr.io/${{ github.repository }}\n    acme/widget\n"
        "  tags: |\n    type=semver,pattern={{version}}\n    type=sha",
        "uses: docker/build-push-action@v6\nwith:\n  push: true\n  tags: ${{ steps.meta.outputs.tags }}",
        "uses: docker/login-action@v3\nwith:\n  username: a\n  password: b",
        "uses: docker/login-action@v3\nwith:\n  registry: ghcr.io\n  password: b",
    )
    found = targets(text, conclusion="skipped")
    assert {key: target.version for key, target in found.items()} == {
        "docker-hub:acme/widget": "1.2.3",
        "ghcr:ghcr.io/acme/widget": "1.2.3",
    }
    evidence = found["docker-hub:acme/widget"].evidence
    assert evidence is not None
    assert (evidence.source, evidence.path, evidence.line) == ("workflow", ".github/workflows/release.yml", 8)


def test_a_name_of_which_a_part_is_secret_is_no_name(targets: Callable[..., Targets]) -> None:
    text = workflow(
        "uses: docker/build-push-action@v6\nwith:\n  push: true\n  tags: ${{ secrets.DOCKERHUB_USERNAME }}/widget:1.2.3",
        "uses: docker/login-action@v3\nwith:\n  username: ${{ secrets.DOCKERHUB_USERNAME }}",
    )
    log = called("docker/build-push-action@v6", {"push": "true", "tags": "***/widget:1.2.3"})
    assert targets(text, *log) == {}


def test_the_repository_names_only_what_platforms_name_after_it(targets: Callable[..., Targets]) -> None:
    text = workflow("uses: softprops/action-gh-release@v2", "run: npm publish", "run: twine upload dist/*")
    found = targets(text, conclusion="failure")
    assert {key: (t.version, t.source.value) for key, t in found.items()} == {
        "github-releases:acme/widget": ("v1.2.3", "repository")
    }


def test_a_release_that_is_there_is_a_target_whoever_made_it(targets: Callable[..., Targets]) -> None:
    assert set(targets(workflow("run: make"), released=True)) == {"github-releases:acme/widget"}


@pytest.mark.parametrize(
    "step",
    [
        "run: npm publish --dry-run",
        "run: npm publish --registry http://localhost:4873",
        "run: twine upload --repository testpypi dist/*",
        "uses: pypa/gh-action-pypi-publish@v1\nwith:\n  repository-url: https://test.pypi.example/legacy/",
        "run: docker push localhost:5000/acme/widget:1.2.3",
        "run: goreleaser release --snapshot",
    ],
)
def test_dry_runs_and_test_registries_have_no_targets(targets: Callable[..., Targets], step: str) -> None:
    files = {"package.json": PACKAGE, "pyproject.toml": '[project]\nname = "widget"\n'}
    files[".goreleaser.yml"] = "brews:\n  - repository: {owner: acme, name: homebrew-tap}\n"
    assert targets(workflow(step), files=files) == {}


def test_a_registry_that_another_step_sets_is_not_the_platforms(targets: Callable[..., Targets]) -> None:
    setup = "uses: actions/setup-node@v4\nwith:\n  registry-url: https://{}"
    away = workflow(setup.format("npm.pkg.github.com"), "run: npm publish")
    files = {"package.json": PACKAGE}
    assert "npm:@acme/widget" not in targets(away, files=files, conclusion="failure")
    both = workflow(
        setup.format("npm.pkg.github.com"), "run: npm publish", setup.format("npm.example"), "run: npm publish"
    )
    assert "npm:@acme/widget" in targets(both, files=files, conclusion="failure")


def test_a_line_that_another_registry_said_too_is_its_own(targets: Callable[..., Targets]) -> None:
    log = [
        *echoed("npm publish"),
        "npm notice Publishing to https://npm.pkg.github.com with tag latest and default access",
        "+ @acme/widget@1.2.3",
    ]
    found = targets(NPM, *log, files={"package.json": '{"name": "@acme/widget", "private": true}'})
    assert set(found) == {"github-packages:@acme/widget"}
    assert found["github-packages:@acme/widget"].places == {"owner": "acme", "type": "npm"}


def test_one_tool_that_publishes_everywhere_names_it_in_its_configuration(targets: Callable[..., Targets]) -> None:
    config = (
        "project_name: widget\nbrews:\n  - repository: {owner: acme, name: homebrew-tap}\n"
        "scoops:\n  - repository: {owner: acme, name: scoop-bucket}\n    skip_upload: true\n"
        "aurs:\n  - name: widget-bin\nwinget:\n  - publisher: Acme\n    name: Widget\n"
        "dockers:\n  - image_templates: ['ghcr.io/acme/widget:{{ .Tag }}', 'acme/widget:{{ .Version }}']\n"
    )
    text = workflow("uses: goreleaser/goreleaser-action@v6\nwith:\n  args: release --clean")
    found = targets(text, files={".goreleaser.yml": config}, conclusion="failure")
    assert {key: target.version for key, target in found.items()} == {
        "github-releases:acme/widget": "v1.2.3",
        "docker-hub:acme/widget": "1.2.3",
        "ghcr:ghcr.io/acme/widget": "v1.2.3",
        "homebrew:widget": found["homebrew:widget"].version,
        "aur:widget-bin": found["aur:widget-bin"].version,
        "winget:Acme.Widget": found["winget:Acme.Widget"].version,
    }
    assert found["homebrew:widget"].places == {"kind": "formula", "repository": "acme/homebrew-tap"}


def test_a_place_that_another_step_of_the_job_names_goes_with_the_package(targets: Callable[..., Targets]) -> None:
    text = workflow(
        "uses: actions/checkout@v5\nwith:\n  repository: acme/homebrew-tap\n  path: tap",
        "run: |\n  sed -i s/x/y/ tap/Formula/widget.rb\n  git -C tap push",
    )
    found = targets(text, conclusion="failure")
    assert found["homebrew:widget"].places == {"kind": "formula", "repository": "acme/homebrew-tap"}


def test_every_leg_of_a_matrix_publishes_its_own(targets: Callable[..., Targets]) -> None:
    matrix = "    strategy:\n      matrix:\n        image: [api, web]\n"
    inputs = "  push: true\n  tags: ghcr.io/acme/${{ matrix.image }}:${{ github.ref_name }}"
    text = workflow(f"uses: docker/build-push-action@v6\nwith:\n{inputs}", more=matrix)
    assert set(targets(text, name="publish (api)")) == {"ghcr:ghcr.io/acme/api"}
    assert set(targets(text, name="publish", conclusion="skipped")) == {
        "ghcr:ghcr.io/acme/api",
        "ghcr:ghcr.io/acme/web",
    }


def test_hostile_text_in_names_and_evidence_does_no_harm(targets: Callable[..., Targets]) -> None:
    nasty = '{"name": "a\\u001b[31m\\u0000b"}'
    assert targets(NPM, files={"package.json": nasty}, conclusion="failure") == {}
    token = "ghp_" + "a1B2" * 9
    files = {"package.json": f'{{"name": "widget", "x": "{token}"}}'}
    target = targets(NPM, files=files, conclusion="failure")["npm:widget"]
    assert target.evidence is not None
    assert token not in target.evidence.text
    script = "run: |\n" + "\n".join("  npm publish -w " + "a" * 900 for _ in range(500))
    assert targets(workflow(script), conclusion="failure") == {}


@pytest.mark.parametrize(
    ("step", "log"),
    [
        (
            "uses: pypa/gh-action-pypi-publish@release/v1\nwith:\n  repository-url: https://test.pypi.example/legacy/",
            [
                *called(
                    "pypa/gh-action-pypi-publish@release/v1", {"repository-url": "https://test.pypi.example/legacy/"}
                ),
                "View at:",
                "https://test.pypi.example/project/widget/1.2.3/",
            ],
        ),
        (
            "run: npm publish --registry http://localhost:4873",
            [*echoed("npm publish --registry http://localhost:4873"), "+ widget@1.2.3"],
        ),
        ("run: npm publish --dry-run", [*echoed("npm publish --dry-run"), "+ widget@1.2.3"]),
    ],
)
def test_what_a_test_registry_said_names_nothing(targets: Callable[..., Targets], step: str, log: list[str]) -> None:
    files = {"package.json": PACKAGE, "pyproject.toml": '[project]\nname = "widget"\n'}
    assert targets(workflow(step), *log, files=files) == {}
