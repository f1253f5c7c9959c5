"""A status document changes between its markers and nowhere else, and keeps the ticks people made."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.deliver.document import find_region, new_document, updated
from auditor.deliver.problems import DocumentError
from auditor.report.tasks import task

DOCUMENT = "# Ours\n\nBefore.\n\n<!-- relaudit:begin status -->\nold\n<!-- relaudit:end status -->\n\nAfter.\n"


def test_only_the_region_changes() -> None:
    assert updated(DOCUMENT, "status", "new") == DOCUMENT.replace("old", "new")


def test_the_same_content_changes_no_byte() -> None:
    once = updated(DOCUMENT, "status", "a\n\n- b")
    assert updated(once, "status", "a\n\n- b") == once


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_stay_as_they_are(newline: str) -> None:
    document = DOCUMENT.replace("\n", newline)
    changed = updated(document, "status", "one\ntwo")
    assert changed == document.replace("old", f"one{newline}two")


def test_an_empty_region_is_filled() -> None:
    document = "<!-- relaudit:begin status -->\n<!-- relaudit:end status -->"
    assert updated(document, "status", "x") == "<!-- relaudit:begin status -->\nx\n<!-- relaudit:end status -->"


def test_markers_inside_code_are_only_text() -> None:
    example = "```\n<!-- relaudit:begin status -->\n<!-- relaudit:end status -->\n```\n\n"
    assert updated(example + DOCUMENT, "status", "new") == example + DOCUMENT.replace("old", "new")
    indented = "para\n\n    <!-- relaudit:begin status -->\n\n"
    assert updated(indented + DOCUMENT, "status", "new") == indented + DOCUMENT.replace("old", "new")
    with pytest.raises(DocumentError, match="no region"):
        find_region(example, "status")


def test_signs_that_only_python_takes_for_line_ends_are_none() -> None:
    document = "a\x0cb\u2028c\x85d\n\n" + DOCUMENT
    assert updated(document, "status", "new") == document.replace("old", "new")


def test_regions_of_other_names_are_left_alone() -> None:
    both = DOCUMENT + "\n<!-- relaudit:begin badge -->\nkeep\n<!-- relaudit:end badge -->\n"
    assert "keep" in updated(both, "status", "new")
    assert updated(both, "badge", "B").endswith("begin badge -->\nB\n<!-- relaudit:end badge -->\n")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("# nothing\n", "no region"),
        ("<!-- relaudit:begin status -->\nx\n", "line 1"),
        ("<!-- relaudit:end status -->\n\n<!-- relaudit:begin status -->\n", "line 3"),
        (DOCUMENT + "\n" + DOCUMENT, "line 15"),
    ],
)
def test_broken_markers_are_refused_with_the_line(document: str, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        updated(document, "status", "new")


def test_ticks_are_kept_for_tasks_that_are_still_there() -> None:
    first = new_document("T", "status", "\n".join([task("fix the token"), task("add `needs`")]))
    by_hand = first.replace("- [ ] fix the token", "- [x] fix the token")
    again = updated(by_hand, "status", "\n".join([task("add `needs`"), task("fix the token"), task("third")]))
    assert "- [x] fix the token" in again
    assert "- [ ] add `needs`" in again
    assert "- [ ] third" in again


@given(
    before=st.text(alphabet="ab#*`>- \n<!", max_size=60).filter(lambda t: "<!" not in t and "`" not in t),
    text=st.text(alphabet="ab#*->|[] \n", max_size=80),
)
def test_whatever_the_content_the_rest_stays_and_a_second_time_changes_nothing(before: str, text: str) -> None:
    document = f"{before}\n\n{DOCUMENT}"
    once = updated(document, "status", text)
    assert once.startswith(f"{before}\n\n# Ours")
    assert once.endswith("<!-- relaudit:end status -->\n\nAfter.\n")
    assert updated(once, "status", text) == once
