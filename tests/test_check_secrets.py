"""`relaudit secrets`: which secrets are read, which exist, what a human must do; and never more than was seen."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.cli.app import app
from auditor.collect.github.secret_names import Dates, SecretNames
from auditor.model.secret_report import SecretReport, SecretRow, SecretState
from auditor.release_map.secrets import secret_report
from auditor.report.secrets_markdown import secrets_markdown
from auditor.report.secrets_words import headline
from auditor.rulebook.book import Rulebook
from tests.checks_fixing import subject

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NEW, OLD = Dates(NOW - timedelta(days=30), NOW - timedelta(days=10)), Dates(NOW - timedelta(days=900), None)
RELEASE = """\
on: {push: {tags: ['v*']}}
jobs:
  npm:
    runs-on: ubuntu-latest
    steps:
      - run: npm publish
        env: {NODE_AUTH_TOKEN: '${{ secrets.npm_token }}'}
  pypi:
    runs-on: ubuntu-latest
    environment: pypi
    permissions: {id-token: write}
    steps:
      - uses: pypa/gh-action-pypi-publish@release/v1
  crates:
    runs-on: ubuntu-latest
    environment: crates
    steps:
      - run: cargo publish
        env: {CARGO_REGISTRY_TOKEN: '${{ secrets.CARGO_REGISTRY_TOKEN }}', X: '${{ secrets.GITHUB_TOKEN }}'}
"""
ALL = SecretNames({"NPM_TOKEN": NEW}, {}, {"pypi": {}, "crates": {"CARGO_REGISTRY_TOKEN": NEW}})


def told(book: Rulebook, names: SecretNames | None, text: str = RELEASE, **more: object) -> SecretReport:
    read = subject(book, {"release.yml": text}, "acme/tidepool")
    return secret_report(read, names, NOW, **more)  # type: ignore[arg-type]


def row(report: SecretReport, name: str) -> SecretRow:
    return next(each for each in (*report.secrets, *report.unused) if each.name == name)


def needs(report: SecretReport, platform: str) -> tuple[str, ...]:
    return next(each.to_do for each in report.platforms if each.platform == platform)


def test_all_there_is_nothing_to_do_but_think(shipped_book: Rulebook) -> None:
    report = told(shipped_book, ALL)
    assert [(each.name, each.state) for each in report.secrets] == [
        ("CARGO_REGISTRY_TOKEN", SecretState.THERE),
        ("NPM_TOKEN", SecretState.THERE),
    ]
    assert row(report, "NPM_TOKEN").places[0].days == 10
    assert report.exit_code == 0
    assert headline(report) == "The workflows read 2 secrets: all there."
    assert next(each for each in report.platforms if each.platform == "pypi").trusted
    assert "registered as a trusted publisher" in needs(report, "pypi")[0]
    assert needs(report, "npm")[0].startswith("think about trusted publishing")


def test_what_is_defined_nowhere_is_missing(shipped_book: Rulebook) -> None:
    report = told(shipped_book, SecretNames({}, {}, {"pypi": {}, "crates": {}}))
    assert row(report, "NPM_TOKEN").state is SecretState.MISSING
    assert row(report, "NPM_TOKEN").why == "job `npm` reads it, and it is defined nowhere: it is empty there"
    assert needs(report, "npm")[0].startswith("create the secret NPM_TOKEN")
    assert report.exit_code == 1


def test_a_secret_of_an_environment_is_only_there_for_jobs_that_name_it(shipped_book: Rulebook) -> None:
    report = told(shipped_book, SecretNames({"CARGO_REGISTRY_TOKEN": NEW}, {}, {"crates": {"NPM_TOKEN": NEW}}))
    assert row(report, "CARGO_REGISTRY_TOKEN").state is SecretState.THERE
    assert row(report, "NPM_TOKEN").state is SecretState.MISSING
    assert row(report, "NPM_TOKEN").why == "it is defined only in environment crates, which job `npm` does not name"


@pytest.mark.parametrize(
    "names",
    [
        None,
        SecretNames(None, {}, {"crates": {}}, ("the repository's secrets: refused (403)",)),
        SecretNames({}, None, {"crates": {}}, ("the organisation's secrets: refused (403)",)),
    ],
)
def test_what_could_not_be_seen_is_unknown_and_never_missing(shipped_book: Rulebook, names: SecretNames | None) -> None:
    report = told(shipped_book, names)
    assert row(report, "NPM_TOKEN").state is SecretState.UNKNOWN
    assert report.unseen
    assert needs(report, "npm")[0].startswith("see whether the secret NPM_TOKEN is there")
    assert report.exit_code == (0 if names is None else 3)


def test_environments_that_could_not_be_seen_leave_their_jobs_secrets_unknown(shipped_book: Rulebook) -> None:
    report = told(shipped_book, SecretNames({"NPM_TOKEN": NEW}, {}, None, ("the environments: refused (403)",)))
    assert row(report, "NPM_TOKEN").state is SecretState.THERE
    assert row(report, "CARGO_REGISTRY_TOKEN").state is SecretState.UNKNOWN


def test_old_secrets_are_named_with_their_age(shipped_book: Rulebook) -> None:
    report = told(
        shipped_book, SecretNames({"NPM_TOKEN": OLD, "CARGO_REGISTRY_TOKEN": NEW}, {}, {}), older_than_days=365
    )
    assert row(report, "NPM_TOKEN").old
    assert not row(report, "CARGO_REGISTRY_TOKEN").old
    assert any(item.startswith("renew NPM_TOKEN, 900 days old (more than 365)") for item in needs(report, "npm"))
    assert report.exit_code == 1


def test_unused_are_the_repositorys_own_that_nothing_reads(shipped_book: Rulebook) -> None:
    names = SecretNames(
        {"NPM_TOKEN": NEW, "LEFT_OVER": OLD}, {"SHARED": NEW}, {"crates": {"CARGO_REGISTRY_TOKEN": NEW}}
    )
    assert [each.name for each in told(shipped_book, names).unused] == ["LEFT_OVER"]
    assert told(shipped_book, names, ignore=("left_over",)).unused == ()


@pytest.mark.parametrize(
    "more",
    [
        "      - run: echo '${{ toJSON(secrets) }}'\n",
        "      - run: echo ${{ secrets[matrix.name] }}\n",
        "  far:\n    uses: acme/other/.github/workflows/x.yml@v1\n    secrets: inherit\n",
    ],
)
def test_nothing_is_called_unused_where_names_are_open(shipped_book: Rulebook, more: str) -> None:
    report = told(shipped_book, SecretNames({"LEFT_OVER": NEW}, {}, {}), RELEASE + more)
    assert report.unused == ()
    assert any("which secrets are unused" in each for each in report.unseen)


CALLED = """\
on:
  workflow_call:
    secrets:
      token: {required: true}
      never_given: {required: false}
