"""The documents about checks are those of the checks there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auditor.checks.index import with_index
from auditor.checks.running import known_ids

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_the_index_is_the_checks() -> None:
    text = (DOCS / "checks" / "README.md").read_text("utf-8")
    assert with_index(text) == text, "run `python -m auditor.checks.index docs/checks/README.md`"


@pytest.mark.parametrize("check", known_ids())
def test_every_kind_of_finding_has_a_page(check: str) -> None:
    text = (DOCS / "checks" / f"{check}.md").read_text("utf-8")
    assert text.startswith(f"# {check}\n")
    for heading in ("## What it detects", "## Why it matters", "## Remedy"):
        assert heading in text


def test_no_page_speaks_of_a_check_that_is_gone() -> None:
    pages = {path.stem for path in (DOCS / "checks").glob("*.md")} - {"README"}
    assert pages == set(known_ids())


def test_the_guide_names_options_that_exist() -> None:
    from typer.main import get_command

    from auditor.cli.app import app

    commands = get_command(app).commands  # type: ignore[attr-defined]
    known = {
        option for name in ("check", "map", "init", "secrets") for each in commands[name].params for option in each.opts
    }
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", (DOCS / "check.md").read_text("utf-8")))
    assert named - known == set()
