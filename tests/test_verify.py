"""`relaudit verify`: the command at the end of a release."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from auditor.cli.app import app
from auditor.cli.verify_targets import TargetError, named_target, version_asked
from auditor.registries import waiting
from auditor.rulebook.book import Rulebook
from tests.registry_standin import Answer, Standin
from tests.registry_standin.asking import target

LIST = "/api/v1/versions/relay.json"


def gem(*numbers: str) -> Answer:
    return Answer.json([{"number": number, "platform": "ruby", "sha": "ab" * 32} for number in numbers])


@pytest.fixture
def standin() -> Iterator[Standin]:
    with Standin() as server:
        server.at(LIST, gem("1.0.42"))
        server.at("/api/v1/gems/relay.json", Answer.json({"name": "relay", "version": "1.0.42"}))
        server.at("/api/v1/versions/nothing.json", Answer.text("This rubygem could not be found.", 404))
        yield server


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared, so that the rules are read once; every stand-in has a port of its own."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def checkout(standin: Standin, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose configuration asks the stand-in."""
    (tmp_path / "relaudit.toml").write_text(
        f'[registries.rubygems]\nurl = "{standin.url}"\nallow_private = true\n'
        f'[registries.chocolatey]\nurl = "{standin.url}/choco"\nallow_private = true\n',
        "utf-8",
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RELAUDIT_CACHE_DIR", str(cache))
    for name in ("GITHUB_REF_TYPE", "GITHUB_REF_NAME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def verify(*words: str) -> Result:
    return CliRunner().invoke(app, ["verify", *words])


@pytest.mark.usefixtures("checkout")
class TestExitCodes:
    def test_0_when_all_of_it_is_there(self) -> None:
        done = verify("v1.0.42", "--target", "rubygems:relay")
        assert done.exit_code == 0, done.output
        assert "1 of 1 target there" in done.output

    def test_1_when_something_is_missing(self) -> None:
        done = verify("v1.0.4", "--target", "rubygems:relay")
        assert done.exit_code == 1
        assert "missing: rubygems:relay" in done.output

    def test_1_when_one_is_missing_and_another_gives_no_answer(self, standin: Standin) -> None:
        standin.at("/api/v1/versions/down.json", Answer.html(403))
        done = verify("v1.0.42", "--target", "rubygems:nothing", "--target", "rubygems:down")
        assert done.exit_code == 1

    def test_3_when_a_registry_gives_no_answer(self, standin: Standin) -> None:
        standin.at(LIST, Answer.html(403))
        done = verify("v1.0.42", "--target", "rubygems:relay", "--target", "rubygems:relay")
        assert done.exit_code == 3

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["1.0", "--target", "relay"], "platform:package"),
            (["1.0", "--target", "nowhere:relay"], "no platform 'nowhere'"),
            (["--target", "rubygems:relay"], "which version"),
            ([], "which version"),
            (["1.0", "--target", "rubygems:relay", "--only", "npm"], "nothing to ask about"),
            (["1.0", "--target", "rubygems:relay", "--only", "nope"], "no platform 'nope'"),
            (["1.0", "--target", "rubygems:relay", "--wait", "soon"], "15m"),
            (["1.0", "--target", "rubygems:relay", "--wait", "100h"], "24h"),
            (["1.0", "--from", "nowhere"], "does not exist"),
            (["1.0", "--from", ".", "--wait", "1m"], "--from"),
            (["1.0", "--target", "pkg:nothing"], "Package URL"),
        ],
    )
    def test_2_and_one_line_when_the_command_is_wrong(self, words: list[str], said: str) -> None:
        done = verify(*words)
        assert done.exit_code == 2, done.output
        assert said in done.stderr
        assert "Traceback" not in done.output


