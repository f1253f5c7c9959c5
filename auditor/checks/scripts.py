"""The command lines of a step, with the lines of the workflow file on which they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from auditor.model.workflow import Script, WorkflowJob, WorkflowStep
from auditor.workflows.step_answers import shell_of

_SAYS = re.compile(r"^\s*(?:echo|printf|Write-(?:Host|Output)|::)\b", re.IGNORECASE)
_COMMENT = re.compile(r"^\s*(?:#|//|REM\b)", re.IGNORECASE)
_CONTINUES = re.compile(r"(?:\\|\s`|\|\||&&|\|)$")
_BREAK = re.compile(r"\s{0,9}(?:\\|`)$")
_HERE = re.compile(r"<<-?\s{0,3}(?P<quote>['\"\\]?)(?P<word>[A-Za-z_]\w{0,60})")
_LONGEST_LINE = 2_000
_MOST_LINES = 3_000


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One logical line: lines that end in a backslash or an operator are joined with the next.

    `line` and `last_line` are lines of the workflow file.
    """

    text: str
    line: int
    last_line: int
    here_document: bool = False
    """It is the body of a here-document: text that is written somewhere, not a command."""

    @property
    def says(self) -> bool:
        """Whether it only prints; what it pipes its text into does not count."""
        return _SAYS.match(self.text) is not None and "|" not in self.text


def script_lines(step: WorkflowStep) -> tuple[ScriptLine, ...]:
    """Return all lines of a step's script but comments and blank ones, bounded in number and length."""
    return _lines(step.run) if step.run is not None else ()


def commands(step: WorkflowStep) -> Iterator[ScriptLine]:
    """Yield the lines of a step's script that run something."""
    return (each for each in script_lines(step) if not each.here_document and not each.says)


@lru_cache(maxsize=4096)
def _lines(script: Script) -> tuple[ScriptLine, ...]:
    found: list[ScriptLine] = []
    written = script.text.split("\n")[:_MOST_LINES]
    stop: str | None = None
    index = 0
    while index < len(written):
        first, text = index, written[index][:_LONGEST_LINE].rstrip("\r")
        index += 1
        if stop is not None:
            if text.strip() == stop:
                stop = None
            else:
                found.append(ScriptLine(text, script.line_of(first), script.line_of(first), here_document=True))
            continue
        if not text.strip() or _COMMENT.match(text):
            continue
        while _CONTINUES.search(text) and index < len(written) and len(text) < _LONGEST_LINE:
            text = _BREAK.sub("", text) + " " + written[index][:_LONGEST_LINE].strip()
            index += 1
        found.append(ScriptLine(text, script.line_of(first), script.line_of(index - 1)))
        here = _HERE.search(text)
        if here is not None and not text[: here.start()].endswith("<"):
            stop = here["word"]
    return tuple(found)


def is_powershell(job: WorkflowJob, step: WorkflowStep) -> bool:
    """Tell whether a step's script is read by PowerShell, also where that is a Windows runner's default."""
    return shell_of(job, step).split()[0].rpartition("/")[2].removesuffix(".exe") in ("pwsh", "powershell")


def is_posix(job: WorkflowJob, step: WorkflowStep) -> bool:
    """Tell whether a step's script is read by bash or another POSIX shell."""
    return shell_of(job, step).split()[0].rpartition("/")[2] in ("default", "bash", "sh", "dash", "zsh")


def has_pipefail(job: WorkflowJob, step: WorkflowStep) -> bool:
    """Tell whether a failing command in front of a pipe ends the script.

    `shell: bash` means `bash --noprofile --norc -eo pipefail {0}`, no `shell` means `bash -e {0}`.
    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
    """
    shell = shell_of(job, step).strip()
    if shell == "bash" or "pipefail" in shell:
        return True
    return step.run is not None and re.search(r"(?m)^\s*set\s[^\n]{0,60}pipefail", step.run.text) is not None
