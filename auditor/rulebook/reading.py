"""What one pass over a log leaves: its sections, and in each the lines that the rules point at.

It stays bounded, however long the log is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from auditor.logs.segments import Segment
from auditor.rulebook.book import Rule
from auditor.rulebook.scan import FoundLine, Scanner

T = TypeVar("T")

HEADER_LINES = 400
KEPT = 12
"""Of the lines that one rule matches in one section, so many first and so many last are kept."""

_FINISH = ("cleaning up orphan processes", "evaluate and set job outputs", "evaluate and set environment url")
_OPENS = ("Run ", "Build container for action use", "Pull down action image", "Checking docker version")
"""What a group is called that begins a step; the last three are steps that no workflow file names."""

_INPUT = re.compile(r"^  ([\w.-]{1,100}): ?(.*)$")
_STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z ")
_STAMP_BYTES = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)[ \n]")


@dataclass(frozen=True, slots=True)
class Hit:
    """One line that one rule matches. `number` counts from 1 in the log; `marked` lines carry GitHub's `##[error]`."""

    rule: Rule
    number: int
    text: str
    captures: dict[str, str]
    marked: bool
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """A line that GitHub marked as `##[error]`."""

    number: int
    text: str


@dataclass(slots=True)
class Section:
    """A stretch of a job's log that belongs to one step, or to one part of a composite action.

    `kind` is `start`, `run`, `post` or `finish`. `title` is what stands behind `Run ` in its header; `uses` and `inputs`
    are filled for an action, `script` for shell commands. `step` is the step's name where the log itself tells it.
    """

    kind: str
    first: int
    stamp: str = ""
    title: str = ""
    step: str | None = None
    last: int = 0
    uses: str | None = None
    inputs: dict[str, str] = field(default_factory=dict)
    script: str = ""
    errors: list[ErrorLine] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    body: int = 0
    """The last line of the header; output begins after it."""


@dataclass(slots=True)
class JobReading:
    """One job's log after the pass. `name` is the job's name where the log itself tells it."""

    name: str | None
    sections: list[Section] = field(default_factory=list)
    lines: int = 0
    first_stamp: str = ""
    last_stamp: str = ""

    @property
    def failed(self) -> bool:
        """Whether the log alone says that something failed: GitHub marks a line of every failing step."""
        return any(section.errors for section in self.sections)


def read_log(scanner: Scanner, segments: Iterable[Segment]) -> list[JobReading]:
    """Read a log in one pass. A `gh run view --log` text gives one reading a job, in the order of the text."""
    jobs: dict[str | None, _Folder] = {}
    for segment in segments:
        folder = jobs.get(segment.job)
        if folder is None:
            folder = jobs[segment.job] = _Folder(scanner, segment.job)
        folder.take(segment)
    return [folder.finish() for folder in jobs.values()]


class _Folder:
    """Folds the lines of interest of one job into sections."""

    def __init__(self, scanner: Scanner, job: str | None) -> None:
        self._scanner = scanner
        self._reading = JobReading(job)
        self._open: _OpenSection | None = None
        self._in_header = False
        self._first = 1

    def take(self, segment: Segment) -> None:
        if segment.step is not None and (self._open is None or self._open.section.step != segment.step):
            self._begin(Section(_kind_of(segment.step), segment.first, step=segment.step))
        if not self._reading.lines:
            self._first = segment.first
        self._note_times(segment.data)
        for _, line in self._scanner.lines([segment]):
            self._line(segment, line)
        count = segment.data.count(b"\n")
        self._reading.lines += count
        if self._open is not None:
            self._open.section.last = segment.first + count - 1

    def _note_times(self, data: bytes) -> None:
        """Take the job's first and last time stamps, and the section's first, from the ends of its segments."""
        first = _stamp_at(data, 0)
        self._reading.first_stamp = self._reading.first_stamp or first
        self._reading.last_stamp = _stamp_at(data, data.rfind(b"\n", 0, -1) + 1) or self._reading.last_stamp
        if self._open is not None:
            self._open.section.stamp = self._open.section.stamp or first

    def finish(self) -> JobReading:
        self._close()
        return self._reading

    def _line(self, segment: Segment, line: FoundLine) -> None:
        if line.marker and not self._in_header:
            kind = _boundary(line)
            if kind and segment.step is None:
                self._begin(Section(kind, line.number, line.stamp))
        if self._open is None:
            self._begin(Section("start", self._first, self._reading.first_stamp))
        assert self._open is not None  # noqa: S101 - begun above
        section = self._open.section
        section.stamp = section.stamp or line.stamp
        if line.kind == "group" and line.text.startswith("Run ") and not self._in_header:
            self._in_header = True
            if not section.title:
                section.title = line.text.removeprefix("Run ").strip()
            _read_header(section, line.text.removeprefix("Run ").strip(), segment.data, line.after)
        elif line.kind == "endgroup" and self._in_header:
            self._in_header = False
            section.body = line.number
        elif not self._in_header:
            self._open.add(line)

    def _begin(self, section: Section) -> None:
        self._close()
        self._in_header = False
        self._open = _OpenSection(self._scanner, section)
        section.last = section.first

    def _close(self) -> None:
        if self._open is not None:
            self._reading.sections.append(self._open.close())
            if len(self._reading.sections) > 1:
                before = self._reading.sections[-2]
                if self._reading.sections[-1].step is None:
                    before.last = max(before.first, self._reading.sections[-1].first - 1)
            self._open = None


