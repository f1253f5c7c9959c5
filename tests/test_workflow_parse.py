"""Workflow files are read with the line of everything, and odd shapes are tolerated."""

from __future__ import annotations

import pytest

from auditor.model.facts import WorkflowFile
from auditor.model.workflow import Text, Workflow
from auditor.workflows.errors import WorkflowError
from auditor.workflows.parse import parse_workflow

RELEASE = """\
name: Release
on:
  push:
    tags: ['v*', '!v*-rc*']
  release:
    types: [published]
  workflow_dispatch:
    inputs:
      dry-run:
        type: boolean
        required: true
      channel: {default: stable}
  schedule:
    - cron: '5 4 * * *'
permissions:
  contents: read
  id-token: write
concurrency:
  group: release-${{ github.ref }}
  cancel-in-progress: false
env:
  TOKEN: ${{ secrets.ROOT_TOKEN }}
defaults:
  run: {shell: bash}
jobs:
  build:
    name: Build it
    runs-on: [self-hosted, linux]
    timeout-minutes: 30
    continue-on-error: ${{ matrix.experimental }}
    environment: {name: prod, url: https://acme.example}
    outputs:
      version: ${{ steps.version.outputs.version }}
    strategy:
      fail-fast: false
      matrix:
        os: [ubuntu-latest, macos-14]
    steps:
      - uses: actions/checkout@v4
        with: {fetch-depth: 0}

      - name: Version
        id: version
        if: success()
        shell: sh
        timeout-minutes: 5
        continue-on-error: true
        working-directory: cli
        env:
          SECRET: ${{ secrets['STEP_SECRET'] }}
        run: |
          # the tag, without v
          echo "version=${GITHUB_REF#refs/tags/v}" >> "$GITHUB_OUTPUT"

          curl -H "X: ${{ secrets.LATE }}" https://acme.example

  # publishes
  publish:
    needs: build
    if: >-
      github.event_name == 'push' &&
      needs.build.result == 'success'
    uses: ./.github/workflows/publish.yml
    with:
      version: ${{ needs.build.outputs.version }}
    secrets: inherit
"""


def parsed(text: str, path: str = ".github/workflows/release.yml") -> Workflow:
    return parse_workflow(WorkflowFile(path=path, text=text))


@pytest.fixture(scope="module")
def release() -> Workflow:
    return parsed(RELEASE)


def test_head_of_the_file_is_read(release: Workflow) -> None:
    assert release.name == Text(text="Release", line=1)
    assert release.permissions is not None
    assert release.permissions.line == 15
    assert release.permissions.level("id-token") == "write"
    assert release.permissions.level("packages") == "none"
    assert release.concurrency is not None
    assert (release.concurrency.group, release.concurrency.cancel_in_progress) == (
        "release-${{ github.ref }}",
        "false",
    )
    assert release.problems == ()


def test_triggers_keep_their_filters_and_lines(release: Workflow) -> None:
    assert [(each.event, each.line) for each in release.triggers] == [
        ("push", 3),
        ("release", 5),
        ("workflow_dispatch", 7),
        ("schedule", 13),
    ]
    push, dispatch, schedule = (release.trigger(name) for name in ("push", "workflow_dispatch", "schedule"))
    assert push is not None
    assert push.tags == ("v*", "!v*-rc*")
    assert dispatch is not None
    assert [(each.name, each.type, each.required, each.default, each.line) for each in dispatch.inputs] == [
        ("dry-run", "boolean", True, None, 9),
        ("channel", "string", False, "stable", 12),
    ]
    assert schedule is not None
    assert schedule.crons == ("5 4 * * *",)


def test_jobs_know_where_they_stand(release: Workflow) -> None:
    build = release.job("BUILD")
    assert build is not None
    assert (build.line, build.end_line) == (26, 55)
    assert build.display_name == "Build it"
    assert [label.text for label in build.runs_on] == ["self-hosted", "linux"]
    assert build.timeout_minutes == Text(text="30", line=29)
    assert build.environment is not None
    assert (build.environment.name, build.environment.url) == ("prod", "https://acme.example")
    assert build.shell == Text(text="bash", line=24)
    assert build.fail_fast == Text(text="false", line=35)
    assert build.matrix is not None
    assert build.matrix.combos is not None
    assert [combo.label for combo in build.matrix.combos] == ["ubuntu-latest", "macos-14"]


def test_a_call_keeps_its_condition_inputs_and_secrets(release: Workflow) -> None:
    publish = release.job("publish")
    assert publish is not None
    assert (publish.line, publish.end_line) == (58, 66)
    assert publish.need_ids == ("build",)
    assert publish.condition == Text(text="github.event_name == 'push' && needs.build.result == 'success'", line=61)
    assert publish.uses == Text(text="./.github/workflows/publish.yml", line=63)
    assert publish.inputs["version"].line == 65
    assert publish.inherits_secrets
    assert publish.secrets == {}


def test_steps_know_their_lines_and_the_first_line_of_their_script(release: Workflow) -> None:
    build = release.job("build")
    assert build is not None
    checkout, version = build.steps
    assert (checkout.number, checkout.line, checkout.end_line) == (1, 39, 40)
    assert checkout.inputs == {"fetch-depth": Text(text="0", line=40)}
    assert (version.line, version.end_line, version.id) == (42, 55, "version")
    assert version.run is not None
    assert version.run.line == 52
    assert version.run.line_of(1) == 53
    assert version.condition == Text(text="success()", line=44)
    assert version.shell == Text(text="sh", line=45)
    assert version.continue_on_error == Text(text="true", line=47)
    assert version.timeout_minutes == Text(text="5", line=46)
    assert version.working_directory == Text(text="cli", line=48)


