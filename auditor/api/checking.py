"""What `relaudit check` does between reading the files and printing: checks, other tools, baseline, fixes."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from auditor.api.release_source import Read, files_at
from auditor.checks.baseline import baseline_of, baseline_text, new_ones, read_baseline
from auditor.checks.fix_rounds import fix_in_rounds
from auditor.checks.running import ORDER, findings, known_ids, with_fingerprints
from auditor.checks.subject import Subject
from auditor.collect.linters import LINTERS, run_linter
from auditor.config import ConfigError, place_of
from auditor.config.problems import suggestion
from auditor.model.check_report import CheckReport, NotFixed, tally_of
from auditor.model.facts import WorkflowFile
from auditor.model.finding import Finding
from auditor.model.vocabulary import Severity
from auditor.workflows.yaml_tree import split_lines


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted of a check."""

    only: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    base: str | None = None
    base_files: tuple[WorkflowFile, ...] | None = None
    """The files at the base, where they are known already."""
    baseline: Path | None = None
    write_baseline: bool = False
    min_severity: str | None = None
    fix: bool = False
    unsafe: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """The report, and what is needed to print it and to write the fixes."""

    report: CheckReport
    lines: Callable[[str], Sequence[str]]
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Keep the garbage collector from going through everything that was read again and again: a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def checked(read: Read, asked: Asked) -> Checked:
    """Check the files that were read. Raises `ConfigError` for ids and tools that do not exist, `BaselineError`."""
    _hold_to_known(read, asked)
    with _collecting_later():
        return _checked(read, asked)


def _checked(read: Read, asked: Asked) -> Checked:
    known = _known(read, asked)
    notes = list(read.notes)
    subject = read.subject()

    def look(files: Sequence[WorkflowFile]) -> tuple[Finding, ...]:
        return new_ones(findings(read.subject(tuple(files)), read.config, only=asked.only), known)

    everything = findings(subject, read.config, only=asked.only)
    for tool in dict.fromkeys((*read.config.check.also, *asked.tools)):
        answer = run_linter(tool, read.files, read.root)
        everything = (*everything, *with_fingerprints(answer.findings, subject))
        notes += [answer.trouble] if answer.trouble is not None else []
    if asked.write_baseline and asked.baseline is not None:
        _write(asked.baseline, baseline_text(baseline_of(everything)))
        known |= {finding.fingerprint for finding in everything}
    left = new_ones(everything, known)
    outcome = fix_in_rounds(read.files, look, unsafe=asked.unsafe) if asked.fix else None
    applied: tuple[Finding, ...] = ()
    not_fixed: tuple[NotFixed, ...] = ()
    lines = _lines_of(subject, {})
    if outcome is not None:
        lines = _lines_of(subject, outcome.after)
        others = tuple(finding for finding in left if finding.tool != "relaudit")
        left = (*look([*_replaced(read.files, outcome.after)]), *others)
        applied = outcome.applied
        not_fixed = tuple(_not_fixed(each.finding, each.why) for each in outcome.refused)
    least = Severity(asked.min_severity) if asked.min_severity else read.config.check.min_severity
    shown = tuple(finding for finding in left if ORDER[finding.severity] <= ORDER[least])
    shown = tuple(sorted(shown, key=lambda each: (each.place.path, each.place.line, ORDER[each.severity])))
    report = CheckReport(
        repository=read.repository,
        ref=read.source.ref,
        commit=read.commit,
        base=asked.base,
        workflows=len(subject.workflows) + sum(path.startswith(".github/workflows/") for path in subject.broken),
        findings=shown,
        tally=tally_of(shown),
        known=len(everything) - len(new_ones(everything, known)),
        below=len(left) - len(shown),
        fixed=applied,
        not_fixed=not_fixed,
        notes=tuple(notes),
    )
    if outcome is None:
        return Checked(report, lines)
    return Checked(report, lines, outcome.before, outcome.after)


def write_fixes(read: Read, answer: Checked) -> Checked:
    """Write the changed texts to the checkout, byte for byte. A file that is not the text that was read is left alone."""
    troubles: dict[str, str] = {}
    for path, text in answer.after.items():
        place = read.place(path)
        try:
            if place is None:
                troubles[path] = "it lies outside of the repository"
            elif place.read_bytes() != answer.before[path].encode("utf-8"):
                troubles[path] = "it holds bytes that are no UTF-8, or has changed meanwhile"
            else:
                place.write_bytes(text.encode("utf-8"))
        except OSError as error:
            troubles[path] = f"it cannot be written: {error.strerror or error}"
    if not troubles:
        return answer
    back = tuple(finding for finding in answer.report.fixed if finding.place.path in troubles)
    left = (*answer.report.findings, *back)
    report = answer.report.model_copy(
        update={
            "findings": left,
            "tally": tally_of(left),
            "fixed": tuple(finding for finding in answer.report.fixed if finding.place.path not in troubles),
            "not_fixed": (*answer.report.not_fixed, *(_not_fixed(each, troubles[each.place.path]) for each in back)),
        }
    )
    return replace(answer, report=report)


def _hold_to_known(read: Read, asked: Asked) -> None:
    """Complain about ids and tools that do not exist: a typing mistake must not look like a clean repository."""
    ids = known_ids()
    for name in asked.only:
        if name not in ids:
            raise ConfigError(f"there is no check `{name}`{suggestion(name, ids)}")
    for name in asked.tools:
        if name not in LINTERS:
            raise ConfigError(f"there is no tool `{name}`{suggestion(name, LINTERS)}; there are zizmor, actionlint")
    for name in read.config.checks:
        if name not in ids:
            where = place_of(read.config, "checks", name)
            raise ConfigError(f"{where}: there is no check `{name}`{suggestion(name, ids)}")


def _known(read: Read, asked: Asked) -> set[str]:
    """The fingerprints of what is accepted, or was there before."""
    known: set[str] = set()
    if asked.baseline is not None and not asked.write_baseline:
        try:
            text = asked.baseline.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"{asked.baseline}: cannot be read: {getattr(error, 'strerror', None) or error}"
            ) from None
        known |= {entry.fingerprint for entry in read_baseline(text, str(asked.baseline)).findings}
    if asked.base is not None:
        old_files = files_at(read, asked.base) if asked.base_files is None else asked.base_files
        old = read.subject(old_files)
        known |= {finding.fingerprint for finding in findings(old, read.config, only=asked.only)}
        for tool in dict.fromkeys((*read.config.check.also, *asked.tools)):
            told = run_linter(tool, old_files, read.root).findings
            known |= {finding.fingerprint for finding in with_fingerprints(told, old)}
    return known


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror or error}") from None


def _not_fixed(finding: Finding, why: str) -> NotFixed:
    return NotFixed(
        fingerprint=finding.fingerprint, check=finding.check, path=finding.place.path, line=finding.place.line, why=why
    )


def _replaced(files: Sequence[WorkflowFile], texts: Mapping[str, str]) -> list[WorkflowFile]:
    return [WorkflowFile(path=file.path, text=texts.get(file.path, file.text)) for file in files]


def _lines_of(subject: Subject, changed: Mapping[str, str]) -> Callable[[str], Sequence[str]]:
    fresh = {path: split_lines(text) for path, text in changed.items()}
    return lambda path: fresh.get(path) or subject.lines(path)
