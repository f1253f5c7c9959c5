"""The release map: which workflows a tag starts, by which chains, and what their jobs publish."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.cli.app import app
from auditor.model.release_map import MapJob, ReleaseMap
from auditor.model.vocabulary import JobKind
from auditor.release_map.build import release_map
from auditor.report.map_markdown import map_markdown
from auditor.report.map_mermaid import map_graph
from auditor.report.map_words import headline
from auditor.rulebook.book import Rulebook
from tests.checks_fixing import subject

ROOT = Path(__file__).resolve().parents[1]
RUN = "runs-on: ubuntu-latest\n    steps:\n      - run: "


def workflow(on: str, *jobs: str, name: str = "") -> str:
    head = f"name: {name}\n" if name else ""
    return f"{head}on: {on}\njobs:\n" + "".join(jobs)


def job(name: str, run: str = "echo", extra: str = "") -> str:
    return f"  {name}:\n    {extra}{RUN}{run}\n"


def drawn(book: Rulebook, files: dict[str, str], tag: str | None = "v1.2.3") -> ReleaseMap:
    return release_map(subject(book, files, repository="acme/tidepool"), tag)


def started(found: ReleaseMap) -> dict[str, bool]:
    return {each.path.rpartition("/")[2]: each.sure for each in found.workflows}


def one(found: ReleaseMap, name: str) -> MapJob:
    return next(each for each in found.jobs if each.id == name)


@pytest.mark.parametrize(
    ("on", "sure"),
    [
        ("push", True),
        ("[push, pull_request]", True),
        ("{push: {tags: ['v*']}}", True),
        ("{push: {tags: ['v*', '!v1*']}}", None),
        ("{push: {branches: [main]}}", None),
        ("{push: {branches: ['**'], tags: ['v*']}}", True),
        ("create", True),
        ("release", False),
        ("{release: {types: [published]}}", False),
        ("{release: {types: [deleted]}}", None),
        ("workflow_dispatch", None),
        ("{schedule: [{cron: '0 0 * * *'}]}", None),
        ("workflow_call", None),
    ],
)
def test_what_a_tag_starts_by_itself(small_book: Rulebook, on: str, sure: bool | None) -> None:
    found = drawn(small_book, {"a.yml": workflow(on, job("a", "npm publish"))})
    assert started(found) == ({} if sure is None else {"a.yml": sure})
    assert found.not_started == ((".github/workflows/a.yml",) if sure is None else ())


def test_a_release_made_with_another_token_starts_what_waits_for_it(shipped_book: Rulebook) -> None:
    maker = workflow(
        "{push: {tags: ['v*']}}", "  a:\n    runs-on: x\n    steps:\n      - uses: softprops/action-gh-release@v2\n"
    )
    listener = workflow("{release: {types: [published]}}", job("npm", "npm publish"))
    own = drawn(shipped_book, {"make.yml": maker, "ship.yml": listener})
    assert started(own) == {"make.yml": True, "ship.yml": False}
    assert "GITHUB_TOKEN" in own.workflows[1].starts[0].why
    assert [each.system for each in own.workflows] == [1, 2]
    given = "        with: {token: '${{ secrets.PAT }}'}\n"
    other = drawn(shipped_book, {"make.yml": maker + given, "ship.yml": listener})
    assert started(other) == {"make.yml": True, "ship.yml": True}
    draft = "        with: {token: '${{ secrets.PAT }}', draft: true}\n"
    assert started(drawn(shipped_book, {"make.yml": maker + draft, "ship.yml": listener}))["ship.yml"] is False


def test_calls_are_followed_and_see_the_callers_event(small_book: Rulebook) -> None:
    caller = workflow("{push: {tags: ['v*']}}", "  ship:\n    uses: ./.github/workflows/called.yml\n")
    condition = "if: github.event_name == 'push' && startsWith(github.ref, 'refs/tags/')\n    "
    called = workflow(
        "workflow_call",
        job("npm", "npm publish", condition),
        job("no", "npm publish", "if: github.event_name == 'release'\n    "),
    )
    found = drawn(small_book, {"caller.yml": caller, "called.yml": called})
    assert started(found) == {"caller.yml": True, "called.yml": True}
    assert one(found, "npm").runs is True
    assert one(found, "no").runs is False
    assert found.systems == 1
    assert ("calls", "ship") in [(edge.how, edge.producer.rpartition("#")[2]) for edge in found.edges]


def test_a_call_by_a_job_that_never_runs_starts_nothing(small_book: Rulebook) -> None:
    caller = workflow("push", "  ship:\n    if: false\n    uses: ./.github/workflows/called.yml\n")
    called = workflow("workflow_call", job("npm", "npm publish"))
    assert started(drawn(small_book, {"caller.yml": caller, "called.yml": called})) == {"caller.yml": True}


def test_workflows_that_follow_go_three_levels_deep_and_no_further(small_book: Rulebook) -> None:
    files = {"w0.yml": workflow("{push: {tags: ['*']}}", job("a"), name="W0")}
    for level in range(1, 6):
        on = f"{{workflow_run: {{workflows: [W{level - 1}], types: [completed]}}}}"
        files[f"w{level}.yml"] = workflow(on, job("a"), name=f"W{level}")
    assert sorted(started(drawn(small_book, files))) == ["w0.yml", "w1.yml", "w2.yml", "w3.yml"]


def test_a_following_workflow_that_filters_branches_misses_tags(small_book: Rulebook) -> None:
    first = workflow("{push: {tags: ['*']}}", job("a"), name="Build")
    follows = workflow("{workflow_run: {workflows: [Build], types: [completed], branches: [main]}}", job("b"))
    assert started(drawn(small_book, {"a.yml": first, "b.yml": follows})) == {"a.yml": True}


@pytest.mark.parametrize(
    "step",
    [
        "      - run: gh workflow run ship.yml --ref main -f version=1\n",
        "      - run: gh workflow run -f version=1 -R ${{ github.repository }} ship.yml\n",
        "      - run: gh workflow run 'Ship it'\n",
        "      - run: gh workflow run --repo acme/tidepool .github/workflows/ship.yml\n",
        "      - run: |\n          curl -X POST \\\n            https://api.example/repos/$GITHUB_REPOSITORY/actions/workflows/ship.yml/dispatches\n",
        "      - run: gh api repos/acme/tidepool/actions/workflows/ship.yml/dispatches -f ref=main\n",
        "      - uses: benc-uk/workflow-dispatch@v1\n        with: {workflow: ship.yml}\n",
        "      - uses: actions/github-script@v7\n        with:\n          script: |\n"
        "            await github.rest.actions.createWorkflowDispatch({\n"
        "              owner: context.repo.owner, repo: context.repo.repo,\n"
        "              workflow_id: 'ship.yml', ref: 'main' })\n",
    ],
)
def test_dispatches_of_workflows_are_followed(small_book: Rulebook, step: str) -> None:
    first = f"on: {{push: {{tags: ['*']}}}}\njobs:\n  go:\n    runs-on: x\n    steps:\n{step}"
    ship = workflow("workflow_dispatch", job("npm", "npm publish"), name="Ship it")
    found = drawn(small_book, {"first.yml": first, "ship.yml": ship})
    assert started(found) == {"first.yml": True, "ship.yml": True}
    start = found.workflows[1].starts[0]
    assert (start.event, start.by_job) == ("workflow_dispatch", "go")
    assert start.by_line is not None
    assert start.by_line >= 6


@pytest.mark.parametrize(
    "step",
    [
        "      - uses: peter-evans/repository-dispatch@v3\n        with: {event-type: ship}\n",
        "      - run: gh api repos/${{ github.repository }}/dispatches -f event_type=ship\n",
        '      - run: |\n          curl -d \'{"event_type": "ship"}\' https://api.example/repos/acme/tidepool/dispatches\n',
    ],
)
def test_events_of_ones_own_start_those_that_listen_for_their_type(small_book: Rulebook, step: str) -> None:
    first = f"on: push\njobs:\n  go:\n    runs-on: x\n    steps:\n{step}"
    yes = workflow("{repository_dispatch: {types: [ship]}}", job("npm", "npm publish"))
    no = workflow("{repository_dispatch: {types: [other]}}", job("npm", "npm publish"))
    assert started(drawn(small_book, {"first.yml": first, "yes.yml": yes, "no.yml": no})) == {
        "first.yml": True,
        "yes.yml": True,
    }


@pytest.mark.parametrize(
    "step",
    [
        "      - run: gh workflow run ship.yml -R acme/other\n",
        "      - run: echo gh workflow run ship.yml\n",
        "      - run: gh workflow list\n",
        "      - uses: peter-evans/repository-dispatch@v3\n        with: {event-type: ship, repository: acme/other}\n",
        "      - run: gh workflow run $FILE\n",
    ],
)
def test_what_goes_elsewhere_or_is_not_known_starts_nothing_here(small_book: Rulebook, step: str) -> None:
    first = f"on: push\njobs:\n  go:\n    runs-on: x\n    steps:\n{step}"
    ship = workflow("{workflow_dispatch: , repository_dispatch: }", job("npm", "npm publish"))
    assert started(drawn(small_book, {"first.yml": first, "ship.yml": ship})) == {"first.yml": True}


def test_workflows_that_start_each_other_come_to_an_end(small_book: Rulebook) -> None:
    loop = workflow("{push: , workflow_dispatch: }", job("a", "gh workflow run b.yml"))
    back = workflow("{workflow_dispatch: }", job("b", "gh workflow run a.yml"))
    assert started(drawn(small_book, {"a.yml": loop, "b.yml": back})) == {"a.yml": True, "b.yml": True}


@pytest.mark.parametrize(
    ("condition", "runs"),
    [
        ("github.ref_type == 'tag'", True),
        ("startsWith(github.ref, 'refs/tags/v')", True),
        ("github.ref == 'refs/heads/main'", False),
        ("contains(github.ref, '-rc')", False),
        ("github.event_name == 'workflow_dispatch'", False),
        ("inputs.version != ''", False),
        ("github.repository_owner == 'acme'", None),
        ("needs.build.outputs.go == 'true'", None),
        ("vars.SHIP == 'yes'", None),
        ("false", False),
        ("${{ broken", None),
    ],
)
def test_conditions_are_evaluated_for_the_tag(small_book: Rulebook, condition: str, runs: bool | None) -> None:
    text = workflow(
        "push", job("build"), job("npm", "npm publish", f"needs: build\n    if: {json.dumps(condition)}\n    ")
    )
    found = one(drawn(small_book, {"a.yml": text}), "npm")
    assert found.runs is runs
    assert (found.why_not is not None) is (runs is False)


def test_a_job_behind_one_that_never_runs_does_not_run_unless_it_says_always(small_book: Rulebook) -> None:
    text = workflow(
        "push",
        job("build", extra="if: github.ref == 'refs/heads/main'\n    "),
        job("npm", "npm publish", "needs: build\n    "),
        job("late", "npm publish", "needs: build\n    if: always()\n    "),
    )
    found = drawn(small_book, {"a.yml": text})
    assert one(found, "npm").runs is False
    assert one(found, "npm").why_not == "`build`, which it waits for, does not run"
    assert one(found, "late").runs is True


RELEASE = """\
on: {push: {tags: ['v*']}}
permissions: {contents: read}
env: {LEVEL: '${{ secrets.LOG_LEVEL }}'}
jobs:
  build:
    runs-on: ubuntu-latest
    permissions: {contents: write}
    steps:
      - run: gh release create "$GITHUB_REF_NAME" dist/*
        env: {GH_TOKEN: '${{ github.token }}'}
  npm:
    needs: build
    runs-on: ubuntu-latest
    environment: npm
    permissions: {id-token: write}
    strategy: {matrix: {package: [a, b]}}
    steps:
      - id: there
        name: Is it there?
        run: |
          if npm view tidepool@1.0.0; then echo "skip=true" >> "$GITHUB_OUTPUT"; else echo "skip=false" >> "$GITHUB_OUTPUT"; fi
      - if: steps.there.outputs.skip == 'false'
        run: npm publish
        env: {NODE_AUTH_TOKEN: '${{ secrets.NPM_TOKEN }}'}
  homebrew:
    runs-on: ubuntu-latest
    steps:
      - run: curl -fsSLO https://github.com/acme/tidepool/releases/download/$GITHUB_REF_NAME/x.tar.gz
      - uses: mislav/bump-homebrew-formula-action@v3
        env: {COMMITTER_TOKEN: '${{ secrets.TAP_TOKEN }}'}
  publish-scoop:
    if: false
    runs-on: windows-latest
    steps:
      - run: echo later
"""


def test_jobs_tell_guards_secrets_permissions_and_what_they_wait_for(shipped_book: Rulebook) -> None:
    found = drawn(shipped_book, {"release.yml": RELEASE})
    npm = one(found, "npm")
    assert npm.platforms == ("npm",)
    assert npm.secrets == ("NPM_TOKEN", "LOG_LEVEL")
    assert npm.permissions == {"id-token": "write"}
    assert npm.environment == "npm"
    assert npm.legs == 2
    assert [guard.step for guard in npm.guards] == ["Is it there?"]
    assert npm.needs == (".github/workflows/release.yml#build",)
    assert one(found, "homebrew").permissions == {"contents": "read"}
    assert one(found, "publish-scoop").runs is False


def test_hub_and_spokes_are_told_apart_and_a_race_is_noted(shipped_book: Rulebook) -> None:
    found = drawn(shipped_book, {"release.yml": RELEASE})
    assert one(found, "build").kind is JobKind.HUB
    assert one(found, "homebrew").kind is JobKind.PUBLISH
    unordered = [edge for edge in found.edges if edge.unordered]
    assert [(edge.producer.rpartition("#")[2], edge.consumer.rpartition("#")[2]) for edge in unordered] == [
        ("build", "homebrew")
    ]
    assert any("`homebrew` reads" in note and "does not wait" in note for note in found.notes)
    assert headline(found) == (
        "Pushing v1.2.3 starts 1 workflow: 1 system that publishes to 3 platforms and the GitHub release "
        "(1 of them by jobs that never run)."
    )


def test_several_systems_for_one_platform_are_noted(small_book: Rulebook) -> None:
    files = {
        name: workflow("{push: {tags: ['v*']}}", job("npm", "npm publish")) for name in ("a.yml", "b.yml", "c.yml")
    }
    found = drawn(small_book, files)
    assert found.systems == 3
    assert found.notes == ("npm is published from 3 workflows: `a.yml`, `b.yml`, `c.yml`",)


def test_the_inventory_counts_what_publishes_whatever_starts_it(shipped_book: Rulebook) -> None:
    calls = "  ship:\n    uses: ./.github/workflows/crates.yml\n"
    files = {
        "main.yml": workflow(
            "{push: {tags: ['v*']}}", job("npm", "npm publish"), job("go", "gh workflow run choco.yml")
        ),
        "choco.yml": workflow("workflow_dispatch", job("choco", "choco push x.nupkg")),
        "legacy.yml": workflow("{push: {tags: ['v*']}}", job("npm", "npm publish"), job("gem", "gem push x.gem")),
        "selective.yml": workflow("workflow_dispatch", calls, job("pypi", "twine upload dist/*")),
        "crates.yml": workflow("workflow_call", job("crates", "cargo publish")),
        "ci.yml": workflow("[push, pull_request]", job("test")),
        "broken.yml": "on: [",
    }
    found = drawn(shipped_book, files)
    whole = found.inventory
    assert (whole.workflows, whole.publishing, whole.systems, whole.platforms) == (7, 5, 3, 5)
    assert started(found) == {"main.yml": True, "choco.yml": True, "legacy.yml": True, "ci.yml": True}
    assert found.systems == 2
    assert [path.rpartition("/")[2] for path in found.not_started] == ["crates.yml", "selective.yml"]
    assert "In all: 7 workflows, of which 5 publish, in 3 systems, to 5 platforms." in map_markdown(found)


def test_without_a_tag_the_sample_fits_the_filters(small_book: Rulebook) -> None:
    found = drawn(small_book, {"a.yml": workflow("{push: {tags: ['tidepool@*']}}", job("npm", "npm publish"))}, None)
    assert found.sample
    assert started(found) == {"a.yml": True}
    assert found.tag == "tidepool@1.2.3"


def test_no_workflow_at_all_is_a_map_too(small_book: Rulebook) -> None:
    found = drawn(small_book, {})
    assert headline(found) == "Pushing v1.2.3 starts no workflow."
    assert map_graph(found) is None
    assert map_markdown(found)


def test_names_from_strangers_do_not_leave_their_cells(small_book: Rulebook) -> None:
    odd = '  "a|b":\n    runs-on: x\n    environment: "`x`|<b>@all"\n    steps:\n      - run: npm publish\n'
    text = workflow("push", odd, name='"x](http://e) |"')
    found = drawn(small_book, {'a"]; click.yml': text})
    rows = [line for line in map_markdown(found).splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {5, 8}
    graph = map_graph(found)
    assert graph is not None
    assert '"]; click' not in graph
    assert "<b>" not in graph


@pytest.mark.parametrize(
    ("form", "begins"),
    [("markdown", "# Release map"), ("mermaid", "graph LR\n"), ("json", "{"), ("terminal", "Pushing v9.9.9")],
)
def test_the_command_prints_every_form(form: str, begins: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    bundle = ROOT / "sample_runs" / "matrix-reusable"
    done = CliRunner().invoke(app, ["map", "--from", str(bundle), "--tag", "v9.9.9", "--format", form])
    assert done.exit_code == 0, done.output
    assert done.output.startswith(begins)
    if form == "json":
        assert ReleaseMap.model_validate_json(done.output).tag == "v9.9.9"
    if form == "terminal":
        assert max(map(len, done.output.splitlines())) <= 80


def test_a_name_that_only_speaks_about_a_release_publishes_nothing(shipped_book: Rulebook) -> None:
    found = drawn(
        shipped_book,
        {
            "release.yml": workflow(
                "push",
                job("notify-goreleaser-mirror", "./notify.sh"),
                job("goreleaser-check-packages", "task check"),
                job("create-github-release", "./release.sh"),
                job("update_homebrew_formula", "./formula.sh"),
            )
        },
    )
    assert {each.id: each.platforms for each in found.jobs if each.platforms} == {
        "create-github-release": ("github-releases",),
        "update_homebrew_formula": ("homebrew",),
    }


def test_a_script_out_of_sight_is_known_by_the_credentials_it_is_given(shipped_book: Rulebook) -> None:
    ships = """  ship:
    runs-on: ubuntu-latest
    steps:
      - name: Publish
        run: scripts/publish
        env: {TWINE_PASSWORD: '${{ secrets.TOKEN }}'}
      - run: scripts/install
        env: {NODE_AUTH_TOKEN: '${{ secrets.READ }}'}
"""
    found = drawn(shipped_book, {"release.yml": workflow("push", ships)})
    assert one(found, "ship").platforms == ("pypi",)


def test_a_tag_that_starts_nothing_at_once_says_so(small_book: Rulebook) -> None:
    found = drawn(small_book, {"release.yml": workflow("release", job("ship"))})
    assert headline(found).startswith("Pushing v1.2.3 starts no workflow at once, and 1 when something else happens")
