"""`relaudit stats`: the download numbers that registries publish, none of them added up."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from auditor.cli.app import app
from auditor.model.downloads import DownloadRow, DownloadStats, WithoutNumbers
from auditor.model.live import DownloadCount, LiveAnswer, LiveFile, Target
from auditor.model.vocabulary import LiveState, TargetSource
from auditor.registries.downloads import answers_with_downloads, download_stats
from auditor.report.stats_csv import stats_csv, text_cell
from auditor.report.stats_markdown import stats_markdown
from tests.registry_standin import Answer, Standin

SAMPLE = Path(__file__).resolve().parents[1] / "sample_runs" / "live-truth"
AT = datetime(2026, 3, 17, 14, tzinfo=UTC)


def stats(*words: str) -> Result:
    return CliRunner().invoke(app, ["stats", *words])


def told(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stats(*words, "--format", "json").stdout)
    return found


def answer(state: LiveState = LiveState.LIVE, version: str = "1.0.0", **fields: Any) -> LiveAnswer:
    target = Target(
        platform=fields.pop("platform", "npm"),
        package=fields.pop("package", "relay"),
        version=version,
        source=TargetSource.CONFIGURATION,
    )
    return LiveAnswer(**{"target": target, "state": state, "reason": "Said so.", "asked_at": AT, **fields})


def count(number: int, days: int | None = None, **fields: Any) -> DownloadCount:
    return DownloadCount(count=number, days=days, meaning=f"meaning of {number}", **fields)


class TestTheNumbers:
    def test_each_stands_for_itself_with_its_meaning_and_its_date(self) -> None:
        until = datetime(2026, 3, 16, tzinfo=UTC)
        found = download_stats([answer(downloads=(count(7, 7, as_of=until), count(90, 30), count(500)))], {}, AT)
        assert [(row.period, row.count, row.meaning, row.as_of) for row in found.rows] == [
            ("total", 500, "meaning of 500", AT),
            ("30 days", 90, "meaning of 90", AT),
            ("7 days", 7, "meaning of 7", until),
        ]

    def test_files_of_a_version_are_counted_as_that_version_s(self) -> None:
        files = (LiveFile(name="a", downloads=3), LiveFile(name="b", downloads=4), LiveFile(name="c"))
        (row,) = download_stats([answer(files=files)], {}, AT).rows
        assert (row.count, row.version, row.meaning) == (7, "1.0.0", "downloads of its 2 files")

    def test_a_registry_without_any_is_named(self) -> None:
        found = download_stats([answer(platform="aur"), answer(LiveState.ABSENT, package_known=False)], {}, AT)
        assert [(target.platform, target.answered) for target in found.without] == [("aur", True), ("npm", True)]
        assert "publishes no number" in found.without[0].why
        assert "nothing to count" in found.without[1].why
        assert found.exit_code == 0

    def test_a_registry_that_did_not_answer_is_another_thing(self) -> None:
        found = download_stats([answer(LiveState.UNKNOWN, reason="The registry has trouble.")], {}, AT)
        assert (found.without[0].why, found.exit_code) == ("The registry has trouble.", 3)

    def test_of_a_version_that_is_not_there_the_latest_is_asked_about(self) -> None:
        asked: list[str] = []

        def ask(targets: Any) -> list[LiveAnswer]:
            asked.extend(f"{target.package} {target.version}" for target in targets)
            return [
                answer(package=target.package, version="1.0.0", downloads=(count(5),))
                if target.version == "1.0.0"
                else answer(LiveState.ABSENT, target.version, package=target.package, latest="1.0.0")
                for target in targets
            ]

        start = [answer(version=version, package=name).target for name, version in (("a", "9.9.9"), ("b", "1.0.0"))]
        found = answers_with_downloads(start, ask)
        assert [one.downloads[0].count for one in found] == [5, 5]
        assert asked == ["a 9.9.9", "b 1.0.0", "a 1.0.0"]


@pytest.fixture
def standin() -> Iterator[Standin]:
    with Standin() as server:
        gem = {"number": "1.0.42", "platform": "ruby", "sha": "ab" * 32, "downloads_count": 12}
        server.at("/api/v1/versions/relay.json", Answer.json([gem]))
        server.at("/api/v1/gems/relay.json", Answer.json({"name": "relay", "version": "1.0.42", "downloads": 9000}))
        server.at("/api/v1/versions/down.json", Answer.html(403))
        yield server


@pytest.fixture
def checkout(standin: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose configuration asks the stand-in."""
    text = f'[registries.rubygems]\nurl = "{standin.url}"\nallow_private = true\n'
    (tmp_path / "relaudit.toml").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_REF_TYPE", "GITHUB_REF_NAME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.usefixtures("checkout")
