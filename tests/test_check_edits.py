"""Edits: made in the file's own style, applied without touching anything else, refused where they collide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.checks import edits as making
from auditor.checks.fixing import EditError, apply_edits, fixed
from auditor.model.facts import WorkflowFile
from auditor.model.finding import Edit, Finding, Place, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow
from auditor.workflows.parse import parse_workflow
from tests.checks_fixing import assert_same_elsewhere

PATH = ".github/workflows/release.yml"

RELEASE = """\
name: Release # keep
on:
  push:
    tags: ['v*']

# The jobs.
jobs:
  build:
    runs-on: ubuntu-latest   # cheap
    steps:
      - run: make

  publish:
    needs: build # the hub
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
      # Ships it.
      - name: Publish
        run: |
          npm publish
      - run: |
          echo done
      -   uses: acme/notify@v1
"""


def read(text: str) -> Workflow:
    return parse_workflow(WorkflowFile(path=PATH, text=text))


def edited(text: str, *edits: Edit | None) -> str:
    made = [edit for edit in edits if edit is not None]
    assert len(made) == len(edits), "no edit was made"
    after = apply_edits(text, made)
    assert_same_elsewhere(text, after, made)
    return after


def job(text: str, name: str):  # type: ignore[no-untyped-def]
    workflow = read(text)
    found = workflow.job(name)
    assert found is not None
    return workflow, found


def test_a_key_of_a_job_goes_behind_runs_on() -> None:
    workflow, publish = job(RELEASE, "publish")
    after = edited(RELEASE, making.job_key(workflow, publish, "timeout-minutes: 30"))
    assert "    runs-on: ubuntu-latest\n    timeout-minutes: 30\n    permissions:\n" in after


def test_a_key_of_several_lines_is_indented_as_a_whole() -> None:
    workflow, publish = job(RELEASE, "publish")
    after = edited(RELEASE, making.job_key(workflow, publish, "concurrency:\n  group: release\n"))
    found = job(after, "publish")[1]
    assert found.concurrency is not None
    assert found.concurrency.group == "release"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_key_of_a_step_fits_whatever_its_first_key_is(number: int) -> None:
    workflow, publish = job(RELEASE, "publish")
    after = edited(RELEASE, making.step_key(workflow, publish.steps[number - 1], "continue-on-error: false"))
    changed = job(after, "publish")[1].steps[number - 1]
    assert changed.continue_on_error is not None
    assert changed.continue_on_error.text == "false"


def test_a_step_goes_above_the_comment_of_the_one_it_guards() -> None:
    workflow, publish = job(RELEASE, "publish")
    after = edited(RELEASE, making.step_before(workflow, publish.steps[0], "- name: Check\n  run: |\n    true\n"))
    assert "      - name: Check\n        run: |\n          true\n      # Ships it.\n      - name: Publish\n" in after


def test_a_top_level_key_goes_before_the_jobs_and_their_comment() -> None:
    after = edited(RELEASE, making.workflow_key(read(RELEASE), "concurrency:\n  group: release"))
    assert "\nconcurrency:\n  group: release\n\n# The jobs.\njobs:\n" in after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    needs: build # the hub\n", "    needs: [build, test] # the hub\n"),
        ("    needs: 'build'\n", "    needs: ['build', test]\n"),
        ("    needs: [build, lint]  # two\n", "    needs: [build, lint, test]  # two\n"),
        ("    needs: [ build ]\n", "    needs: [ build, test ]\n"),
        ("    needs:\n      - build\n", "    needs:\n      - build\n      - test\n"),
        ("    needs:\n    -   build # hub\n", "    needs:\n    -   build # hub\n    -   test\n"),
        ("", "    needs: test\n"),
    ],
)
def test_needs_grow_in_the_form_they_have(before: str, after: str) -> None:
    text = RELEASE.replace("    needs: build # the hub\n", before)
    workflow, publish = job(text, "publish")
    changed = edited(text, making.needs_added(workflow, publish, "test"))
    assert after in changed
    assert job(changed, "publish")[1].need_ids == (*publish.need_ids, "test")


@pytest.mark.parametrize("form", ["    needs: [build,\n      lint]\n", "    needs: &hub build\n", "    needs: []\n"])
def test_needs_in_an_unusual_form_are_left_to_people(form: str) -> None:
    text = RELEASE.replace("    needs: build # the hub\n", form)
    workflow, publish = job(text, "publish")
    assert making.needs_added(workflow, publish, "test") is None


@pytest.mark.parametrize(
    "form",
    [
        "    permissions:\n      contents: read\n",
        "    permissions: { contents: read }\n",
        "    permissions: {contents: read}\n",
        "    permissions: {}\n",
        "    permissions:\n      id-token: 'none' # why\n      contents: read\n",
    ],
)
def test_a_scope_is_added_or_raised(form: str) -> None:
    text = RELEASE.replace("    permissions:\n      contents: read\n", form)
    workflow, publish = job(text, "publish")
    assert publish.permissions is not None
    after = edited(text, making.scope_added(workflow, publish.permissions, "id-token", "write"))
    changed = job(after, "publish")[1].permissions
    assert changed is not None
    assert changed.level("id-token") == "write"
    assert changed.level("contents") == publish.permissions.level("contents")


def test_a_job_in_flow_form_is_left_to_people() -> None:
    text = "on: push\njobs:\n  build: { runs-on: ubuntu-latest, steps: [ { run: make } ] }\n"
    workflow, build = job(text, "build")
    assert making.job_key(workflow, build, "timeout-minutes: 5") is None
    assert making.step_key(workflow, build.steps[0], "shell: bash") is None
    assert making.step_before(workflow, build.steps[0], "- run: true") is None


def test_a_place_has_columns_only_when_they_are_sure() -> None:
    workflow = read(RELEASE)
    assert making.place(workflow, 14, "build").column == 12
    assert making.place(workflow, 14, "u").column is None
    assert making.replaced(workflow, 14, "u", "x") is None


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_stay_as_they_are(end: str) -> None:
    text = RELEASE.replace("\n", end)
    workflow, publish = job(text, "publish")
    edit = making.job_key(workflow, publish, "timeout-minutes: 30")
    assert edit is not None
    after = apply_edits(text, [edit])
    old = "    runs-on: ubuntu-latest\n    perm"
    new = "    runs-on: ubuntu-latest\n    timeout-minutes: 30\n    perm"
    assert after == RELEASE.replace(old, new).replace("\n", end)


def test_a_byte_order_mark_and_a_missing_last_line_feed_stay() -> None:
    text = "\ufeffon: push\njobs:\n  a:\n    runs-on: x"
    workflow, a = job(text, "a")
    first = Edit(path=PATH, line=1, column=1, end_line=1, end_column=1, text="name: x\n")
    after = apply_edits(text, [first, making.job_key(workflow, a, "timeout-minutes: 1") or first])
    assert after == "\ufeffname: x\non: push\njobs:\n  a:\n    runs-on: x\n    timeout-minutes: 1"


def test_whole_lines_can_go_wherever_they_stand() -> None:
    workflow = read("on: push\njobs:\n  a:\n    runs-on: x")
    assert apply_edits("\n".join(workflow.lines), [making.removed(workflow, 4, 4)]) == "on: push\njobs:\n  a:"
    assert apply_edits("\n".join(workflow.lines), [making.removed(workflow, 2, 3)]) == "on: push\n    runs-on: x"


def edit(line: int, column: int, end: int, text: str) -> Edit:
    return Edit(path=PATH, line=line, column=column, end_line=line, end_column=end, text=text)


def finding(*edits: Edit, safe: bool = True) -> Finding:
    return Finding(
        check="some-check",
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        message="m",
        place=Place(path=PATH, line=edits[0].line),
        remedy=Remedy(summary="s", edits=edits, safe=safe),
    )


@pytest.mark.parametrize(
    "wrong",
    [
        [edit(1, 1, 4, "x"), edit(1, 3, 5, "y")],
        [edit(1, 2, 2, "x"), edit(1, 2, 2, "y")],
        [edit(9, 1, 1, "x")],
        [edit(1, 1, 99, "x")],
        [edit(1, 0, 1, "x")],
        [edit(1, 4, 2, "x")],
    ],
)
def test_edits_that_collide_or_miss_the_text_are_errors(wrong: list[Edit]) -> None:
    with pytest.raises(EditError):
        apply_edits("on: push\n", wrong)


def test_what_overlaps_waits_for_another_round_and_equal_edits_are_shared() -> None:
    text = "on: push\njobs: {}\n"
    one, same, other = finding(edit(1, 5, 9, "tag")), finding(edit(1, 5, 9, "tag")), finding(edit(1, 6, 7, "x"))
    result = fixed({PATH: text}, [one, same, other])
    assert result.texts == {PATH: "on: tag\njobs: {}\n"}
    assert result.applied == (one, same)
    assert [(each.finding, each.later) for each in result.refused] == [(other, True)]


def test_a_findings_edits_go_in_together_or_not_at_all() -> None:
    text = "on: push\njobs: {}\n"
    result = fixed({PATH: text}, [finding(edit(1, 5, 9, "tag"), edit(7, 1, 1, "x"))])
    assert result.texts == {}
    assert result.refused[0].why == "there is no line 7"


@pytest.mark.parametrize("bad", ["{", "'", "on: x\n"])
def test_a_fix_that_leaves_a_worse_file_is_refused(bad: str) -> None:
    text = "on: push\njobs: {}\n"
    result = fixed({PATH: text}, [finding(edit(2, 1, 1, bad))])
    assert result.texts == {}
    assert not result.refused[0].later


def test_only_safe_fixes_go_in_unless_all_are_wanted() -> None:
    text = "on: push\njobs: {}\n"
    risky = finding(edit(1, 5, 9, "tag"), safe=False)
    assert fixed({PATH: text}, [risky]).texts == {}
    assert fixed({PATH: text}, [risky], unsafe=True).texts == {PATH: "on: tag\njobs: {}\n"}


@given(st.text(alphabet="ab\r\n\u2028 ", max_size=30), st.data())
def test_everything_outside_an_edit_stays(text: str, data: st.DataObject) -> None:
    import re

    lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", text)
    line = data.draw(st.integers(1, len(lines)))
    start = data.draw(st.integers(1, len(lines[line - 1]) + 1))
    end = data.draw(st.integers(start, len(lines[line - 1]) + 1))
    after = apply_edits(text, [edit(line, start, end, "Z")])
    before, behind = after.split("Z")
    assert text.startswith(before)
    assert text.endswith(behind)
    assert len(text) == len(before) + (end - start) + len(behind)
