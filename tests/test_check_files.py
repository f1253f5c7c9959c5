"""Which files are read for a check, from where, and what the subject makes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.checks.edits import step_key
from auditor.checks.fixing import apply_edits
from auditor.collect.release_checkout import CheckoutError, read_checkout, read_ref, root_of
from auditor.collect.release_files import also_used, is_wanted
from auditor.rulebook.book import Rulebook
from tests.checks_fixing import subject


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (".github/workflows/release.yml", True),
        (".github/workflows/release.yml.backup", True),
        (".github/workflows/old/release.yml", False),
        (".github/actions/a/b/action.yml", True),
        ("action.yml", True),
        (".goreleaser.yaml", True),
        (".goreleaser.pro.yml", True),
        ("goreleaser.yml", True),
        (".github/goreleaser.yml", True),
        ("release-please-config.json", True),
        (".release-please-manifest.json", True),
        (".releaserc", True),
        (".releaserc.json", True),
        ("cliff.toml", True),
        ("dist-workspace.toml", True),
        ("Cargo.toml", True),
        ("crates/core/Cargo.toml", True),
        ("nfpm.yaml", True),
        ("snap/snapcraft.yaml", True),
        ("packaging/choco/tool.nuspec", True),
        ("package.json", True),
        ("node_modules/x/package.json", False),
        ("src/main.rs", False),
        ("Makefile", False),
        ("docs/.goreleaser.yaml", False),
    ],
)
def test_what_is_read_whatever_the_workflows_say(path: str, wanted: bool) -> None:
    assert is_wanted(path) is wanted


def test_what_only_the_workflows_name() -> None:
    text = """\
      - uses: ./ci/publish # ours
      - uses: "./tools/x/"
      - uses: ./../outside
      - uses: ./.github/workflows/called.yml
      - run: |
          make release
          just ship
"""
    found = also_used({".github/workflows/a.yml": text})
    assert "ci/publish/action.yml" in found
    assert "tools/x/action.yaml" in found
    assert "Makefile" in found
    assert "justfile" in found
    assert not any("outside" in path or "called.yml" in path for path in found)
    assert also_used({"README.md": text}) == ()
    assert also_used({".github/workflows/a.yml": "      - run: cmake -B out\n      - run: echo adjust this\n"}) == ()


def test_a_checkout_is_read_with_what_its_files_name(tmp_path: Path) -> None:
    for path, text in {
        ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: ./ci\n",
        "ci/action.yml": "runs:\n  using: composite\n  steps:\n    - run: make ship\n      shell: bash\n",
        "Makefile": "ship:\n",
        "src/deep/down/here/x.nuspec": "",
        "vendor/package.json": "{}",
        "README.md": "",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert [file.path for file in read_checkout(tmp_path)] == [".github/workflows/a.yml", "Makefile", "ci/action.yml"]


def test_odd_entries_of_a_folder_stop_nothing(tmp_path: Path) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "folder.yml").mkdir()
    (folder / "dangling.yml").symlink_to(tmp_path / "nowhere")
    (folder / "loop.yml").symlink_to(folder / "loop.yml")
    (folder / "bytes.yml").write_bytes(b"on: \xff\xfe\n")
    found = {file.path.rpartition("/")[2]: file.text for file in read_checkout(tmp_path)}
    assert found == {"bytes.yml": "on: \ufffd\ufffd\n"}


def test_the_root_is_found_from_inside(tmp_path: Path) -> None:
    inner = tmp_path / ".github" / "workflows"
    inner.mkdir(parents=True)
    assert root_of(inner) == tmp_path
    assert root_of(tmp_path) == tmp_path
    with pytest.raises(CheckoutError, match="no such file"):
        root_of(tmp_path / "nowhere")


def test_a_ref_of_what_is_no_repository_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CheckoutError, match=str(tmp_path)):
        read_ref(tmp_path, "main")


ACTION = """\
name: Ship
runs:
  using: composite
  steps:
    - name: Publish
      run: npm publish
      shell: bash
"""
CALLER = """\
on: push
jobs:
  ship:
    runs-on: ubuntu-latest
    steps:
      - uses: ./.github/actions/ship
"""


def test_a_step_that_calls_an_action_of_the_repository_publishes_what_that_does(small_book: Rulebook) -> None:
    read = subject(small_book, {"a.yml": CALLER, ".github/actions/ship/action.yml": ACTION})
    assert [(site.job.id, site.platform, site.line) for site in read.sites] == [("ship", "npm", 6)]
    assert list(read.actions) == [".github/actions/ship/action.yml"]
    assert read.lines(".github/actions/ship/action.yml")[5] == "      run: npm publish"


def test_edits_work_in_an_action_as_in_a_workflow(small_book: Rulebook) -> None:
    read = subject(small_book, {".github/actions/ship/action.yml": ACTION})
    action = read.actions[".github/actions/ship/action.yml"]
    edit = step_key(action, action.jobs[0].steps[0], "id: ship")
    assert edit is not None
    assert "    - name: Publish\n      id: ship\n      run:" in apply_edits(ACTION, [edit])


def test_actions_that_call_each_other_come_to_an_end(small_book: Rulebook) -> None:
    loop = ACTION.replace("run: npm publish\n      shell: bash", "uses: ./.github/actions/ship")
    assert subject(small_book, {"a.yml": CALLER, ".github/actions/ship/action.yml": loop}).sites == ()


def test_an_action_that_is_not_composite_or_cannot_be_read_is_told_apart(small_book: Rulebook) -> None:
    node = "runs:\n  using: node20\n  main: index.js\n"
    read = subject(small_book, {"./x/action.yml": node, "./y/action.yml": "- a"})
    assert read.actions == {}
    assert list(read.broken) == ["./y/action.yml"]


def test_configuration_is_there_as_text_and_as_a_tree(small_book: Rulebook) -> None:
    read = subject(
        small_book, {".goreleaser.yaml": "version: 2\nbuilds:\n  - id: x\n", "./x.json": '{"a": [1]}', "./y": "a: [1"}
    )
    tree = read.tree(".goreleaser.yaml")
    assert tree is not None
    assert [(key.text, key.line) for key, _ in tree.pairs] == [("version", 1), ("builds", 2)]
    assert read.tree("./x.json") is not None
    assert read.tree("./y") is None
    assert read.tree("nowhere") is None
    assert read.lines("./y") == ("a: [1",)