@pytest.mark.usefixtures("checkout")
class TestWhatIsPrinted:
    def test_json_holds_the_answers(self) -> None:
        done = verify("v1.0.42", "--target", "rubygems:relay", "--format", "json")
        told = json.loads(done.stdout)
        assert (told["version"], told["answers"][0]["state"]) == ("v1.0.42", "live")
        assert told["answers"][0]["target"]["purl"] == "pkg:gem/relay@1.0.42"

    def test_markdown_has_a_row_for_each_target(self) -> None:
        done = verify("v1.0.42", "--target", "rubygems:relay", "--target", "rubygems:nothing")
        rows = [line for line in done.stdout.splitlines() if line.startswith("| `rubygems:")]
        assert len(rows) == 2
        assert "✅ live" in rows[0]
        assert "❌ absent" in rows[1]

    def test_the_table_of_a_terminal(self) -> None:
        done = verify("v1.0.42", "--target", "rubygems:relay", "--format", "terminal")
        assert "rubygems:relay" in done.stdout
        assert "live" in done.stdout

    def test_a_file_gets_it_where_one_is_named(self, checkout: Path) -> None:
        done = verify("v1.0.42", "--target", "rubygems:relay", "-o", "live.json")
        assert (done.exit_code, done.stdout) == (0, "")
        assert json.loads((checkout / "live.json").read_text("utf-8"))["answers"]

    def test_what_a_registry_says_cannot_leave_its_cell(self, standin: Standin) -> None:
        nasty = "1.0.0|</td><img src=x>@octocat"
        standin.at(LIST, Answer.json([{"number": nasty, "platform": "ruby"}, {"number": "2", "platform": "ruby"}]))
        standin.at("/api/v1/gems/relay.json", Answer.json({"name": "relay", "version": nasty}))
        done = verify("2", "--target", "rubygems:relay", "--format", "markdown")
        row = next(line for line in done.stdout.splitlines() if line.startswith("| `rubygems:"))
        assert row.replace("\\|", "").count("|") == 6


@pytest.mark.usefixtures("checkout")
class TestBundles:
    def test_stored_answers_are_played_back(self, standin: Standin, checkout: Path) -> None:
        stored = verify("v1.0.42", "--target", "rubygems:relay", "--store", "bundle", "--format", "json")
        seen = len(standin.seen)
        again = verify("v1.0.42", "--from", "bundle", "--format", "json")
        assert (stored.exit_code, again.exit_code) == (0, 0)
        assert json.loads(again.stdout)["answers"] == json.loads(stored.stdout)["answers"]
        assert len(standin.seen) == seen

    def test_the_versions_are_side_by_side_with_the_tags_that_never_became_a_release(self) -> None:
        sample = str(Path(__file__).resolve().parents[1] / "sample_runs" / "live-truth")
        told = json.loads(verify("--from", sample, "--format", "json").stdout)
        assert (told["version"], told["asked_at"][:16]) == ("v2.3.0", "2026-03-17T14:24")
        assert told["drift"]["lagging"][:1] == ["nuget:RelauditSamples.Lanternfish"]
        assert told["drift"]["unreleased_tags"] == ["v2.1.1"]
        for form in ("markdown", "terminal"):
            text = " ".join(verify("--from", sample, "--format", form).stdout.replace("`", "").split())
            assert "AUR and Chocolatey are 2 releases behind" in text
            assert "Tags that never became a release: v2.1.1." in text

    @pytest.mark.parametrize("name", ["contextlite-v1.0.35", "live-truth"])
    def test_the_samples_answer_every_question(self, name: str) -> None:
        sample = Path(__file__).resolve().parents[1] / "sample_runs" / name
        done = verify("--from", str(sample), "--format", "json")
        told = json.loads(done.stdout)
        assert (done.exit_code, told["notes"]) == (1, [])
        assert not [answer for answer in told["answers"] if "holds no answer" in answer["reason"]]

    def test_one_answer_is_compared_with_nothing(self) -> None:
        done = verify("v1.0.42", "--target", "rubygems:relay", "--format", "json")
        assert json.loads(done.stdout)["drift"] is None

    def test_other_targets_can_be_looked_up_in_one(self) -> None:
        verify("v1.0.42", "--target", "rubygems:relay", "--store", "bundle")
        assert verify("v1.0.4", "--from", "bundle", "--target", "rubygems:relay").exit_code == 1

    def test_one_without_answers_is_said_to_be(self, checkout: Path) -> None:
        (checkout / "empty").mkdir()
        done = verify("v1.0.42", "--from", "empty")
        assert done.exit_code == 2
        assert "no registries' answers" in done.stderr


