"""`from auditor import audit, check, verify`: what the page of recipes shows, and what is raised."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import auditor
from auditor import audit, check, errors, verify
from auditor.cli.app import app
from auditor.model.vocabulary import LiveState
from tests.registry_standin import Answer, Standin
from tests.test_verdicts import SAMPLES

PAGE = Path(__file__).resolve().parents[1] / "docs" / "python-api.md"
RULES = Path(__file__).resolve().parents[1] / "docs" / "add-a-platform.md"
WORKFLOW = """\
on:
  push:
    tags: ['v*']
jobs:
  publish:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions: {}
    steps:
      - run: gem push relay.gem
"""


def recipes() -> dict[str, str]:
    """The code of each section, by its heading."""
    sections = re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    found = {}
    for section in sections:
        blocks: list[str] = re.findall(r"^```python\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        found[section.split("\n", 1)[0]] = "\n".join(blocks)
    return found


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def folder(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A checkout with what the recipes name, and a registry on loopback; no other can be reached."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RELAUDIT_CACHE_DIR", str(cache))
    for name in ("GITHUB_REF_TYPE", "GITHUB_REF_NAME", "GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for link, sample in (("bundle", "contextlite-v1.0.35"), ("live-truth", "live-truth")):
        (tmp_path / link).symlink_to(SAMPLES / sample)
    releases = tmp_path / "releases"
    releases.mkdir()
    for sample in ("all-green", "hidden-failure"):
        (releases / sample).symlink_to(SAMPLES / sample)
    (releases / "broken").mkdir()
    (tmp_path / "my-rules").mkdir()
    (tmp_path / "my-rules" / "acorn.yml").write_text(
        re.findall(r"^```yaml\n(platform: acorn.*?)^```$", RULES.read_text("utf-8"), re.M | re.S)[0]
    )
    workflow = tmp_path / ".github" / "workflows" / "release.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(WORKFLOW)
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", ".github")
    _git(tmp_path, "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "first")
    with Standin() as registry:
        gem = {"number": "1.0.42", "platform": "ruby", "sha": "ab" * 32}
        registry.at("/api/v1/versions/relay.json", Answer.json([gem]))
        registry.at("/api/v1/gems/relay.json", Answer.json({"name": "relay", "version": "1.0.42"}))
        (tmp_path / "relaudit.toml").write_text(
            f'[registries.rubygems]\nurl = "{registry.url}"\nallow_private = true\n', "utf-8"
        )
        yield tmp_path


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)  # noqa: S607


def run(code: str, capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    """Run a recipe; how it exits, and what it prints."""
    try:
        exec(compile(code, str(PAGE), "exec"), {"__name__": "__main__"})  # noqa: S102 - our own page
        stop: object = None
    except SystemExit as ended:
        stop = ended.code
    return stop, capsys.readouterr().out


EXPECTED = {
    "Audit a bundle": (None, "v1.0.35: "),
    "Fail a job when something is green and has not shipped": ("green, and not shipped: ", ""),
    "A table over many repositories": (None, "relaudit-samples/"),
    "A report of your own": (None, "- npm: "),
    "Rules of your own": (None, "["),
    "Verify after publishing": (0, ""),
    "A pre-commit hook": (0, ""),
}


def test_every_recipe_is_expected() -> None:
    assert list(recipes()) == list(EXPECTED)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", EXPECTED)
def test_the_recipe_does_what_it_says(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    stop, out = run(recipes()[name], capsys)
    expected, beginning = EXPECTED[name]
    assert str(stop).startswith(str(expected)), stop
    assert beginning in out


def test_the_hook_tells_what_the_commit_would_add(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / ".github" / "workflows" / "release.yml"
    file.write_text(WORKFLOW + "      - run: gem push relay.gem || true\n")
    stop, out = run(recipes()["A pre-commit hook"], capsys)
    assert stop == 1
    assert ".github/workflows/release.yml:11: " in out


@pytest.mark.usefixtures("folder")
def test_verify_says_what_is_missing() -> None:
    found = verify("v9.9.9", targets=["rubygems:relay"])
    assert (found.exit_code, [answer.state for answer in found.missing]) == (1, [LiveState.ABSENT])


def test_the_functions_say_what_the_commands_write(folder: Path) -> None:
    from typer.testing import CliRunner

    ran = CliRunner().invoke(app, ["run", "v1.0.35", "--from", "bundle", "--format", "json"])
    assert json.loads(ran.stdout) == json.loads(audit("v1.0.35", bundle="bundle").model_dump_json())
    checked = CliRunner().invoke(app, ["check", "--format", "json"])
    assert json.loads(checked.stdout) == json.loads(check(folder).model_dump_json())


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: audit(), errors.UsageError, "which tag"),
        (lambda: audit("v1", bundle="bundle", repository="a/b"), errors.UsageError, "leave out"),
        (lambda: audit(bundle="nowhere"), errors.BundleError, "nowhere"),
        (lambda: audit("v1"), errors.GitHubError, "git remote"),
        (lambda: audit("v1", repository="no name"), errors.GitHubError, "owner/name"),
        (lambda: audit(bundle="live-truth", only=["nope"]), errors.UsageError, "no platform 'nope'"),
        (lambda: audit(bundle="bundle", rules=["nowhere"]), errors.RulesError, "nowhere"),
        (lambda: check("nowhere"), errors.CheckoutError, "no such file"),
        (lambda: check("my-rules", only=["nope"]), (errors.ConfigError, errors.UsageError), "nope|no workflow files"),
        (lambda: check(only=["nope"]), errors.ConfigError, "no check `nope`"),
        (lambda: check(base="nope"), errors.CheckoutError, "no ref 'nope'"),
        (lambda: check(min_severity="awful"), errors.UsageError, "no severity 'awful'"),
        (lambda: check(baseline="nope.json"), errors.ConfigError, "nope.json"),
        (lambda: check(bundle="bundle", ref="x"), errors.UsageError, "leave out the ref"),
        (lambda: verify(targets=["rubygems:relay"]), errors.TargetError, "which version"),
        (lambda: verify("1", targets=["relay"]), errors.TargetError, "platform:package"),
        (lambda: verify("1", only=["nope"]), errors.UsageError, "no platform 'nope'"),
        (lambda: verify(bundle="bundle", wait=5), errors.UsageError, "nothing to wait for"),
        (lambda: verify("1", config="nope.toml"), errors.ConfigError, "nope.toml"),
    ],
)
def test_what_cannot_be_done_is_raised_and_nothing_is_printed(
    call: object, error: type[Exception], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(call)
    with pytest.raises(error, match=message) as raised:
        call()
    assert isinstance(raised.value, errors.ERRORS)
    assert capsys.readouterr() == ("", "")


def test_the_package_lists_its_functions_and_knows_no_others() -> None:
    assert {"audit", "check", "verify"} <= set(dir(auditor)) & set(auditor.__all__)
    with pytest.raises(AttributeError, match="no attribute 'deploy'"):
        auditor.__getattr__("deploy")
    with pytest.raises(AttributeError, match="no attribute 'NoError'"):
        errors.__getattr__("NoError")
    assert all(issubclass(getattr(errors, name), Exception) for name in errors.__all__ if name != "ERRORS")


def test_importing_the_package_loads_nothing_of_it() -> None:
    code = "import sys, auditor; print([m for m in sys.modules if m.startswith(('auditor.', 'pydantic', 'typer'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ast.literal_eval(done.stdout) == []