class _OpenSection:
    """A section while its lines come in; side conditions are settled when it is closed."""

    def __init__(self, scanner: Scanner, section: Section) -> None:
        self.section = section
        self._nears = scanner.nears
        self._hits: dict[str, _Few[Hit]] = {}
        self._near: dict[int, _Few[int]] = {}

    def add(self, line: FoundLine) -> None:
        if line.kind == "error" and len(self.section.errors) < 200:
            self.section.errors.append(ErrorLine(line.number, line.text))
        for index in line.near:
            self._near.setdefault(index, _Few(400)).add(line.number)
        if line.kind in ("debug", "command", "group", "endgroup"):
            return
        for rule, match in line.rules:
            if line.kind in ("warning", "notice") and rule.section == "failures":
                continue
            captures = {name: value for name, value in match.groupdict().items() if value is not None}
            hit = Hit(rule, line.number, line.text, captures, line.kind == "error", line.stamp)
            self._hits.setdefault(rule.id, _Few(KEPT)).add(hit)

    def close(self) -> Section:
        hits = [hit for few in self._hits.values() for hit in few if self._is_near(hit)]
        self.section.hits = sorted(hits, key=lambda hit: (hit.number, hit.rule.order))
        return self.section

    def _is_near(self, hit: Hit) -> bool:
        near = hit.rule.written.near
        if near is None:
            return True
        lines = self._near.get(self._nears[near.match], ())
        return any(-near.before <= number - hit.number <= near.after and number != hit.number for number in lines)


class _Few(Generic[T]):
    """The first and the last few of a stream of values."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._first: list[T] = []
        self._last: list[T] = []

    def add(self, value: T) -> None:
        if len(self._first) < self._keep:
            self._first.append(value)
        else:
            self._last.append(value)
            if len(self._last) > 2 * self._keep:
                del self._last[: self._keep]

    def __iter__(self) -> Iterator[T]:
        yield from self._first
        yield from self._last[-self._keep :]


def _stamp_at(data: bytes, at: int) -> str:
    found = _STAMP_BYTES.match(data, at)
    return found.group(1).decode() if found else ""


def _boundary(line: FoundLine) -> str | None:
    """The kind of section that begins at this line, if one does."""
    if line.kind == "group" and line.text.startswith(_OPENS):
        return "run"
    lowered = line.text.strip().lower()
    if lowered.startswith("current runner version:"):
        return "start"
    if lowered.startswith("post job cleanup."):
        return "post"
    return "finish" if lowered.startswith(_FINISH) else None


def _kind_of(step: str) -> str:
    if step == "Set up job":
        return "start"
    if step == "Complete job":
        return "finish"
    return "post" if step.startswith("Post ") else "run"


def _read_header(section: Section, title: str, data: bytes, at: int) -> None:
    """Read the script, or the action and its inputs, that the header of a `Run` group echoes."""
    end = data.find(b"##[endgroup]", at, at + 200_000)
    text = data[at : end if end >= 0 else at].decode("utf-8", "replace")
    lines = [_STAMP.sub("", line) for line in text.split("\n")[:HEADER_LINES]]
    if lines and not lines[-1].strip():
        lines.pop()
    head = [line for line in lines if line]
    if head and head[0] in ("with:", "env:") and re.match(r"^(?:[\w.-]+/[\w./-]+@\S+|\./\S*|docker://\S+)$", title):
        uses, inputs = title, _inputs(lines)
    elif not head and "@" in title and " " not in title:
        uses, inputs = title, {}
    else:
        script = "\n".join(_script(lines)) or title
        section.script = f"{section.script}\n{script}".strip()[:40_000]
        return
    if section.uses is None:
        section.uses, section.inputs = uses, inputs
    else:
        section.script = f"{section.script}\nuses: {uses}".strip()[:40_000]


def _script(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith("shell: "):
            return
        yield line


def _inputs(lines: list[str]) -> dict[str, str]:
    inputs: dict[str, str] = {}
    name = ""
    for line in lines[1:] if lines and lines[0] == "with:" else []:
        if line == "env:":
            break
        found = _INPUT.match(line)
        if found:
            name = found.group(1)
            inputs[name] = found.group(2)
        elif name:
            inputs[name] += "\n" + line
    return inputs