@pytest.mark.usefixtures("checkout")
class TestWaiting:
    def test_it_asks_again_until_the_version_is_there(self, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(waiting, "CLOCK", _still_clock())
        standin.at(LIST, gem("1.0.41"), gem("1.0.41"), gem("1.0.41", "1.0.42"))
        done = verify("v1.0.42", "--target", "rubygems:relay", "--wait", "15m")
        assert done.exit_code == 0, done.output
        assert "absent → live" in done.stderr

    def test_it_ends_when_the_time_is_over(self, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(waiting, "CLOCK", _still_clock())
        assert verify("v1.0.43", "--target", "rubygems:relay", "--wait", "2m").exit_code == 1
        assert len(standin.seen) > 2


def _still_clock() -> waiting.Clock:
    at = [0.0]

    def sleep(seconds: float) -> None:
        at[0] += seconds

    return waiting.Clock(now=lambda: at[0], sleep=sleep, spread=lambda: 0.5)


@pytest.mark.usefixtures("checkout")
def test_the_configuration_s_targets_are_asked_about(checkout: Path) -> None:
    with (checkout / "relaudit.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[targets]]\nplatform = "rubygems"\npackage = "relay"\n')
    done = verify("v1.0.42", "--format", "json")
    assert done.exit_code == 0, done.output
    assert [answer["target"]["package"] for answer in json.loads(done.stdout)["answers"]] == ["relay"]


def test_the_display_of_a_terminal_shows_what_is_known_so_far() -> None:
    from rich.console import Console

    from auditor.cli.verify_progress import LiveTable
    from auditor.model.live import LiveAnswer
    from auditor.model.vocabulary import LiveState

    one, two = target("npm", "relay", "1.0.0"), target("crates", "relay", "1.0.0")
    table = LiveTable([one, two])
    table.told(LiveAnswer(target=one, state=LiveState.ABSENT, reason="[bold]Not[/bold] there."))
    console = Console(width=100, record=True, file=StringIO())
    console.print(table)
    told = console.export_text()
    assert "absent" in told
    assert "[bold]Not[/bold] there." in told
    assert "asking …" in told


class TestTargets:
    @pytest.mark.parametrize(
        ("text", "platform", "package", "version"),
        [
            ("rubygems:relay", "rubygems", "relay", "1.2.3"),
            ("rubygems:relay@2.0.0", "rubygems", "relay", "2.0.0"),
            ("npm:@acme/relay", "npm", "@acme/relay", "1.2.3"),
            ("npm:@acme/relay@3.0.0", "npm", "@acme/relay", "3.0.0"),
            ("pkg:gem/relay@2.0.0", "rubygems", "relay", "2.0.0"),
            ("pkg:npm/%40acme/relay@3.0.0", "npm", "@acme/relay", "3.0.0"),
            ("pkg:cargo/relay", "crates", "relay", "1.2.3"),
        ],
    )
    def test_they_are_read_as_they_are_written(
        self, text: str, platform: str, package: str, version: str, shipped_book: Rulebook
    ) -> None:
        found = named_target(text, "v1.2.3", shipped_book)
        assert (found.platform, found.package, found.version) == (platform, package, version)

    def test_places_can_be_named(self, shipped_book: Rulebook) -> None:
        found = named_target("homebrew:relay?repository=acme/homebrew-tap", "v1.2.3", shipped_book)
        assert found.places["repository"] == "acme/homebrew-tap"

    @pytest.mark.parametrize("text", ["", ":", "npm:", "relay", "pkg:", "pkg:unheard-of/x@1", "npm:a b"])
    def test_what_is_none_is_refused(self, text: str, shipped_book: Rulebook) -> None:
        with pytest.raises(TargetError):
            named_target(text, "v1.2.3", shipped_book)


class TestTheVersion:
    def test_is_the_one_that_was_given(self, tmp_path: Path) -> None:
        assert version_asked("1.2.3", tmp_path, {"GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v9"}) == "1.2.3"

    def test_is_the_tag_of_the_workflow_run(self, tmp_path: Path) -> None:
        assert version_asked(None, tmp_path, {"GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v9"}) == "v9"
        assert version_asked(None, tmp_path, {"GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "main"}) is None

    def test_is_the_only_tag_of_the_commit(self, tmp_path: Path) -> None:
        def git(*words: str) -> None:
            subprocess.run(
                ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words],  # noqa: S607
                cwd=tmp_path,
                check=True,
                capture_output=True,
            )

        git("init", "-q")
        git("commit", "-q", "--allow-empty", "-m", "x")
        assert version_asked(None, tmp_path, {}) is None
        git("tag", "v1.2.3")
        assert version_asked(None, tmp_path, {}) == "v1.2.3"
        git("tag", "v1.2.4")
        assert version_asked(None, tmp_path, {}) is None
