"""Platforms that a configuration names have to be platforms that the rulebook knows."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.cli.app import app
from auditor.config import ConfigError, load_config
from auditor.config.platforms import check_platforms

KNOWN = ("npm", "pypi", "docker-hub", "crates")


def refused(folder: Path, text: str, name: str = "relaudit.toml") -> list[str]:
    (folder / name).write_text(text, "utf-8")
    with pytest.raises(ConfigError) as error:
        check_platforms(load_config(folder), KNOWN)
    return [line.removeprefix(f"{folder}/") for line in str(error.value).splitlines()]


def test_a_target_of_an_unknown_platform_is_refused_with_its_line_and_a_better_word(tmp_path: Path) -> None:
    text = '[[targets]]\nplatform = "npm"\npackage = "a"\n\n[[targets]]\nplatform = "dockerhub"\npackage = "a/b"\n'
    assert refused(tmp_path, text) == ["relaudit.toml:6: there is no platform `dockerhub`; did you mean `docker-hub`?"]


def test_every_place_that_names_a_platform_is_looked_at(tmp_path: Path) -> None:
    text = '[registries.crate]\nallow_private = true\n[verify]\nonly = ["pypy", "npm"]\n'
    told = refused(tmp_path, text)
    assert [line.partition(": ")[0] for line in told] == ["relaudit.toml:1", "relaudit.toml:4"]
    assert ["`crates`" in told[0], "`pypi`" in told[1]] == [True, True]


def test_lines_of_a_pyproject_are_its_own(tmp_path: Path) -> None:
    text = '[project]\nname = "x"\n\n[[tool.relaudit.targets]]\nplatform = "somewhere"\npackage = "x"\n'
    (line,) = refused(tmp_path, text, "pyproject.toml")
    assert line == "pyproject.toml:5: there is no platform `somewhere`; `relaudit rules list` shows all"


def test_known_platforms_are_accepted(tmp_path: Path) -> None:
    (tmp_path / "relaudit.toml").write_text('[[targets]]\nplatform = "npm"\npackage = "a"\n', "utf-8")
    check_platforms(load_config(tmp_path), KNOWN)


@pytest.mark.parametrize("command", [["verify", "v1", "--target", "npm:a"], ["run", "v1"], ["check"]])
def test_commands_refuse_it_before_they_ask_anybody(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "relaudit.toml").write_text('[[targets]]\nplatform = "chocolaty"\npackage = "a"\n', "utf-8")
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 2
    assert "relaudit.toml:2: there is no platform `chocolaty`; did you mean `chocolatey`?" in done.stderr
