"""docs/reliability.md names tests; they must be there, under the heading of their file, and none may be left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "reliability.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^Tests are in \[tests/(\w+\.py)\](.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))


def test_the_document_has_its_sections() -> None:
    assert sorted(SECTIONS) == [f"test_live_{name}.py" for name in ("downloads", "faults", "interrupt", "tokens")]


@pytest.mark.parametrize("file", SECTIONS)
def test_the_table_names_every_test_of_the_file_and_no_other(file: str) -> None:
    named = set(re.findall(r"`(test_\w+)` \|$", SECTIONS[file], re.MULTILINE))
    there = set(re.findall(r"^def (test_\w+)\(", (ROOT / "tests" / file).read_text("utf-8"), re.MULTILINE))
    assert named == there


def test_the_bounds_are_those_of_the_code() -> None:
    from auditor.collect.github import client, download, rate

    assert (client.TRIES, client.LONGEST_ANSWER, rate.LONGEST_WAIT) == (4, 90.0, 60.0)
    assert download.HEAD == download.TAIL == 64 << 20
