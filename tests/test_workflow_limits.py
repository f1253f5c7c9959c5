"""Hostile workflow files are refused quickly, and nothing but a Workflow or a WorkflowError comes of any text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.facts import WorkflowFile
from auditor.workflows.errors import WorkflowError
from auditor.workflows.guards import find_guards
from auditor.workflows.job_names import expected_names
from auditor.workflows.parse import parse_workflow
from auditor.workflows.version_source import version_sources
from auditor.workflows.yaml_tree import DEEPEST, LARGEST_FILE, MOST_ALIASES, MOST_NODES

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(BOMB, "aliases are expanded", id="alias bomb"),
        pytest.param("a: &a x\nb: [" + "*a, " * (MOST_ALIASES + 1) + "]", "aliases", id="many aliases"),
        pytest.param("a: " + "[" * 50_000, "nested deeper", id="deep flow"),
        pytest.param("\n".join(" " * level + "a:" for level in range(DEEPEST + 5)), "nested deeper", id="deep block"),
        pytest.param(
            "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, DEEPEST + 5)),
            "with aliases expanded",
            id="deep by aliases",
        ),
        pytest.param("a: [" + "x," * (MOST_NODES + 1) + "]", "nodes", id="many nodes"),
        pytest.param("#" * (LARGEST_FILE + 1), "larger than 5 MB", id="large file"),
        pytest.param("# " + "é" * (LARGEST_FILE // 2), "larger than 5 MB", id="large in bytes"),
        pytest.param("on: \ud800", "not valid YAML", id="lone surrogate"),
    ],
)
def test_text_beyond_the_limits_is_refused(text: str, said: str) -> None:
    with pytest.raises(WorkflowError, match=said):
        parse_workflow(WorkflowFile(path="w.yml", text=text))


def test_a_large_matrix_is_not_expanded() -> None:
    numbers = ", ".join(str(number) for number in range(60))
    text = f"on: push\njobs: {{a: {{strategy: {{matrix: {{x: [{numbers}], y: [{numbers}], z: [{numbers}]}}}}}}}}"
    flow = parse_workflow(WorkflowFile(path="w.yml", text=text))
    assert flow.jobs[0].matrix is not None
    assert flow.jobs[0].matrix.combos is None
    assert "more than 256 combinations" in flow.problems[0].text


KEYS = st.sampled_from(
    [
        "on",
        "jobs",
        "steps",
        "run",
        "if",
        "needs",
        "name",
        "id",
        "uses",
        "with",
        "strategy",
        "matrix",
        "include",
        "exclude",
        "env",
        "outputs",
        "secrets",
        "permissions",
        "concurrency",
        "environment",
        "runs-on",
        "push",
        "inputs",
        "a",
        "<<",
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        [
            "${{ matrix.a }}",
            "${{",
            "steps.a.outputs.b == 'x'",
            "echo a=b >> $GITHUB_OUTPUT",
            "if x; then",
            "a",
            "inherit",
        ]
    ),
)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=25
)


def survives(text: str) -> None:
    """Everything that reads a workflow copes with whatever the parser lets through."""
    try:
        flow = parse_workflow(WorkflowFile(path="w.yml", text=text))
    except WorkflowError:
        return
    for job in flow.jobs:
        assert 1 <= job.line <= job.end_line <= max(1, len(flow.lines))
    find_guards(flow)
    version_sources(flow)
    expected_names("w.yml", {"w.yml": flow})


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_a_workflow_or_a_workflow_error(text: str) -> None:
    survives(text)


@given(st.text(alphabet="on: jbs\n-[]{}&*'\"|>#!%@`,?~$\t\\<", max_size=120))
@settings(max_examples=200, deadline=None)
def test_any_yaml_like_text_gives_a_workflow_or_a_workflow_error(text: str) -> None:
    survives("on: push\njobs:\n" + text)


@given(st.dictionaries(KEYS, TREES, max_size=5))
@settings(max_examples=150, deadline=None)
def test_any_shape_under_the_known_keys_is_read(tree: dict[str, object]) -> None:
    survives(json.dumps({"on": "push", "jobs": {"a": tree, "b": {"steps": [tree]}}}))
