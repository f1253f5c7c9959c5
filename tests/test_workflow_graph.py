"""The graph of needs, in one file and through calls of reusable workflows."""

from __future__ import annotations

import pytest

from auditor.model.facts import WorkflowFile
from auditor.model.workflow import Workflow
from auditor.workflows.graph import RunGraph, ancestors, called_path, descendants, plain_path
from auditor.workflows.parse import parse_workflow

FOLDER = ".github/workflows/"


def flow(name: str, jobs: str) -> Workflow:
    return parse_workflow(WorkflowFile(path=FOLDER + name, text=f"on: push\njobs:\n{jobs}"))


CHAIN = flow("a.yml", "  lint: {}\n  build: {needs: Lint}\n  test: {needs: [build]}\n  ship: {needs: [test, lint]}\n")


def test_ancestors_are_transitive_and_nearest_first() -> None:
    assert ancestors(CHAIN, "ship") == ("test", "lint", "build")
    assert ancestors(CHAIN, "LINT") == ()


def test_descendants_are_the_other_way_round() -> None:
    assert descendants(CHAIN, "lint") == ("build", "ship", "test")
    assert descendants(CHAIN, "ship") == ()


def test_cycles_and_unknown_needs_end() -> None:
    knot = flow("k.yml", "  a: {needs: [b, ghost]}\n  b: {needs: a}\n  c: {needs: c}\n")
    assert ancestors(knot, "a") == ("b",)
    assert descendants(knot, "a") == ("b",)
    assert ancestors(knot, "c") == ()
    assert ancestors(knot, "nobody") == ()


RELEASE = flow(
    "release.yml",
    "  build: {}\n  gate: {needs: build}\n  publish: {needs: gate, uses: ./.github/workflows/publish.yml}\n"
    "  note: {needs: publish}\n",
)
PUBLISH = flow("publish.yml", "  pack: {}\n  npm: {needs: pack}\n  pypi: {uses: ./.github/workflows/pypi.yml}\n")
PYPI = flow("pypi.yml", "  upload: {}\n  again: {uses: ./.github/workflows/publish.yml}\n")


@pytest.fixture(scope="module")
def graph() -> RunGraph:
    return RunGraph(FOLDER + "release.yml@refs/tags/v1", [RELEASE, PUBLISH, PYPI])


def test_jobs_of_called_workflows_are_nodes_with_their_callers(graph: RunGraph) -> None:
    assert set(graph.nodes) == {
        ("build",),
        ("gate",),
        ("publish",),
        ("note",),
        ("publish", "pack"),
        ("publish", "npm"),
        ("publish", "pypi"),
        ("publish", "pypi", "upload"),
        ("publish", "pypi", "again"),
    }
    assert graph.nodes["publish", "pypi", "upload"].path == FOLDER + "pypi.yml"
    assert graph.inside(("publish", "pypi")) == (("publish", "pypi", "upload"), ("publish", "pypi", "again"))


def test_jobs_of_a_called_workflow_inherit_what_their_caller_needs(graph: RunGraph) -> None:
    assert graph.ancestors(("publish", "npm")) == (("publish", "pack"), ("gate",), ("build",))
    assert graph.ancestors(("publish", "pypi", "upload")) == (("gate",), ("build",))


def test_needing_a_call_means_needing_every_job_in_it(graph: RunGraph) -> None:
    assert set(graph.ancestors(("note",))) == set(graph.nodes) - {("note",)}


def test_descendants_reach_into_calls(graph: RunGraph) -> None:
    assert set(graph.descendants(("gate",))) == set(graph.nodes) - {("gate",), ("build",)}
    assert graph.descendants(("publish", "pack")) == (("note",), ("publish", "npm"))


def test_a_workflow_that_calls_itself_is_followed_once() -> None:
    loop = flow("loop.yml", "  a: {uses: ./.github/workflows/loop.yml}\n")
    assert set(RunGraph(loop.path, [loop]).nodes) == {("a",)}


@pytest.mark.parametrize(
    ("uses", "repository", "path"),
    [
        ("./.github/workflows/x.yml", None, ".github/workflows/x.yml"),
        ("acme/cli/.github/workflows/x.yml@v1", "Acme/CLI", ".github/workflows/x.yml"),
        ("acme/cli/.github/workflows/x.yml@v1", None, None),
        ("other/cli/.github/workflows/x.yml@v1", "acme/cli", None),
    ],
)
def test_only_files_of_the_same_repository_are_followed(uses: str, repository: str | None, path: str | None) -> None:
    assert called_path(flow("c.yml", f"  a: {{uses: {uses}}}\n").jobs[0], repository) == path


def test_the_ref_behind_a_run_path_is_dropped() -> None:
    assert plain_path(".github/workflows/a.yml@refs/heads/x") == plain_path("./.github/workflows/a.yml")
