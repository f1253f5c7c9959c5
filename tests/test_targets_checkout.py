"""The targets of a checkout: read from its files, without a run and without GitHub."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.config.settings import Config, ConfiguredTarget
from auditor.model.facts import WorkflowFile
from auditor.model.live import Target
from auditor.model.vocabulary import TargetSource
from auditor.rulebook.book import Rulebook
from auditor.targets import ManifestsNeeded, targets_of_checkout
from auditor.targets.checkout import tag_of
from tests.targets_maker import workflow

GIT = '[remote "origin"]\n\turl = https://github.com/acme/tidepool.git\n'


def checkout(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / ".git").mkdir(exist_ok=True)
    (root / ".git" / "config").write_text(GIT)
    return root


def with_workflow(root: Path, text: str, **files: str) -> Path:
    folder = checkout(root, **files)
    (folder / ".github" / "workflows").mkdir(parents=True)
    (folder / ".github" / "workflows" / "release.yml").write_text(text)
    return folder


def targets(root: Path, version: str, book: Rulebook, config: Config | None = None) -> dict[str, Target]:
    return {target.key: target for target in targets_of_checkout(root, version, config or Config(), book)}


def test_workflows_and_manifests_name_the_targets(tmp_path: Path, shipped_book: Rulebook) -> None:
    text = workflow(
        "uses: softprops/action-gh-release@v2",
        "run: npm publish\nworking-directory: js",
        "uses: pypa/gh-action-pypi-publish@release/v1",
        "uses: docker/build-push-action@v6\nwith:\n  push: true\n  tags: ghcr.io/${{ github.repository }}:${{ github.ref_name }}",
    )
    folder = with_workflow(
        tmp_path,
        text,
        **{"js__package.json": '{"name": "@acme/tidepool"}', "pyproject.toml": '[project]\nname = "tide_pool"\n'},
    )
    found = targets(folder, "v1.2.3-rc.1", shipped_book)
    assert {key: target.version for key, target in found.items()} == {
        "npm:@acme/tidepool": "1.2.3-rc.1",
        "pypi:tide-pool": "1.2.3rc1",
        "github-releases:acme/tidepool": "v1.2.3-rc.1",
        "ghcr:ghcr.io/acme/tidepool": "v1.2.3-rc.1",
    }
    assert found["npm:@acme/tidepool"].source is TargetSource.MANIFEST


def test_a_version_stands_for_the_tag_that_the_checkout_has(tmp_path: Path, shipped_book: Rulebook) -> None:
    folder = with_workflow(tmp_path, workflow("uses: softprops/action-gh-release@v2"))
    (folder / ".git" / "refs" / "tags").mkdir(parents=True)
    (folder / ".git" / "refs" / "tags" / "v1.2.3").write_text("0" * 40)
    assert targets(folder, "1.2.3", shipped_book)["github-releases:acme/tidepool"].version == "v1.2.3"


@pytest.mark.parametrize(
    ("version", "tags", "tag"),
    [
        ("1.2.3", ("v1.2.3",), "v1.2.3"),
        ("1.2.3", ("1.2.3", "v1.2.3"), "1.2.3"),
        ("1.2.3", (), "1.2.3"),
        ("refs/tags/v1.2.3", (), "v1.2.3"),
        ("nightly", ("vnightly",), "nightly"),
    ],
)
def test_the_tag_of_a_version(version: str, tags: tuple[str, ...], tag: str) -> None:
    assert tag_of(version, tags) == tag


def test_workflows_that_never_release_name_nothing(tmp_path: Path, shipped_book: Rulebook) -> None:
    text = workflow("run: npm publish").replace("  push:\n    tags: ['v*']\n", "  schedule: [{cron: '0 0 * * *'}]\n")
    text += "  real:\n    runs-on: x\n    steps: [{run: make}]\n"
    folder = with_workflow(tmp_path, text, **{"Cargo.toml": '[package]\nname = "tide"\n', "package.json": "{}"})
    (folder / ".github" / "workflows" / "tag.yml").write_text(workflow("run: cargo publish"))
    assert set(targets(folder, "1.0.0", shipped_book)) == {"crates:tide"}


def test_a_folder_without_workflows_is_read_by_its_manifests(tmp_path: Path, shipped_book: Rulebook) -> None:
    folder = checkout(
        tmp_path,
        **{
            "Cargo.toml": '[package]\nname = "tide"\n',
            "package.json": '{"name": "site", "private": true}',
            "Chart.yaml": "name: tide\nversion: 0.1.0\n",
        },
    )
    assert set(targets(folder, "1.0.0", shipped_book)) == {"crates:tide"}


def test_the_configuration_is_enough(tmp_path: Path, shipped_book: Rulebook) -> None:
    config = Config(targets=(ConfiguredTarget(platform="npm", package="tide"),))
    assert targets(tmp_path, "v1.0.0", shipped_book, config)["npm:tide"].version == "1.0.0"


def test_broken_workflows_are_passed_over(tmp_path: Path, shipped_book: Rulebook) -> None:
    folder = with_workflow(tmp_path, "on: [push\n", **{"Cargo.toml": '[package]\nname = "tide"\n'})
    assert set(targets(folder, "1.0.0", shipped_book)) == {"crates:tide"}


def test_a_collector_is_told_which_files_are_needed(shipped_book: Rulebook) -> None:
    needs = ManifestsNeeded(shipped_book)
    path = ".github/workflows/release.yml"
    wanted = needs([WorkflowFile(path=path, text=workflow("run: npm publish"))])
    assert wanted is not None
    assert [wanted(name) for name in ("js/package.json", "Cargo.toml", ".goreleaser.yml")] == [True, False, True]
    assert needs([WorkflowFile(path=path, text=workflow("run: make"))]) is None
    broken = needs([WorkflowFile(path=path, text="on: [push\n")])
    assert broken is not None
    assert broken("Cargo.toml")


def test_a_called_workflow_gets_its_callers_inputs(tmp_path: Path, shipped_book: Rulebook) -> None:
    call = "on:\n  push:\n    tags: ['v*']\njobs:\n"
    for name in ("api", "web"):
        call += f"  {name}:\n    uses: ./.github/workflows/_image.yml\n    with: {{ image: {name} }}\n"
    folder = with_workflow(tmp_path, call)
    image = "uses: docker/build-push-action@v6\nwith:\n  push: true\n  tags: ghcr.io/acme/${{ inputs.image }}:1.0.0"
    called = workflow(image).replace(
        "  push:\n    tags: ['v*']\n", "  workflow_call:\n    inputs:\n      image: { type: string }\n"
    )
    (folder / ".github" / "workflows" / "_image.yml").write_text(called)
    assert set(targets(folder, "v1.0.0", shipped_book)) == {"ghcr:ghcr.io/acme/api", "ghcr:ghcr.io/acme/web"}


def test_a_composite_action_of_the_repository_is_followed(tmp_path: Path, shipped_book: Rulebook) -> None:
    action = (
        "runs:\n  using: composite\n  steps:\n"
        "    - run: npm publish ./${{ inputs.folder }}\n      shell: bash\n"
        "    - uses: ./.github/actions/loop\n"
    )
    text = workflow("uses: ./.github/actions/publish\nwith: { folder: js }")
    files = {"js__package.json": '{"name": "tide"}', "other__package.json": '{"name": "other"}'}
    folder = with_workflow(tmp_path, text, **files)
    for name, content in (("publish", action), ("loop", action.replace("publish ./", "pack ./"))):
        (folder / ".github" / "actions" / name).mkdir(parents=True)
        (folder / ".github" / "actions" / name / "action.yml").write_text(content)
    assert set(targets(folder, "v1.0.0", shipped_book)) == {"npm:tide"}
