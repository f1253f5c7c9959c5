"""What the checks read of a workflow: command lines, sample refs, scenarios, tags in texts, tokens, runners."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.checks.action_versions import major_version
from auditor.checks.publishing import image_name, images, publications
from auditor.checks.ref_samples import samples
from auditor.checks.runners import systems
from auditor.checks.scenarios import runs_in, starts, tag_starts
from auditor.checks.scripts import ScriptLine, commands, has_pipefail, script_lines
from auditor.checks.subject import Subject
from auditor.checks.tag_values import tag_values
from auditor.checks.tokens import token_of
from auditor.model.workflow import Script, Text, Workflow, WorkflowJob, WorkflowStep
from auditor.rulebook.book import Rulebook
from auditor.workflows.ref_filter import fits
from tests.checks_fixing import subject

PATH = ".github/workflows/release.yml"


def _step(script: str, line: int = 10, shell: str | None = None) -> WorkflowStep:
    written = Text(text=shell, line=line) if shell is not None else None
    return WorkflowStep(number=1, line=line - 1, end_line=line + 50, run=Script(text=script, line=line), shell=written)


def _read(book: Rulebook, text: str) -> tuple[Subject, Workflow]:
    found = subject(book, {PATH: text})
    return found, found.workflows[PATH]


JOB = WorkflowJob(id="a", line=1, end_line=90)


def test_continued_lines_are_one_and_keep_both_their_lines() -> None:
    step = _step("npm publish \\\n  --access public\n# no\necho done\n")
    assert script_lines(step) == (
        ScriptLine("npm publish --access public", 10, 11),
        ScriptLine("echo done", 13, 13),
    )
    assert [line.text for line in commands(step)] == ["npm publish --access public"]


def test_the_text_of_a_here_document_is_no_command() -> None:
    step = _step("cat > run.sh <<'EOF'\nnpm publish\nEOF\nnpm ci\n")
    assert [(line.text, line.here_document) for line in script_lines(step)] == [
        ("cat > run.sh <<'EOF'", False),
        ("npm publish", True),
        ("npm ci", False),
    ]
    assert [line.line for line in commands(step)] == [10, 13]


def test_what_echo_pipes_into_is_a_command() -> None:
    step = _step('echo "$TOKEN" | docker login --password-stdin\necho docker push a/b\n')
    assert [line.line for line in commands(step)] == [10]


@given(st.text(alphabet=st.sampled_from("ab \\\n#<EOF'\"$|;"), max_size=200))
def test_every_line_of_a_script_lies_inside_it(script: str) -> None:
    lines = script_lines(_step(script))
    assert all(10 <= line.line <= line.last_line <= 10 + script.count("\n") for line in lines)
    assert [line.line for line in lines] == sorted(line.line for line in lines)


@pytest.mark.parametrize(
    ("shell", "script", "answer"),
    [
        (None, "npm publish | tee log", False),
        ("bash", "npm publish | tee log", True),
        ("bash -e {0}", "npm publish | tee log", False),
        (None, "set -euo pipefail\nnpm publish | tee log", True),
    ],
)
def test_pipefail_comes_with_bash_by_name_or_with_set(shell: str | None, script: str, answer: bool) -> None:
    assert has_pipefail(JOB, _step(script, shell=shell)) is answer


@pytest.mark.parametrize(
    "pattern", ["v*", "v[0-9]+.[0-9]+.[0-9]+", "**[0-9]+.[0-9]+.[0-9]+*", "cli/v*", "release-?", "*"]
)
def test_a_pattern_has_samples_that_fit_it(pattern: str) -> None:
    assert samples([pattern])
    assert all(fits(pattern, sample) for sample in samples([pattern]))


@given(st.text(alphabet=st.sampled_from("v*1.[0-9]+?!/a\\"), max_size=30))
def test_no_sample_is_given_that_does_not_fit(pattern: str) -> None:
    assert all(fits(pattern, sample) for sample in samples([pattern]))


def test_a_tag_and_its_release_are_scenarios_of_their_own(shipped_book: Rulebook) -> None:
    text = "on:\n  push:\n    tags: ['v*']\n  release:\n    types: [published]\njobs: {}\n"
    found, workflow = _read(shipped_book, text)
    assert {(each.event, each.action) for each in tag_starts(found, workflow)} == {
        ("push", None),
        ("release", "published"),
    }
    assert all(
        each.tag is not None and each.tag.startswith("v")
        for each in tag_starts(found, workflow)
        if each.event == "push"
    )


def test_a_push_filtered_by_branches_starts_for_no_tag(shipped_book: Rulebook) -> None:
    found, workflow = _read(shipped_book, "on:\n  push:\n    branches: [main]\njobs: {}\n")
    assert tag_starts(found, workflow) == ()
    assert {each.ref for each in starts(found, workflow)} == {"refs/heads/main"}


def test_a_job_runs_only_where_its_condition_and_those_above_it_allow(shipped_book: Rulebook) -> None:
    text = """
