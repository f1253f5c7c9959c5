"""The step that derives the version from the tag is found, with everyone who reads it."""

from __future__ import annotations

import pytest

from auditor.model.facts import WorkflowFile
from auditor.model.workflow import Workflow
from auditor.workflows.parse import parse_workflow
from auditor.workflows.version_source import derived_again, single_version_source, version_sources


def flow(script: str, more: str = "") -> Workflow:
    body = "\n".join("          " + line for line in script.split("\n"))
    return parse_workflow(
        WorkflowFile(
            path="w.yml",
            text="on: push\njobs:\n  version:\n    outputs:\n      version: ${{ steps.v.outputs.version }}\n    steps:\n"
            f"      - id: v\n        run: |\n{body}\n      - run: echo ${{{{ steps.v.outputs.version }}}}\n{more}",
        )
    )


READER = "  npm:\n    needs: version\n    steps:\n      - run: npm version ${{ needs.version.outputs.version }}\n"


@pytest.mark.parametrize(
    ("script", "line"),
    [
        ('echo "version=${GITHUB_REF#refs/tags/v}" >> "$GITHUB_OUTPUT"', 9),
        ("echo version=${{ github.ref_name }} >> $GITHUB_OUTPUT", 9),
        ('TAG="$GITHUB_REF_NAME"\nVERSION=${TAG#v}\necho "version=$VERSION" >> "$GITHUB_OUTPUT"', 11),
        ('echo "::set-output name=version::${GITHUB_REF##*/}"', 9),
        ("# GITHUB_REF\nV=${{ github.event.release.tag_name }}\necho version=${V} >> $GITHUB_OUTPUT", 11),
    ],
)
def test_the_step_that_derives_the_version_is_found(script: str, line: int) -> None:
    workflow = flow(script, READER)
    (source,) = version_sources(workflow)
    assert (source.job_id, source.step.id, source.output, source.line) == ("version", "v", "version", line)
    assert [job for job, _ in source.readers] == ["version", "npm"]
    assert single_version_source(workflow) == source


@pytest.mark.parametrize(
    "script", ["echo version=$(cat VERSION) >> $GITHUB_OUTPUT", 'echo "$GITHUB_REF"', "TAG=$GITHUB_REF"]
)
def test_outputs_of_other_origin_are_no_source(script: str) -> None:
    assert version_sources(flow(script)) == ()


def test_a_second_derivation_means_there_is_no_single_source() -> None:
    again = READER + "      - run: |\n          # GITHUB_REF\n          docker build -t x:${GITHUB_REF_NAME#v} .\n"
    workflow = flow('echo "version=${GITHUB_REF#refs/tags/v}" >> "$GITHUB_OUTPUT"', again)
    assert single_version_source(workflow) is None
    (source,) = version_sources(workflow)
    assert derived_again(workflow, source) == (("npm", 17),)


def test_a_source_nobody_reads_is_none() -> None:
    text = "on: push\njobs: {a: {steps: [{id: v, run: 'echo version=$GITHUB_REF_NAME >> $GITHUB_OUTPUT'}]}}"
    workflow = parse_workflow(WorkflowFile(path="w.yml", text=text))
    assert len(version_sources(workflow)) == 1
    assert single_version_source(workflow) is None


def test_a_similar_name_is_not_a_reader() -> None:
    workflow = flow("echo v=$GITHUB_REF_NAME >> $GITHUB_OUTPUT")
    (source,) = version_sources(workflow)
    assert source.output == "v"
    assert source.readers == ()
