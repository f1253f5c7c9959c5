"""Applies the edits of findings to texts: nothing outside the edits changes, not a blank, not a line end.

A finding's edits go in together or not at all. What overlaps with edits that are in already waits for another round,
after the checks have read the changed files; what would leave a file that reads worse than before is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from auditor.model.facts import WorkflowFile
from auditor.model.finding import Edit, Finding
from auditor.workflows.errors import WorkflowError
from auditor.workflows.parse import parse_workflow
from auditor.workflows.yaml_tree import read_tree

_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_BOM = "\ufeff"


class EditError(ValueError):
    """Edits that cannot be applied: a position that the text does not have, or two that overlap."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A finding whose edits were not applied, and why; `later` when another round can take them."""

    finding: Finding
    why: str
    later: bool = False


@dataclass(frozen=True, slots=True)
class Fixed:
    """Texts after the edits, by path, only those that changed; what was applied and what was not."""

    texts: Mapping[str, str]
    applied: tuple[Finding, ...]
    refused: tuple[Refused, ...]


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with all edits applied. Raises `EditError` for overlaps and for positions outside the text.

    Edits that are exactly equal count once. Inserted line feeds become the line end of the line they go to.
    """
    lines = _Lines(text)
    spans = sorted(
        {(lines.offset(e.line, e.column), lines.offset(e.end_line, e.end_column), e.text, e.line) for e in edits}
    )
    result: list[str] = []
    at = 0
    for number, (start, end, new, line) in enumerate(spans):
        if end < start:
            raise EditError(f"an edit in line {line} ends before it begins")
        if start < at or (number and spans[number - 1][:2] == (start, end)):
            raise EditError(f"two edits overlap in line {line}")
        result += [text[at:start], new.replace("\n", lines.line_end(line))]
        at = end
    result.append(text[at:])
    return "".join(result)


def fixed(texts: Mapping[str, str], findings: Iterable[Finding], *, unsafe: bool = False) -> Fixed:
    """Apply the edits of findings to the texts they name, in the order of the findings.

    Only remedies marked `safe` are applied, with `unsafe` all that have edits.
    """
    state = _State(texts)
    for finding in findings:
        remedy = finding.remedy
        if remedy is None or not remedy.edits or not (remedy.safe or unsafe):
            continue
        state.take(finding, remedy.edits)
    return Fixed(
        {path: text for path, text in state.texts.items() if text != texts[path]},
        tuple(state.applied),
        tuple(state.refused),
    )


@dataclass
class _State:
    before: Mapping[str, str]
    texts: dict[str, str] = field(default_factory=dict)
    edits: dict[str, list[Edit]] = field(default_factory=dict)
    applied: list[Finding] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def take(self, finding: Finding, edits: tuple[Edit, ...]) -> None:
        by_path: dict[str, list[Edit]] = {}
        for edit in edits:
            by_path.setdefault(edit.path, []).append(edit)
        changed: dict[str, str] = {}
        for path, new in by_path.items():
            if path not in self.before:
                self._refuse(finding, f"{path} is not among the files that were read")
                return
            own = [edit for edit in new if edit not in self.edits.get(path, ())]
            try:
                apply_edits(self.before[path], new)
            except EditError as error:
                self._refuse(finding, str(error))
                return
            try:
                changed[path] = apply_edits(self.before[path], [*self.edits.get(path, ()), *own])
            except EditError:
                self._refuse(finding, "it overlaps with another fix", later=True)
                return
            worse = _reads_worse(path, self.texts.get(path, self.before[path]), changed[path])
            if worse is not None:
                self._refuse(finding, worse)
                return
        self.texts.update(changed)
        for path, new in by_path.items():
            known = self.edits.setdefault(path, [])
            known.extend(edit for edit in new if edit not in known)
        self.applied.append(finding)

    def _refuse(self, finding: Finding, why: str, *, later: bool = False) -> None:
        self.refused.append(Refused(finding, why, later))


def _reads_worse(path: str, before: str, after: str) -> str | None:
    """Why a text reads worse than before, for files whose form is known; nothing when it does not."""
    if not path.endswith((".yml", ".yaml")):
        return None
    was, now = _reading(path, before), _reading(path, after)
    if isinstance(now, str):
        return f"the file could not be read afterwards: {now}" if not isinstance(was, str) else None
    if isinstance(was, str) or now <= was:
        return None
    return "the file would have a new mistake afterwards, such as a key that stands twice"


def _reading(path: str, text: str) -> int | str:
    """The number of oddities of a readable file, or why it cannot be read."""
    try:
        if path.startswith(".github/workflows/"):
            return len(parse_workflow(WorkflowFile(path=path, text=text)).problems)
        read_tree(path, text)
    except WorkflowError as error:
        return error.reason
    return 0


class _Lines:
    def __init__(self, text: str) -> None:
        self._text = text
        breaks = [(found.start(), found.end()) for found in _LINE_BREAK.finditer(text)]
        self._starts = [0, *(end for _, end in breaks)]
        self._ends = [*(start for start, _ in breaks), len(text)]
        kinds = [text[start:end] for start, end in breaks]
        self._common = max(set(kinds), key=kinds.count) if kinds else "\n"

    def offset(self, line: int, column: int) -> int:
        if not 1 <= line <= len(self._starts):
            raise EditError(f"there is no line {line}")
        start = self._starts[line - 1]
        at = start + column - 1
        if column < 1 or at > self._ends[line - 1]:
            raise EditError(f"line {line} has no column {column}")
        return 1 if at == 0 and self._text.startswith(_BOM) else at

    def line_end(self, line: int) -> str:
        """The line end of the line itself; of most lines when it is the last and has none."""
        found = self._text[self._ends[line - 1] : self._starts[line]] if line < len(self._starts) else ""
        return found or self._common