on:
  push:
    branches: [main]
    tags: ['v*']
jobs:
  build:
    if: startsWith(github.ref, 'refs/tags/')
    runs-on: ubuntu-24.04
    steps:
      - run: make
  publish:
    needs: build
    runs-on: ubuntu-24.04
    steps:
      - run: make
  notify:
    needs: build
    if: always()
    runs-on: ubuntu-24.04
    steps:
      - run: make
"""
    found, workflow = _read(shipped_book, text)
    everything = starts(found, workflow)

    def kinds(job_id: str) -> set[bool]:
        job = workflow.job(job_id)
        assert job is not None
        return {each.tag is not None for each in runs_in(workflow, job, everything)}

    assert kinds("build") == {True}
    assert kinds("publish") == {True}
    assert kinds("notify") == {True, False}


def test_the_version_is_followed_through_outputs_and_variables(shipped_book: Rulebook) -> None:
    text = """
on:
  push:
    tags: ['v*']
jobs:
  version:
    runs-on: ubuntu-24.04
    outputs:
      number: ${{ steps.tag.outputs.version }}
    steps:
      - id: tag
        run: echo "version=${GITHUB_REF_NAME#v}" >> "$GITHUB_OUTPUT"
  use:
    needs: version
    runs-on: ubuntu-24.04
    env:
      TOOL_VERSION: 1.2.3
    steps:
      - env:
          NUMBER: ${{ needs.version.outputs.number }}
        run: |
          name="tool-$NUMBER"
          curl "$name"
"""
    found, workflow = _read(shipped_book, text)
    values = tag_values(found, workflow)
    job = workflow.job("use")
    assert job is not None
    step = job.steps[0]
    assert values.carries(job, step, "https://host.example/${NUMBER}.zip")
    assert values.carries(job, step, "https://host.example/$name.zip")
    assert not values.carries(job, step, "https://host.example/$TOOL_VERSION.zip")
    assert values.stripped(job, "${{ needs.version.outputs.number }}")
    assert not values.stripped(job, "${{ github.ref_name }}")


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("", "none"),
        ("${{ secrets.GITHUB_TOKEN }}", "own"),
        ("${{ github.token }}", "own"),
        ("${{ secrets.PAT }}", "other"),
        ("${{ secrets.PAT || github.token }}", "other"),
        ("${{ steps.app.outputs.token }}", "other"),
    ],
)
def test_a_token_is_the_own_one_another_or_none(text: str, token: str) -> None:
    assert token_of(text) == token


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("docker.io/Acme/Tool:1.2.3", "acme/tool"),
        ("ghcr.io/acme/tool@sha256:00", "ghcr.io/acme/tool"),
        ("registry.example:5000/acme/tool", "registry.example:5000/acme/tool"),
    ],
)
def test_an_image_is_named_without_tag_and_digest(reference: str, name: str) -> None:
    assert image_name(reference) == name


def test_a_login_publishes_nothing_and_metadata_names_the_image(shipped_book: Rulebook) -> None:
    text = """
on: push
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - uses: docker/login-action@v3
        with:
          registry: ghcr.io
          username: a
          password: b
      - id: meta
        uses: docker/metadata-action@v5
        with:
          images: ghcr.io/acme/tool
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ${{ steps.meta.outputs.tags }}
"""
    found, _ = _read(shipped_book, text)
    (one,) = publications(found)
    assert (one.platform, one.line, images(one)) == ("ghcr", 16, ("ghcr.io/acme/tool",))


def test_a_registry_that_is_set_up_turns_npm_into_github_packages(shipped_book: Rulebook) -> None:
    text = """
on: push
jobs:
  publish:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/setup-node@v5
        with:
          registry-url: https://npm.pkg.github.com
      - run: npm publish
"""
    found, _ = _read(shipped_book, text)
    assert [(one.platform, one.line) for one in publications(found)] == [("github-packages", 10)]


@pytest.mark.parametrize(
    ("line", "major"),
    [
        ("actions/checkout@v4.1.2", 4),
        ("actions/checkout@main", None),
        ("actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0", 5),
        ("actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8", None),
    ],
)
def test_the_version_of_an_action_comes_from_its_ref_or_the_comment(
    line: str, major: int | None, shipped_book: Rulebook
) -> None:
    _, workflow = _read(shipped_book, f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: {line}\n")
    assert major_version(workflow, workflow.jobs[0].steps[0]) == major


def test_the_systems_of_a_matrix_are_those_of_its_legs(shipped_book: Rulebook) -> None:
    text = (
        "on: push\njobs:\n  a:\n    strategy:\n      matrix:\n        os: [ubuntu-24.04, macos-15, self-hosted]\n"
        "    runs-on: ${{ matrix.os }}\n    steps:\n      - run: make\n"
    )
    _, workflow = _read(shipped_book, text)
    assert systems(workflow.jobs[0]) == {"linux", "macos"}
