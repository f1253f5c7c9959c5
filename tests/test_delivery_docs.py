"""The pages about what relaudit tells people name commands, inputs, outputs and permissions that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from auditor.api.verification import Verifier, registry_settings, stored_answers
from auditor.cli.app import app
from auditor.collect.bundle import read_bundle
from auditor.collect.folder import open_files
from auditor.config import Config
from auditor.deliver.body import body
from auditor.diagnose.release import judge, state
from auditor.report.badge import badge
from auditor.report.document_kinds import Document
from auditor.report.status import status_document
from auditor.report.words import headline
from auditor.rulebook.book import Rulebook
from tests.example_workflows import EXAMPLES, jobs

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = ("action", "issues-and-pull-requests", "status-documents", "badges", "notifications", "html")
ACTION = yaml.safe_load((DOCS.parent / "action.yml").read_text("utf-8"))


def text(page: str) -> str:
    return (DOCS / f"{page}.md").read_text("utf-8")


def commands() -> list[str]:
    """Every line of a shell block that runs relaudit, without its comment and where its output goes."""
    found = []
    for page in PAGES:
        for block in re.findall(r"^ *```sh\n(.*?)^ *```$", text(page), re.DOTALL | re.MULTILINE):
            found += [line.strip() for line in block.splitlines() if line.strip().startswith("relaudit ")]
    return found


@pytest.mark.parametrize("line", commands())
def test_every_command_parses(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    if ">" in words:
        words = words[: words.index(">")]
    command = get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]  # type: ignore[attr-defined]
    assert not hasattr(command, "commands"), f"{line} names no command"
    command.make_context(line, words)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_how_to_begin_what_it_may_and_what_it_looks_like(page: str) -> None:
    for heading in ("## In five minutes", "## What it "):
        assert heading in text(page)
    assert re.search(r"^## Permissions$", text(page), re.MULTILINE) or "permissions of the job" in text(page)
    assert len(text(page).splitlines()) < 120


@pytest.mark.parametrize("page", PAGES)
def test_every_link_within_the_documents_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", re.sub(r"```.*?```", "", text(page), flags=re.DOTALL)):
        assert (DOCS / target).exists(), target


def test_the_excerpts_are_what_the_sample_release_gives(shipped_book: Rulebook) -> None:
    sample = read_bundle(DOCS.parent / "sample_runs" / "contextlite-v1.0.35")
    stored = stored_answers(open_files(DOCS.parent / "sample_runs" / "contextlite-v1.0.35"))
    settings = registry_settings(Config(), shipped_book, folder=DOCS, timeout=1, cache=None)
    judged = judge(sample, shipped_book)
    answers = Verifier(settings, Config(), (), stored)(judged) if stored is not None else ()
    found = state(judged, answers)
    assert headline(found) in text("html")
    assert headline(found) in text("notifications")
    assert badge(found).endpoint().strip() in text("badges")
    written = {
        "issues-and-pull-requests": body(found),
        "status-documents": status_document(Document.STATUS, found, shipped_book),
    }
    for page, real in written.items():
        excerpt = text(page).partition("## What it looks like")[2]
        lines = [line.removeprefix(">").strip() for line in excerpt.splitlines() if line.startswith(">")]
        plain = re.sub(r"\[(`[^`]*`)\]\([^)]*\)", r"\1", real)
        assert [line for line in lines if line not in plain] == []


def test_the_inputs_are_those_of_the_action() -> None:
    section = text("action").partition("## Inputs")[2].partition("## Outputs")[0]
    told = dict(re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", section, re.MULTILINE))
    assert set(told) == set(ACTION["inputs"])
    for name in ("command", "post", "status-document", "path"):
        assert told[name] == f"`{ACTION['inputs'][name]['default']}`"


def test_the_outputs_are_those_of_the_action() -> None:
    section = text("action").partition("## Outputs")[2].partition("## What it looks like")[0]
    assert set(ACTION["outputs"]) <= set(re.findall(r"`([a-z-]+)`", section))


@pytest.mark.parametrize("name", [path.name for path in EXAMPLES])
def test_the_table_of_examples_tells_the_permissions_of_the_job_that_runs_relaudit(name: str) -> None:
    (row,) = [line for line in text("action").splitlines() if line.startswith(f"| [{name}]")]
    told = dict(pair.split(": ") for pair in row.split("|")[4].strip().split(", "))
    (ours,) = [job for job in jobs(name) if job.ours is not None]
    assert told == ours.permissions
