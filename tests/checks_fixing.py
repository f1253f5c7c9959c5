"""For the tests of checks: does a check fire on a file, and does its fix silence it and change nothing else?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import yaml

from auditor.checks.check import Check
from auditor.checks.fixing import fixed
from auditor.checks.subject import Subject, subject_of
from auditor.model.facts import WorkflowFile
from auditor.model.finding import Edit, Finding
from auditor.rulebook.book import Rulebook
from auditor.workflows.yaml_tree import Node, read_tree, split_lines


def subject(book: Rulebook, files: dict[str, str], repository: str | None = None) -> Subject:
    """A subject of texts by path; a bare name is one in `.github/workflows/`."""
    return subject_of(
        [WorkflowFile(path=_full(path), text=text) for path, text in files.items()], book, repository=repository
    )


def found(check: Check, book: Rulebook, files: dict[str, str]) -> list[Finding]:
    """What one check finds in texts; every place and edit of it is held to the text."""
    read = subject(book, files)
    findings = list(check.find(read))
    for finding in findings:
        assert finding.check == check.id
        places = (finding.place, *finding.related)
        for place in places:
            lines = read.lines(place.path)
            assert 1 <= place.line <= max(1, len(lines)), f"{place.path} has no line {place.line}"
            if place.column is not None:
                assert place.column <= len(lines[place.line - 1]) + 1
        assert finding.remedy is None or check.fixes or not finding.remedy.edits, "say `fixes=True`"
    return findings


def in_file(check: Check, book: Rulebook, path: Path) -> list[Finding]:
    """What one check finds in a file on disk, read as a workflow of its own."""
    return found(check, book, {path.name: _text(path)})


def assert_fix(check: Check, book: Rulebook, files: dict[str, str], *, leaves: int = 0) -> dict[str, str]:
    """Apply every edit of the findings, in as many rounds as it takes, and return the changed texts by path.

    Afterwards the check has `leaves` findings at most, all of them without edits; every file still reads; and outside
    the lines that edits touched it says the same.
    """
    texts = {_full(path): text for path, text in files.items()}
    for _ in range(20):
        findings = [each for each in found(check, book, texts) if each.remedy is not None and each.remedy.edits]
        if not findings:
            break
        result = fixed(texts, findings, unsafe=True)
        assert result.applied, [each.why for each in result.refused]
        assert not [each.why for each in result.refused if not each.later]
        edits = [e for each in result.applied if each.remedy is not None for e in each.remedy.edits]
        for path, text in result.texts.items():
            assert_same_elsewhere(texts[path], text, [edit for edit in edits if edit.path == path])
        texts |= result.texts
    else:
        raise AssertionError("the fixes never come to an end")
    rest = found(check, book, texts)
    assert len(rest) <= leaves, [each.message for each in rest]
    changed = {path: text for path, text in texts.items() if text != files.get(path, files.get(Path(path).name))}
    assert changed, "no fix was applied"
    return changed


def assert_same_elsewhere(before: str, after: str, edits: Iterable[Edit]) -> None:
    """Assert that two texts hold the same YAML once everything on lines that were edited is left out."""
    old_lines, new_lines = _edited(before, after, list(edits))
    old, new = read_tree("before.yml", before), read_tree("after.yml", after)
    assert _outside(old, old_lines) == _outside(new, new_lines)
    yaml.compose(after, Loader=yaml.SafeLoader)


def _edited(before: str, after: str, edits: list[Edit]) -> tuple[set[int], set[int]]:
    """The lines of both texts that differ, as far as edits account for them; all other lines must be equal."""
    old, new = split_lines(before), split_lines(after)
    touched_old: set[int] = set()
    touched_new: set[int] = set()
    old_at = new_at = 1
    for edit in sorted(set(edits), key=lambda each: (each.line, each.column)):
        if edit.line < old_at:  # a second edit in lines that are accounted for
            continue
        while old_at < edit.line:
            assert old[old_at - 1] == new[new_at - 1], f"line {old_at} changed, and no edit says so"
            old_at, new_at = old_at + 1, new_at + 1
        same = [e for e in edits if e.line <= edit.end_line and e.end_line >= edit.line]
        last = max(e.end_line for e in same)
        grown = sum(e.text.count("\n") - (e.end_line - e.line) for e in same)
        whole = all(e.column == 1 and e.end_column == 1 and (e.text == "" or e.text.endswith("\n")) for e in same)
        count = last - edit.line + (0 if whole else 1)
        touched_old.update(range(old_at, old_at + count))
        touched_new.update(range(new_at, new_at + count + grown))
        old_at, new_at = old_at + count, new_at + count + grown
    assert old[old_at - 1 :] == new[new_at - 1 :], "lines behind the last edit changed"
    return touched_old, touched_new


def _outside(node: Node, edited: Collection[int]) -> Any:
    if node.kind == "scalar":
        return "…" if any(line in edited for line in range(node.line, node.end_line + 1)) else node.text
    if node.kind == "list":
        return [_outside(item, edited) for item in node.items if not _inside(item, item, edited)]
    return [
        (_outside(key, edited), _outside(value, edited)) for key, value in node.pairs if not _inside(key, value, edited)
    ]


def _inside(first: Node, last: Node, edited: Collection[int]) -> bool:
    return all(line in edited for line in range(first.line, max(first.end_line, last.end_line) + 1))


def _full(path: str) -> str:
    return path if "/" in path or path.startswith(".") else f".github/workflows/{path}"


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8")
