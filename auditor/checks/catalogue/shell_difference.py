"""A script speaks another dialect than the shell or the tools of its runner: BSD sed on macOS, bash in PowerShell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.checks.check import Check
from auditor.checks.edits import place, replaced, step_key
from auditor.checks.runners import systems
from auditor.checks.scripts import ScriptLine, is_posix, script_lines
from auditor.checks.subject import Subject
from auditor.model.finding import Edit, Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep

_HOMEBREW_GNU = re.compile(r"gnu-sed|gnubin|\bgsed\b|coreutils|setup-gnu|brew\s+install\s[^\n]{0,100}\b(?:bash|grep)\b")
_OSTYPE = re.compile(r"RUNNER_OS|runner\.os|uname|OSTYPE|matrix\.")


@dataclass(frozen=True, slots=True)
class _Dialect:
    pattern: re.Pattern[str]
    said: str
    summary: str
    severity: Severity = Severity.ERROR


_ON_MACOS = (
    _Dialect(
        re.compile(r"(?<![\w-])sed\s+(?:-[nEer]+\s+)*-i(?=\s+(?!(?:''|\"\"|-i))[\"']?[s/0-9$^\\])"),
        "BSD `sed -i` takes what follows as the suffix of a backup, so that the command fails",
        "Write `-i.bak`, which both kinds of `sed` understand.",
    ),
    _Dialect(
        re.compile(r"(?<![\w-])sed\s+(?:-[nEer]+\s+)*-i(?=\s+-e\s)"),
        "BSD `sed -i` takes `-e` as the suffix of a backup: the change is made, and a copy that ends in `-e` is left",
        "Write `-i.bak`, which both kinds of `sed` understand.",
        Severity.NOTE,
    ),
    _Dialect(
        re.compile(r"(?<![\w-])sed\s+(?:-[nEer]+\s+)*-i(?=\s+-[Er]\s)"),
        "BSD `sed -i` takes what follows as the suffix of a backup, so that the expression is not an extended one",
        "Write `-i.bak`, which both kinds of `sed` understand.",
        Severity.WARNING,
    ),
    _Dialect(
        re.compile(r"(?<![\w-])grep\s+(?:-\w+\s+)*-[a-zA-Z]*P"),
        "BSD `grep` has no `-P`",
        "Use `grep -E` or `perl -ne`.",
    ),
    _Dialect(
        re.compile(r"(?<![\w-])date\s+(?:-u\s+)?(?:-d[ '\"]|--date\b)"),
        "BSD `date` has no `-d`",
        "Use `python3` or `gdate`.",
    ),
    _Dialect(
        re.compile(r"^\s*(?:mapfile|readarray)\s|^\s*declare\s+-A\s|\$\{\w+(?:,,|\^\^)\}"),
        "the `bash` of macOS is 3.2, which does not know this",
        "Write it for bash 3.2, or install a newer one.",
    ),
    _Dialect(re.compile(r"(?<![\w-])stat\s+-c\b"), "BSD `stat` has no `-c`", "Use `wc -c` for a size, or `stat -f`."),
)
_BSD_ON_LINUX = _Dialect(
    re.compile(r"(?<![\w-])sed\s+(?:-[nEer]+\s+)*-i\s+(?:''|\"\")(?=\s)"),
    "GNU `sed` takes the empty suffix for its script, so that the command fails",
    "Write `-i.bak`, which both kinds of `sed` understand.",
)
_BASH = re.compile(
    r">>\s*[\"']?\$(?:GITHUB_(?:OUTPUT|ENV|PATH|STEP_SUMMARY)\b|\{GITHUB_(?:OUTPUT|ENV|PATH|STEP_SUMMARY)\})|^\s*if\s+\[\[?\s|;\s*then\b"
    r"|^\s*(?:fi|done|esac)\s*$|\$\{\w+(?:[#%:/]|,,|\^\^)[^}]{0,100}\}|^\s*export\s+\w+=|^\s*set\s+-e|<<-?\s?['\"]?EOF|^\s*[A-Za-z_]\w*=[\"']?\$\("
)


def _find(subject: Subject) -> Iterator[Finding]:
    for workflow, job in subject.jobs():
        if not any(step.run is not None for step in job.steps):
            continue
        where = systems(job)
        if not where:
            continue
        tamed = any(step.run is not None and _HOMEBREW_GNU.search(step.run.text) for step in job.steps)
        for step in job.steps:
            if step.run is None or (step.condition is not None and _OSTYPE.search(step.condition.text)):
                continue
            if "windows" in where and step.shell is None and job.shell is None:
                yield from _bash_in_powershell(workflow, job, step)
            if ("macos" in where or where == {"linux"}) and is_posix(job, step) and not _OSTYPE.search(step.run.text):
                dialects = _ON_MACOS if "macos" in where and not tamed else ()
                yield from _tools(workflow, job, step, (*dialects, _BSD_ON_LINUX) if where == {"linux"} else dialects)


def _bash_in_powershell(workflow: Workflow, job: WorkflowJob, step: WorkflowStep) -> Iterator[Finding]:
    for line in script_lines(step):
        found = _BASH.search(line.text) if not line.here_document else None
        if found is None or "$env:" in line.text:
            continue
        edit = step_key(workflow, step, "shell: bash")
        yield _finding(
            workflow,
            job,
            step,
            line,
            found[0].strip(),
            "Windows runners read a `run` without `shell` with PowerShell, and this is bash",
            "Say `shell: bash`, which every runner has.",
            (edit,) if edit is not None else (),
        )
        return


def _tools(
    workflow: Workflow, job: WorkflowJob, step: WorkflowStep, dialects: tuple[_Dialect, ...]
) -> Iterator[Finding]:
    for line in script_lines(step):
        for dialect in dialects if not line.says and not line.here_document else ():
            found = dialect.pattern.search(line.text)
            if found is None:
                continue
            edits: tuple[Edit, ...] = ()
            if "sed" in found[0]:
                new = re.sub(r"-i(?:\s+(?:''|\"\"))?$", "-i.bak", found[0])
                edit = replaced(workflow, line.line, found[0], new)
                edits = (edit,) if edit is not None else ()
            yield _finding(
                workflow, job, step, line, found[0].strip(), dialect.said, dialect.summary, edits, dialect.severity
            )
            break


def _finding(
    workflow: Workflow,
    job: WorkflowJob,
    step: WorkflowStep,
    line: ScriptLine,
    fragment: str,
    said: str,
    summary: str,
    edits: tuple[Edit, ...],
    severity: Severity = Severity.ERROR,
) -> Finding:
    return Finding(
        check=CHECK.id,
        severity=severity,
        confidence=Confidence.HIGH,
        message=f"step {step.number} of `{job.id}`: {said}",
        place=place(workflow, line.line, fragment),
        job=job.id,
        step=step.number,
        remedy=Remedy(summary=summary, edits=edits, safe=bool(edits)),
    )


CHECK = Check(
    id="shell-difference",
    title="A script in the wrong dialect for its runner",
    severity=Severity.ERROR,
    find=_find,
    fixes=True,
)