jobs:
  npm:
    runs-on: x
    steps:
      - run: npm publish
        env: {NODE_AUTH_TOKEN: '${{ secrets.token }}', OTHER: '${{ secrets.NEVER_GIVEN }}'}
"""


@pytest.mark.parametrize(
    ("handed", "names"),
    [("secrets: {token: '${{ secrets.REAL_NPM }}'}", {"REAL_NPM"}), ("secrets: inherit", {"TOKEN", "NEVER_GIVEN"})],
)
def test_a_called_workflow_reads_what_its_callers_hand_over(
    shipped_book: Rulebook, handed: str, names: set[str]
) -> None:
    caller = f"on: push\njobs:\n  ship:\n    uses: ./.github/workflows/called.yml\n    {handed}\n"
    read = subject(shipped_book, {"caller.yml": caller, "called.yml": CALLED})
    report = secret_report(read, SecretNames({"REAL_NPM": NEW}, {}, {}), NOW)
    assert {each.name for each in report.secrets} == names
    assert set(next(each.secrets for each in report.platforms if each.platform == "npm")) == names


def test_jobs_that_are_switched_off_need_nothing(shipped_book: Rulebook) -> None:
    text = RELEASE.replace("  npm:\n", "  npm:\n    if: false\n")
    assert needs(told(shipped_book, SecretNames({}, {}, {}), text), "npm") == (
        "nothing while its jobs are switched off",
    )


def test_markdown_has_a_row_for_each_platform_and_secret(shipped_book: Rulebook) -> None:
    text = secrets_markdown(told(shipped_book, ALL))
    assert "| npm | `NPM_TOKEN` |" in text
    assert "| PyPI | trusted publishing |" in text
    assert "| ✅ | `CARGO_REGISTRY_TOKEN` | environment crates, 10 days old | crates (release.yml:19) |" in text


ANSWERS: dict[str, tuple[int, object]] = {
    "/repos/acme/tidepool/commits/HEAD": (200, {"sha": "a" * 40}),
    f"/repos/acme/tidepool/git/trees/{'a' * 40}": (
        200,
        {
            "sha": "a" * 40,
            "tree": [
                {"path": ".github/workflows/release.yml", "type": "blob"},
                {"path": ".github/workflows/other.yml", "type": "blob"},
                {"path": "ci/action.yml", "type": "blob"},
                {"path": "src/main.rs", "type": "blob"},
            ],
        },
    ),
    "/repos/acme/tidepool/contents/.github/workflows/release.yml": (
        200,
        RELEASE + "  last:\n    runs-on: x\n    steps:\n      - uses: ./ci\n",
    ),
    "/repos/acme/tidepool/contents/ci/action.yml": (
        200,
        "runs:\n  using: composite\n  steps:\n    - run: twine upload dist/*\n      shell: bash\n",
    ),
    "/repos/acme/tidepool/actions/secrets": (
        200,
        {"total_count": 1, "secrets": [{"name": "NPM_TOKEN", "created_at": "2020-01-01T00:00:00Z", "updated_at": "x"}]},
    ),
    "/repos/acme/tidepool/actions/organization-secrets": (403, {"message": "Resource not accessible"}),
    "/repos/acme/tidepool/environments": (200, {"total_count": 1, "environments": [{"id": 1, "name": "crates"}]}),
    "/repos/acme/tidepool/environments/crates/secrets": (
        200,
        {"total_count": 1, "secrets": [{"name": "CARGO_REGISTRY_TOKEN", "created_at": "2999-01-01T00:00:00Z"}]},
    ),
}


@contextmanager
def api(asked: list[str]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            asked.append(path)
            status, body = ANSWERS.get(path, (404, {"message": "Not Found"}))
            raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            kind = "application/vnd.github.raw+json" if isinstance(body, str) else "application/json; charset=utf-8"
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8" if isinstance(body, str) else kind)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shipped_book: Rulebook) -> Iterator[tuple[str, list[str]]]:
    monkeypatch.setattr("auditor.api.rulebooks.load_rulebook", lambda rules: shipped_book)
    monkeypatch.setenv("GITHUB_TOKEN", "ghs_" + "secretsStandin00" * 2 + "abcd")
    for name in ("GITHUB_API_URL", "GH_HOST", "GITHUB_ACTIONS", "RELAUDIT_APP_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    asked: list[str] = []
    with api(asked) as url:
        yield url, asked


def command(name: str, url: str, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [name, "--repo", "acme/tidepool", "--api-url", url, *words])
    return done.exit_code, done.output


def test_the_command_asks_github_and_says_what_it_could_not_see(github: tuple[str, list[str]]) -> None:
    url, _ = github
    code, out = command("secrets", url, "--format", "json")
    report = json.loads(out)
    assert code == 1, out
    states = {each["name"]: each["state"] for each in report["secrets"]}
    assert states == {"NPM_TOKEN": "there", "CARGO_REGISTRY_TOKEN": "there"}
    assert [each["name"] for each in report["secrets"] if each["old"]] == ["NPM_TOKEN"]
    assert any("organisation's secrets" in each and "(403)" in each for each in report["unseen"])


def test_a_repository_is_checked_without_a_checkout(github: tuple[str, list[str]]) -> None:
    url, asked = github
    code, out = command("check", url, "--format", "json", "--only", "unreadable-workflow")
    report = json.loads(out)
    assert code == 0, out
    assert report["commit"] == "a" * 40
    assert report["workflows"] == 1
    assert any(".github/workflows/other.yml" in each for each in report["notes"])
    assert "/repos/acme/tidepool/contents/ci/action.yml" in asked
    assert not any("main.rs" in each for each in asked)


def test_a_composite_action_of_the_repository_counts_as_publishing(github: tuple[str, list[str]]) -> None:
    url, _ = github
    code, out = command("map", url, "--format", "json")
    assert code == 0, out
    jobs = {each["id"]: each["platforms"] for each in json.loads(out)["jobs"]}
    assert jobs["last"] == ["pypi"]


def test_a_repository_that_is_not_there_is_one_clear_line(github: tuple[str, list[str]]) -> None:
    url, _ = github
    done = CliRunner().invoke(app, ["map", "--repo", "acme/nothing", "--api-url", url])
    assert done.exit_code == 2
    assert "acme/nothing: no such repository" in done.output
