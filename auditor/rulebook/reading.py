"""What one pass over a log leaves: its sections, and in each the lines that the rules point at.

It stays bounded, however long the log is.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from auditor.logs.segments import Segment
from auditor.rulebook.around import Around, Awaiting
from auditor.rulebook.book import Rule
from auditor.rulebook.scan import FoundLine, Scanner
from auditor.rulebook.step_header import StepHeader, read_header

T = TypeVar("T")

_LONGEST_SCRIPT = 40_000
KEPT = 12
"""Of the lines that one rule matches in one section, so many first and so many last are kept."""

_FINISH = ("cleaning up orphan processes", "evaluate and set job outputs", "evaluate and set environment url")
_OPENS = ("Run ", "Build container for action use", "Pull down action image", "Checking docker version")
"""What a group is called that begins a step; the last three are steps that no workflow file names."""

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
    words: str = ""
    """What of the text the rule matched."""


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
    env: dict[str, str] = field(default_factory=dict)
    """The variables of its script, as far as the header shows them."""
    shell: str = ""
    """The command line of the shell that runs the script."""
    errors: list[ErrorLine] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    warned: list[Hit] = field(default_factory=list)
    """Lines that failure rules know but that the tool only warned with: for when nothing else tells a cause."""
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
        self._around = Around(scanner)
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
        last = self._around.take(segment)
        for _, line in self._scanner.lines([segment]):
            self._line(segment, line)
        self._reading.lines += last - segment.first + 1
        if self._open is not None:
            self._open.section.last = last
            self._open.settle(last)

    def _note_times(self, data: bytes) -> None:
        """Take the job's first and last time stamps, and the section's first, from the ends of its segments."""
        first = _stamp_at(data, 0)
        self._reading.first_stamp = self._reading.first_stamp or first
        self._reading.last_stamp = _stamp_at(data, data.rfind(b"\n", 0, -1) + 1) or self._reading.last_stamp
        if self._open is not None:
            self._open.section.stamp = self._open.section.stamp or first

    def finish(self) -> JobReading:
        self._close(sys.maxsize)
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
            self._open.headers.append((line.number, None))
            _note_header(section, read_header(line.text.removeprefix("Run ").strip(), segment.data, line.after))
        elif line.kind == "endgroup" and self._in_header:
            self._in_header = False
            section.body = line.number
            self._open.end_header(line.number)
        elif not self._in_header:
            self._open.add(line, segment)

    def _begin(self, section: Section) -> None:
        self._close(section.first - 1)
        self._in_header = False
        self._open = _OpenSection(self._scanner, section, self._around)
        section.last = section.first

    def _close(self, last: int) -> None:
        if self._open is not None:
            self._reading.sections.append(self._open.close(last))
            if len(self._reading.sections) > 1:
                before = self._reading.sections[-2]
                if self._reading.sections[-1].step is None:
                    before.last = max(before.first, self._reading.sections[-1].first - 1)
            self._open = None


class _OpenSection:
    """A section while its lines come in; side conditions are settled as soon as all lines are there that they are about."""

    def __init__(self, scanner: Scanner, section: Section, around: Around) -> None:
        self.section = section
        self.headers: list[tuple[int, int | None]] = []
        """The first and the last lines of what GitHub echoed."""
        self._nears = scanner.nears
        self._around = around
        self._hits: dict[str, _Few[Hit]] = {}
        self._awaiting: dict[str, _Few[Awaiting[Hit]]] = {}
        self._overlong: dict[int, _Few[int]] = {}

    def end_header(self, number: int) -> None:
        self.headers[-1] = (self.headers[-1][0], number)

    def add(self, line: FoundLine, segment: Segment) -> None:
        if line.kind == "error" and len(self.section.errors) < 200:
            self.section.errors.append(ErrorLine(line.number, line.text))
        for index in line.near:
            self._overlong.setdefault(index, _Few(400)).add(line.number)
        if line.kind in ("debug", "command", "group", "endgroup"):
            return
        for rule, match in line.rules:
            milder = line.kind in ("warning", "notice") and rule.section == "failures"
            if milder and (line.kind == "notice" or rule.written.near is not None or len(self.section.warned) >= KEPT):
                continue
            captures = {name: value for name, value in match.groupdict().items() if value is not None}
            hit = Hit(rule, line.number, line.text, captures, line.kind == "error", line.stamp, match.group())
            if milder:
                self.section.warned.append(hit)
                continue
            if rule.written.near is None:
                self._hits.setdefault(rule.id, _Few(KEPT)).add(hit)
            else:
                awaiting = Awaiting(hit, line.number, rule.written.near, segment, line.after)
                self._awaiting.setdefault(rule.id, _Few(KEPT)).add(awaiting)

    def settle(self, last: int, final: bool = False) -> None:
        """Settle the side conditions that are about no line after `last`; with `final`, all: there are none after it."""
        for few in self._awaiting.values():
            for awaiting in few:
                if awaiting.verdict is None and (final or awaiting.number + awaiting.near.after <= last):
                    index = self._nears[awaiting.near.match]
                    lines = (
                        *self._overlong.get(index, ()),
                        *self._around.lines(awaiting, index, self.section.first, last),
                    )
                    awaiting.settle(any(self._counts(awaiting, number) for number in lines))

    def _counts(self, awaiting: Awaiting[Hit], number: int) -> bool:
        near = awaiting.near
        return (
            -near.before <= number - awaiting.number <= near.after
            and number != awaiting.number
            and not any(first <= number <= (number if last is None else last) for first, last in self.headers)
        )

    def close(self, last: int) -> Section:
        self.settle(last, final=True)
        hits = [hit for few in self._hits.values() for hit in few]
        hits += [each.hit for few in self._awaiting.values() for each in few if each.verdict]
        self.section.hits = sorted(hits, key=lambda hit: (hit.number, hit.rule.order))
        return self.section


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


def _note_header(section: Section, header: StepHeader) -> None:
    if header.uses is None:
        section.script = f"{section.script}\n{header.script}".strip()[:_LONGEST_SCRIPT]
        section.env |= header.env
        section.shell = section.shell or header.shell
    elif section.uses is None:
        section.uses, section.inputs = header.uses, header.inputs
    else:
        section.script = f"{section.script}\nuses: {header.uses}".strip()[:_LONGEST_SCRIPT]