def test_a_step_can_be_quoted_exactly(release: Workflow) -> None:
    build = release.job("build")
    assert build is not None
    assert release.source_lines(build.steps[0].line, build.steps[0].end_line) == (
        "      - uses: actions/checkout@v4",
        "        with: {fetch-depth: 0}",
    )
    assert len(release.source_lines(1, 10_000)) == 60
    assert release.source_lines(5, 4) == ()


def test_secrets_are_found_where_they_are_read(release: Workflow) -> None:
    assert [(use.name, use.line) for use in release.secrets_used] == [
        ("ROOT_TOKEN", 22),
        ("STEP_SECRET", 50),
        ("LATE", 55),
        ("inherit", 66),
    ]
    build = release.job("build")
    assert build is not None
    assert [use.name for use in build.secrets_used] == ["STEP_SECRET", "LATE"]


def test_outputs_named_secrets_are_no_secrets() -> None:
    flow = parsed("on: push\njobs: {a: {env: {X: '${{ needs.b.outputs.secrets.y }}', Y: 'secrets.Z'}}}")
    assert flow.secrets_used == ()


@pytest.mark.parametrize(
    ("written", "events"),
    [("push", ["push"]), ("[push, release]", ["push", "release"]), ("{push: , release: {}}", ["push", "release"])],
)
def test_on_may_be_a_word_a_list_or_a_mapping(written: str, events: list[str]) -> None:
    assert [each.event for each in parsed(f"on: {written}\njobs: {{}}\n").triggers] == events


def test_on_yes_and_no_are_plain_words() -> None:
    flow = parsed("on: push\nenv: {A: yes, B: no, on: off}\njobs: {}\n")
    assert {name: text.text for name, text in flow.env.items()} == {"A": "yes", "B": "no", "on": "off"}


def test_missing_parts_are_tolerated() -> None:
    flow = parsed("jobs:\n  a:\n  b: {needs: [a], steps: }\n  c: {steps: nope, permissions: {}}\n")
    assert [job.id for job in flow.jobs] == ["a", "b", "c"]
    assert all(job.steps == () for job in flow.jobs)
    assert flow.jobs[2].permissions is not None
    assert flow.jobs[2].permissions.level("contents") == "none"
    assert [problem.text for problem in flow.problems] == [
        "the workflow has no `on`",
        "`steps` of job `c` should be a list",
    ]


@pytest.mark.parametrize(("written", "level"), [("read-all", "read"), ("write-all", "write")])
def test_permissions_may_be_one_word(written: str, level: str) -> None:
    flow = parsed(f"on: push\npermissions: {written}\njobs: {{}}\n")
    assert flow.permissions is not None
    assert flow.permissions.level("id-token") == level


def test_of_duplicate_keys_the_last_wins_and_is_reported() -> None:
    flow = parsed("on: push\njobs:\n  a: {name: one}\n  a: {name: two}\n")
    assert [job.display_name for job in flow.jobs] == ["two"]
    assert [(each.line, each.text) for each in flow.problems] == [
        (4, "the key `a` stands twice in `jobs`; the last one counts")
    ]


def test_anchors_are_followed_and_merge_keys_reported() -> None:
    flow = parsed("on: push\njobs:\n  a: {steps: &s [{run: echo}]}\n  b: {steps: *s}\n  c: {<<: {name: x}}\n")
    assert [len(job.steps) for job in flow.jobs] == [1, 1, 0]
    assert [each.line for each in flow.problems] == [5]


def test_a_called_workflow_declares_its_interface() -> None:
    flow = parsed(
        "on:\n  workflow_call:\n    inputs: {tag: {type: string}}\n    secrets: {KEY: {required: true}}\n"
        "    outputs: {url: {value: '${{ jobs.a.outputs.url }}'}}\njobs: {a: {}}\n"
    )
    trigger = flow.trigger("workflow_call")
    assert trigger is not None
    assert trigger.secrets == ("KEY",)
    assert trigger.outputs["url"] == Text(text="${{ jobs.a.outputs.url }}", line=5)


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("on: push\njobs: [", "3", "not valid YAML"),
        ("- a\n", "1", "must be a mapping"),
        ("", "1", "empty"),
        ("on: push\n---\na: b\n", "2", "more than one YAML document"),
        ("on: *nothing\n", "1", "has no anchor"),
        ("on: &a [*a]\n", "1", "inside its own anchor"),
        ("on: \x00\n", "1", "not valid YAML"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(text: str, where: str, said: str) -> None:
    with pytest.raises(WorkflowError, match=said) as caught:
        parsed(text, "w.yml")
    assert str(caught.value).startswith(f"w.yml:{where}: ")
    assert str(caught.value.line) == where


def test_windows_line_ends_count_as_one_line() -> None:
    flow = parsed("on: push\r\njobs:\r\n  a:\r\n    steps:\r\n      - run: echo\r\n")
    assert flow.jobs[0].steps[0].line == 5
    assert flow.source_lines(5, 5) == ("      - run: echo",)


def test_a_folded_script_does_not_claim_lines_it_does_not_know() -> None:
    step = (
        parsed("on: push\njobs:\n  a:\n    steps:\n      - run: >\n          one\n\n          two\n").jobs[0].steps[0]
    )
    assert step.run is not None
    assert step.run.line == 6
    assert step.run.line_of(1) == 6
