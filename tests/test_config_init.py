"""`relaudit init`: a valid, commented configuration from what the workflows publish, never over an existing one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.cli.app import app
from auditor.config import load_config
from auditor.release_map.build import release_map
from auditor.release_map.written_config import config_text, package_names
from auditor.rulebook.book import Rulebook
from tests.checks_fixing import subject

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_runs" / "contextlite-v1.0.35" / "files"


@pytest.fixture
def repository(tmp_path: Path, shipped_book: Rulebook, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("auditor.api.rulebooks.load_rulebook", lambda rules: shipped_book)
    shutil.copytree(SAMPLE / ".github", tmp_path / ".github")
    (tmp_path / "package.json").write_text('{"name": "@acme/tidepool", "version": "1.0.0"}')
    return tmp_path


def init(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["init", *map(str, words)])
    return done.exit_code, " ".join(done.output.split())


def test_what_is_written_is_what_the_workflows_publish(repository: Path) -> None:
    code, out = init(repository)
    assert code == 0, out
    config = load_config(repository)
    assert config.source == repository / "relaudit.toml"
    assert config.hubs == ("build-and-release",)
    assert ("npm", "@acme/tidepool") in [(target.platform, target.package) for target in config.targets]
    text = (repository / "relaudit.toml").read_text()
    assert '# platform = "homebrew"' in text
    assert "switched off" in text


def test_a_file_that_is_there_stays(repository: Path) -> None:
    place = repository / "relaudit.toml"
    place.write_text('hubs = ["mine"]\n')
    assert init(repository)[0] == 2
    assert "--force" in init(repository)[1]
    assert place.read_text() == 'hubs = ["mine"]\n'
    assert init(repository, "--force")[0] == 0
    assert load_config(repository).hubs == ("build-and-release",)


def test_a_configuration_in_pyproject_counts_as_one(repository: Path) -> None:
    (repository / "pyproject.toml").write_text('[tool.relaudit]\nhubs = ["mine"]\n')
    code, out = init(repository)
    assert code == 2
    assert "pyproject.toml holds the configuration already" in out
    assert not (repository / "relaudit.toml").exists()


def test_a_repository_without_workflows_gets_a_file_too(tmp_path: Path, shipped_book: Rulebook) -> None:
    read = subject(shipped_book, {})
    text = config_text(read, release_map(read))
    (tmp_path / "relaudit.toml").write_text(text)
    assert load_config(tmp_path).targets == ()


def test_names_from_strangers_cannot_break_the_file(tmp_path: Path, shipped_book: Rulebook) -> None:
    text = 'on: push\njobs:\n  "x\\"]\\nhubs = 1 #":\n    runs-on: x\n    steps:\n      - run: npm publish\n'
    files = {
        "a.yml": text,
        "./package.json": '{"name": "a\\"]\\n[evil]"}',
        "./x/package.json": '{"name": "\\u001b[31m"}',
    }
    read = subject(shipped_book, files)
    (tmp_path / "relaudit.toml").write_text(config_text(read, release_map(read)))
    assert load_config(tmp_path).hubs == ()


@pytest.mark.parametrize(
    ("platform", "path", "text", "names"),
    [
        ("npm", "./package.json", '{"name": "tidepool"}', ("tidepool",)),
        ("npm", "./package.json", '{"name": "tidepool", "private": true}', ()),
        ("npm", "./package.json", "{", ()),
        ("crates", "./Cargo.toml", '[package]\nname = "tidepool"\n', ("tidepool",)),
        ("crates", "./Cargo.toml", '[package]\nname = "tidepool"\npublish = false\n', ()),
        ("pypi", "./pyproject.toml", '[project]\nname = "tidepool"\n', ("tidepool",)),
        ("snap", "./snap/snapcraft.yaml", "base: core24\nname: tidepool # x\n", ("tidepool",)),
        ("chocolatey", "./tidepool.nuspec", "<package><metadata><id>tidepool</id></metadata></package>", ("tidepool",)),
        ("homebrew", "./package.json", '{"name": "tidepool"}', ()),
    ],
)
def test_packages_are_named_as_manifests_say(
    shipped_book: Rulebook, platform: str, path: str, text: str, names: tuple[str, ...]
) -> None:
    assert package_names(subject(shipped_book, {path: text}), platform) == names
