"""Job names of a run are matched back to the jobs of the workflow files."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.facts import WorkflowFile
from auditor.model.workflow import Workflow
from auditor.workflows.job_names import How, cut_name
from auditor.workflows.matching import JobMatch, fits, match_jobs
from auditor.workflows.parse import parse_workflow

FOLDER = ".github/workflows/"
MAIN = FOLDER + "main.yml"


def flow(jobs: str, name: str = "main.yml", on: str = "push") -> Workflow:
    return parse_workflow(WorkflowFile(path=FOLDER + name, text=f"on: {on}\njobs:\n{jobs}"))


def matched(jobs: str, *names: str, also: tuple[Workflow, ...] = ()) -> dict[str, JobMatch]:
    return match_jobs(MAIN, [flow(jobs), *also], names)


def chains(found: dict[str, JobMatch]) -> dict[str, tuple[str, ...]]:
    return {name: match.chain for name, match in found.items()}


def test_a_job_without_name_is_called_by_its_id() -> None:
    found = matched("  build: {}\n  publish-npm: {}\n", "publish-npm", "build", "Build")
    assert chains(found) == {"publish-npm": ("publish-npm",), "build": ("build",)}
    assert found["build"].how is How.EXACT
    assert found["build"].job is not None
    assert found["build"].path == MAIN


def test_a_plain_name_gets_the_matrix_values_in_parentheses() -> None:
    jobs = "  b: {name: Build it, strategy: {matrix: {os: [linux, windows], node: [18, 20]}}}\n"
    found = matched(jobs, "Build it (windows, 20)", "Build it (linux, 18)", "Build it (linux, 19)")
    assert chains(found) == {"Build it (windows, 20)": ("b",), "Build it (linux, 18)": ("b",)}
    assert found["Build it (windows, 20)"].matrix == "windows, 20"
    assert found["Build it (windows, 20)"].values == {"os": "windows", "node": 20}


def test_a_name_with_expressions_has_no_suffix() -> None:
    jobs = "  b: {name: 'Build ${{ matrix.os }}', strategy: {matrix: {os: [linux, windows], node: [18]}}}\n"
    found = matched(jobs, "Build linux", "Build windows", "Build linux (linux, 18)")
    assert chains(found) == {"Build linux": ("b",), "Build windows": ("b",)}
    assert found["Build linux"].how is How.EXACT


def test_an_empty_evaluated_name_falls_back_to_the_id_with_suffix() -> None:
    jobs = "  b: {name: '${{ matrix.title }}', strategy: {matrix: {os: [linux, mac]}}}\n"
    assert chains(matched(jobs, "b (mac)")) == {"b (mac)": ("b",)}


@pytest.mark.parametrize("name", ["b", "t ${{ matrix.os }}", "call"])
def test_a_job_skipped_before_expansion_shows_its_bare_name_or_template(name: str) -> None:
    jobs = (
        "  b: {strategy: {matrix: {os: [linux]}}}\n"
        "  t: {name: 't ${{ matrix.os }}', strategy: {matrix: {os: [linux]}}}\n"
        "  call: {uses: ./.github/workflows/x.yml, strategy: {matrix: {os: [linux]}}}\n"
    )
    match = matched(jobs, name)[name]
    assert match.how is How.UNEXPANDED
    assert match.job is not None
    assert match.matrix is None


def test_parts_known_only_at_run_time_match_as_a_template() -> None:
    jobs = "  p: {name: 'Publish ${{ inputs.pkg }} to ${{ vars.WHERE }}'}\n  q: {name: '${{ inputs.pkg }}'}\n"
    found = matched(jobs, "Publish core to npm", "core")
    assert chains(found) == {"Publish core to npm": ("p",), "core": ("q",)}
    assert {match.how for match in found.values()} == {How.TEMPLATE}


def test_a_dynamic_matrix_is_matched_by_its_suffix() -> None:
    jobs = "  b: {name: Build, strategy: {matrix: '${{ fromJSON(needs.a.outputs.m) }}'}}\n"
    found = matched(jobs, "Build (x, 1)", "Build (y)", "Build", "Build it (x)")
    assert chains(found) == {"Build (x, 1)": ("b",), "Build (y)": ("b",), "Build": ("b",)}
    assert found["Build (x, 1)"].matrix == "x, 1"
    assert found["Build"].how is How.UNEXPANDED


def test_exact_names_win_over_templates() -> None:
    jobs = "  open: {name: '${{ inputs.title }}'}\n  npm: {name: npm}\n"
    assert chains(matched(jobs, "npm", "other")) == {"npm": ("npm",), "other": ("open",)}


def test_the_more_specific_template_wins() -> None:
    jobs = "  open: {name: '${{ inputs.title }}'}\n  npm: {name: 'npm ${{ inputs.title }}'}\n"
    assert chains(matched(jobs, "npm core")) == {"npm core": ("npm",)}


def test_a_template_takes_one_name_only_unless_it_has_a_matrix() -> None:
    jobs = "  a: {name: 'Run ${{ inputs.x }}'}\n"
    assert len(matched(jobs, "Run one", "Run two")) == 1
    many = "  a: {name: 'Run ${{ matrix.x }}', strategy: {matrix: '${{ fromJSON(inputs.x) }}'}}\n"
    assert len(matched(many, "Run one", "Run two")) == 2


def test_names_are_moved_along_so_that_all_find_a_place() -> None:
    jobs = "  a: {name: 'x${{ inputs.a }}'}\n  b: {name: '${{ inputs.b }}y'}\n"
    assert chains(matched(jobs, "xy", "x1")) == {"xy": ("b",), "x1": ("a",)}


def test_a_coin_toss_is_not_made() -> None:
    assert matched("  a: {name: Same}\n  b: {name: Same}\n", "Same") == {}
    assert matched("  a: {name: 'T ${{ inputs.a }}'}\n  b: {name: 'T ${{ inputs.b }}'}\n", "T 1", "T 2") == {}


CALLED = flow(
    "  npm: {name: 'npm ${{ inputs.pkg }}'}\n  legs: {strategy: {matrix: {node: [18, 20]}}}\n"
    "  deep: {uses: ./.github/workflows/deep.yml}\n",
    "called.yml",
    "{workflow_call: {inputs: {pkg: {type: string, default: core}}}}",
)
DEEP = flow("  leaf: {}\n", "deep.yml", "workflow_call")


def test_jobs_of_called_workflows_are_found_through_all_levels() -> None:
    jobs = "  publish: {name: Publish, uses: ./.github/workflows/called.yml, with: {pkg: cli}}\n"
    names = ["Publish / npm cli", "Publish / legs (20)", "Publish / deep / leaf", "Publish / deep", "Publish"]
    found = matched(jobs, *names, also=(CALLED, DEEP))
    assert chains(found) == {
        "Publish / npm cli": ("publish", "npm"),
        "Publish / legs (20)": ("publish", "legs"),
        "Publish / deep / leaf": ("publish", "deep", "leaf"),
        "Publish / deep": ("publish", "deep"),
        "Publish": ("publish",),
    }
    assert found["Publish / deep / leaf"].path == FOLDER + "deep.yml"
    assert found["Publish / legs (20)"].matrix == "20"


def test_the_caller_may_be_a_matrix_and_pass_its_values_in() -> None:
    jobs = (
        "  p: {uses: ./.github/workflows/called.yml, with: {pkg: '${{ matrix.pkg }}'}, "
        "strategy: {matrix: {pkg: [cli, web]}}}\n"
    )
    found = matched(jobs, "p (web) / npm web", "p (cli) / legs (18)", "p (cli) / npm web", also=(CALLED, DEEP))
    assert found["p (web) / npm web"].chain == ("p", "npm")
    assert found["p (web) / npm web"].matrix == "web"
    assert found["p (cli) / legs (18)"].matrix == "cli / 18"
    assert found["p (cli) / npm web"].how is How.PREFIX


def test_an_input_left_out_has_its_default() -> None:
    found = matched("  p: {uses: ./.github/workflows/called.yml}\n", "p / npm core", also=(CALLED,))
    assert found["p / npm core"].how is How.EXACT


def test_of_an_unknown_called_workflow_only_the_caller_is_known() -> None:
    found = matched("  ext: {name: External, uses: o/r/.github/workflows/x.yml@v1}\n", "External / a / b", "External")
    assert found["External / a / b"].chain == ("ext",)
    assert found["External / a / b"].job is None
    assert found["External / a / b"].how is How.PREFIX
    assert found["External"].job is not None


def test_an_open_part_does_not_swallow_a_caller() -> None:
    assert matched("  a: {name: '${{ inputs.x }}'}\n", "one / two") == {}


def test_a_slash_in_a_plain_name_is_just_text() -> None:
    assert chains(matched("  a: {name: Build / Test}\n", "Build / Test")) == {"Build / Test": ("a",)}


LONG = "x" * 95


def test_long_names_are_cut_as_github_does() -> None:
    assert cut_name("y" * 100) == "y" * 100
    assert cut_name("y" * 101) == "y" * 97 + "..."
    assert len(cut_name("🦀" * 60).encode("utf-16-le")) == 200


@pytest.mark.parametrize(
    ("jobs", "name"),
    [
        (f"  a: {{name: {LONG}, strategy: {{matrix: {{os: [ubuntu-latest]}}}}}}\n", f"{LONG} (..."),
        (f"  a: {{name: '{LONG} ${{{{ inputs.x }}}} and more'}}\n", f"{LONG} v..."),
        (f"  a: {{name: {LONG}, strategy: {{matrix: '${{{{ fromJSON(inputs.x) }}}}'}}}}\n", f"{LONG} (..."),
        (f"  a: {{name: '{LONG} ${{{{ matrix.os }}}}', strategy: {{matrix: {{os: [a]}}}}}}\n", f"{LONG} $..."),
    ],
)
def test_cut_names_are_matched(jobs: str, name: str) -> None:
    assert chains(matched(jobs, name)) == {name: ("a",)}


def test_dots_at_the_end_of_a_short_name_are_no_cut() -> None:
    assert not fits("Publish...", ("Publish to ", None))


def test_the_run_path_may_carry_a_ref_and_the_file_may_be_missing() -> None:
    assert set(match_jobs(MAIN + "@refs/tags/v1", [flow("  a: {}\n")], ["a"])) == {"a"}
    assert match_jobs("elsewhere.yml", [flow("  a: {}\n")], ["a"]) == {}


def test_a_workflow_calling_itself_ends() -> None:
    assert set(matched("  a: {uses: ./.github/workflows/main.yml}\n", "a / a / a")) == {"a / a / a"}


@given(st.lists(st.text(alphabet="ab/ .()$", max_size=12), max_size=6))
@settings(max_examples=150, deadline=None)
def test_every_match_is_of_a_name_asked_for_and_names_are_never_shared(names: list[str]) -> None:
    jobs = (
        "  a: {}\n  b: {name: 'a ${{ inputs.x }}'}\n  c: {name: '${{ inputs.x }}b'}\n"
        "  d: {name: a, strategy: {matrix: {x: [a, b]}}}\n  e: {uses: ./.github/workflows/none.yml}\n"
    )
    found = matched(jobs, *names)
    assert set(found) <= set(names)
    single = [match.chain for match in found.values() if match.chain in (("b",), ("c",)) and match.how is How.TEMPLATE]
    assert len(single) == len(set(single))


@given(st.text(alphabet="ab /.", max_size=20), st.lists(st.none() | st.text(alphabet="ab /.", max_size=3), max_size=5))
def test_fitting_agrees_with_the_plain_definition(name: str, parts: list[str | None]) -> None:
    walls = {at for at in range(len(name)) if name.startswith(" / ", at)}

    def plainly(at: int, rest: list[str | None]) -> bool:
        if not rest:
            return at == len(name)
        if rest[0] is not None:
            return name.startswith(rest[0], at) and plainly(at + len(rest[0]), rest[1:])
        ends = range(at, len(name) + 1)
        return any(plainly(end, rest[1:]) for end in ends if not (set(range(at, end)) & walls))

    assert fits(name, tuple(parts)) is plainly(0, parts)