class TestTheCommand:
    def test_asks_the_registry_about_a_package_without_a_version(self) -> None:
        found = told("rubygems:relay", "--no-cache")
        assert [(row["count"], row["version"]) for row in found["rows"]] == [(9000, None), (12, "1.0.42")]

    def test_takes_targets_as_verify_does(self) -> None:
        assert told("--target", "pkg:gem/relay@1.0.42", "--no-cache")["rows"][0]["count"] == 9000

    def test_reads_the_checkout_s_targets(self, checkout: Path) -> None:
        with (checkout / "relaudit.toml").open("a", encoding="utf-8") as file:
            file.write('\n[[targets]]\nplatform = "rubygems"\npackage = "relay"\n')
        assert told("--no-cache")["rows"][0]["package"] == "relay"

    def test_3_when_a_registry_gives_no_answer(self) -> None:
        done = stats("rubygems:relay", "rubygems:down", "--no-cache", "--format", "markdown")
        assert done.exit_code == 3
        assert "9000" in done.stdout
        assert "- RubyGems `down`:" in done.stdout

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["relay"], "platform:package"),
            (["nowhere:relay"], "no platform 'nowhere'"),
            (["rubygems:relay", "--only", "npm"], "nothing to ask about"),
            (["--from", "nowhere"], "does not exist"),
            ([], "nothing to ask about"),
        ],
    )
    def test_2_and_one_line_when_the_command_is_wrong(self, words: list[str], said: str) -> None:
        done = stats(*words)
        assert done.exit_code == 2, done.output
        assert said in done.stderr
        assert "Traceback" not in done.output

    @pytest.mark.parametrize(("name", "start"), [("a.json", "{"), ("a.csv", "platform,"), ("a.md", "## Downloads")])
    def test_a_file_gets_the_form_of_its_ending(self, checkout: Path, name: str, start: str) -> None:
        done = stats("rubygems:relay", "--no-cache", "-o", name)
        assert (done.exit_code, done.stdout) == (0, "")
        assert (checkout / name).read_text("utf-8").startswith(start)


class TestABundle:
    def test_gives_its_stored_numbers(self) -> None:
        rows = {(row["platform"], row["days"]): row["count"] for row in told("--from", str(SAMPLE))["rows"]}
        assert rows["npm", 30] == 1904
        assert rows["pypi", 30] == 702
        assert rows["crates", None] == 2214
        assert rows["crates", 90] == 801
        assert rows["chocolatey", None] == 356

    def test_names_who_has_none_and_who_did_not_answer(self) -> None:
        found = told("--from", str(SAMPLE))
        without = {target["platform"]: target["answered"] for target in found["without"]}
        assert without == {"docker-hub": False, "aur": True, "snap": True}
        assert found["asked_at"].startswith("2026-03-17T14:24")

    def test_is_printed_on_a_terminal(self) -> None:
        done = stats("--from", str(SAMPLE), "--format", "terminal")
        assert done.exit_code == 3
        assert "1 904" in done.stdout
        assert "no number: Docker Hub" in done.stdout


def row(**fields: Any) -> DownloadRow:
    return DownloadRow(
        **{"platform": "npm", "title": "npm", "package": "relay", "count": 5, "meaning": "all", "as_of": AT, **fields}
    )


class TestCsv:
    def test_has_one_line_for_each_number_and_each_target_without(self) -> None:
        without = WithoutNumbers(platform="aur", title="AUR", package="relay", answered=True, why="none, published")
        text = stats_csv(DownloadStats(asked_at=AT, rows=(row(days=30),), without=(without,)))
        lines = list(csv.DictReader(StringIO(text)))
        assert [(line["platform"], line["downloads"], line["days"]) for line in lines] == [
            ("npm", "5", "30"),
            ("aur", "", ""),
        ]
        assert lines[1]["meaning"] == "none, published"

    @pytest.mark.parametrize(
        "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1", "=cmd|' /C calc'!A0", "|x", "%0A=1"]
    )
    def test_no_cell_is_a_formula(self, text: str) -> None:
        (line,) = csv.DictReader(StringIO(stats_csv(DownloadStats(asked_at=AT, rows=(row(package=text),)))))
        assert line["package"].startswith("'")

    @given(st.text(max_size=40), st.text(max_size=40))
    def test_whatever_a_registry_says_stays_in_its_cell(self, package: str, meaning: str) -> None:
        text = stats_csv(DownloadStats(asked_at=AT, rows=(row(package=package, meaning=meaning), row())))
        lines = list(csv.reader(StringIO(text)))
        assert [len(line) for line in lines] == [8, 8, 8]
        assert not any(cell.lstrip()[:1] in tuple("=+-@＝＋－＠") for cell in lines[1] if cell.strip())
        assert text.count("\n") == 3

    def test_plain_text_is_left_alone(self) -> None:
        assert text_cell("relay-1.0 (all)") == "relay-1.0 (all)"


def test_markdown_keeps_foreign_text_in_its_cell() -> None:
    nasty = "a|</td><img src=x>@octocat\n# b"
    text = stats_markdown(DownloadStats(asked_at=AT, rows=(row(package=nasty, meaning=nasty, page="javascript:x"),)))
    (line,) = [line for line in text.splitlines() if line.startswith("| npm")]
    assert line.replace("\\|", "").count("|") == 7
    assert "\n# b" not in text
    assert "javascript:" not in text


def test_markdown_and_terminal_do_not_add_numbers_up() -> None:
    text = stats_markdown(DownloadStats(asked_at=AT, rows=(row(count=11111), row(count=22222, days=30))))
    assert "33333" not in text
    assert "cannot be added up" in text
