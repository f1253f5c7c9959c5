"""A static matrix expands as on GitHub, with the labels it puts into job names."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.facts import WorkflowFile
from auditor.model.workflow import Matrix
from auditor.workflows.expression import UNKNOWN
from auditor.workflows.matrix import matrix_context
from auditor.workflows.parse import parse_workflow


def expanded(written: str) -> Matrix:
    text = f"on: push\njobs:\n  a:\n    strategy:\n      matrix: {written}\n"
    matrix = parse_workflow(WorkflowFile(path="w.yml", text=text)).jobs[0].matrix
    assert matrix is not None
    assert matrix.line == 5
    return matrix


def labels(written: str) -> list[str]:
    matrix = expanded(written)
    assert matrix.combos is not None
    return [combo.label for combo in matrix.combos]


def test_the_cross_product_keeps_the_order_of_the_file() -> None:
    assert labels("{os: [linux, windows], node: [18, 20]}") == [
        "linux, 18",
        "linux, 20",
        "windows, 18",
        "windows, 20",
    ]


def test_include_extends_fitting_legs_without_showing_in_their_labels() -> None:
    matrix = expanded("{os: [linux, windows], include: [{os: linux, publish: true}, {color: green}]}")
    assert matrix.combos is not None
    assert [(combo.label, combo.values) for combo in matrix.combos] == [
        ("linux", {"os": "linux", "publish": True, "color": "green"}),
        ("windows", {"os": "windows", "color": "green"}),
    ]


def test_include_that_fits_no_leg_is_a_leg_of_its_own_with_all_its_values() -> None:
    assert labels("{os: [linux], include: [{os: macos, arch: arm64, ci: false}]}") == ["linux", "macos, arm64, false"]


def test_include_alone_makes_the_legs() -> None:
    assert labels("{include: [{pkg: core, dir: a}, {pkg: cli, dir: b}]}") == ["core, a", "cli, b"]


def test_exclude_removes_legs_by_loose_comparison_of_nested_values() -> None:
    assert labels("{os: [Linux, windows], node: ['18', 20], exclude: [{os: linux, node: 18}]}") == [
        "Linux, 20",
        "windows, 18",
        "windows, 20",
    ]
    assert labels("{t: [{a: 1, b: x}, {a: 2, b: y}], exclude: [{t: {a: 2}}]}") == ["1, x"]


def test_labels_show_numbers_as_numbers_and_leave_out_what_is_empty() -> None:
    assert labels("{python: [3.10, '3.10'], x: [null, '', true]}") == [
        "3.1",
        "3.1",
        "3.1, true",
        "3.10",
        "3.10",
        "3.10, true",
    ]


@pytest.mark.parametrize(
    "written",
    [
        "${{ fromJSON(needs.plan.outputs.matrix) }}",
        "{os: '${{ fromJSON(inputs.oses) }}'}",
        "{os: [a], include: '${{ fromJSON(inputs.more) }}'}",
        "{os: ['${{ inputs.os }}', b], exclude: [{os: b}]}",
    ],
)
def test_a_matrix_that_only_the_run_knows_is_dynamic(written: str) -> None:
    assert expanded(written).combos is None


def test_an_expression_as_a_value_leaves_the_legs_known() -> None:
    matrix = expanded("{os: [a, b], include: [{os: a, tag: '${{ github.ref_name }}'}]}")
    assert matrix.combos is not None
    values: dict[str, Any] = matrix.combos[0].values
    assert matrix_context(values) == {"os": "a", "tag": UNKNOWN}


def test_an_empty_vector_gives_no_legs() -> None:
    assert labels("{os: []}") == []
