"""The Action's command `check`: findings of the checkout, or those that another job has written down."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from auditor.cli.action_audit import said
from auditor.cli.action_tracker import own_repository, own_tracker
from auditor.deliver.actions.event import Event, base_of, head_of
from auditor.deliver.actions.inputs import Inputs, Post
from auditor.deliver.actions.result import Result
from auditor.deliver.actions.runner_files import report_folder, summary_room
from auditor.deliver.check_comment import check_body, no_lines
from auditor.report.annotations import workflow_commands
from auditor.report.audit_annotations import MOST

if TYPE_CHECKING:
    from auditor.deliver.pulls import Pull
    from auditor.model.check_report import CheckReport
    from auditor.report.findings_markdown import Lines

_LONGEST_REPORT = 4 << 20


@dataclass(frozen=True, slots=True)
class _Found:
    """The report; the files' lines as far as they are here; the findings as SARIF where they are fresh."""

    report: CheckReport
    lines: Lines
    sarif: str | None = None


def check_result(inputs: Inputs, event: Event) -> Result:
    """Check, or read what was checked. Raises what `mistakes_told` tells."""
    pull = _pull(event) if Post.PR in inputs.post else None
    found = _recorded(inputs.source, event, pull) if _is_report(inputs.source) else _fresh(inputs, event)
    report, lines, folder = found.report, found.lines, report_folder(os.environ)
    texts = {
        "report": ("check.md", check_body(report, lines, _LONGEST_REPORT)),
        "json": ("check.json", report.model_dump_json(indent=2) + "\n"),
        **({"sarif": ("check.sarif", found.sarif)} if found.sarif is not None else {}),
    }
    for name, text in texts.values():
        (folder / name).write_bytes(text.encode("utf-8", "replace"))
    return Result(
        exit_code=report.exit_code,
        summary=check_body(report, lines, summary_room(os.environ)),
        annotations=_annotations(report),
        outputs={kind: str(folder / name) for kind, (name, _) in texts.items()},
        then=(lambda: _post(found, pull),) if Post.PR in inputs.post else (),
    )


def _is_report(source: Path | None) -> TypeGuard[Path]:
    return source is not None and source.suffix == ".json" and source.is_file()


def _pull(event: Event) -> Pull | None:
    """The pull request of the event; nothing when it has moved on since. Raises `DeliverError`."""
    from auditor.deliver.which_pull import which_pull

    return which_pull(own_tracker(), event, None)


def _fresh(inputs: Inputs, event: Event) -> _Found:
    from auditor.checks.registry import all_checks
    from auditor.cli.checking import Asked, checked
    from auditor.cli.source import Source, read
    from auditor.report.sarif import sarif

    bundle = inputs.source
    files = read(Source(path=None if bundle else Path.cwd(), bundle=bundle, config=inputs.config))
    base = None if bundle else inputs.base or base_of(event)
    answer = checked(files, Asked(base=base, baseline=files.config.check.baseline))
    titles = {each.id: each.title for each in all_checks()}
    return _Found(answer.report, answer.lines, sarif(answer.report, titles, answer.lines))


def _recorded(file: Path, event: Event, pull: Pull | None) -> _Found:
    """A stranger's report: what it is about is GitHub's word, and what is posted is held to the pull request's files."""
    from auditor.history.recorded_check import read_check

    report = read_check(file)
    if pull is not None:
        return _held(report, pull)
    head = head_of(event)
    facts = {"repository": own_repository(), "ref": None, "commit": head.commit if head is not None else None}
    return _Found(report.model_copy(update=facts), no_lines)


def _held(report: CheckReport, pull: Pull) -> _Found:
    from auditor.checks.running import known_ids
    from auditor.cli.source import Source, question
    from auditor.collect.github.repository_files import repository_files
    from auditor.deliver.foreign_findings import held_to
    from auditor.workflows.yaml_tree import split_lines

    asked = question(Source(repo=own_repository()), None)
    files = repository_files(asked, pull.head).files
    texts = {file.path: file.text for file in files}
    return _Found(
        held_to(report, pull, asked.repository, files, known_ids()),
        lambda path: split_lines(texts[path]) if path in texts else (),
    )


def _annotations(report: CheckReport) -> str:
    """The first ones of each severity, which are those that GitHub would show."""
    kept = []
    for severity in {finding.severity: None for finding in report.findings}:
        kept += [finding for finding in report.findings if finding.severity is severity][:MOST]
    return workflow_commands(report.model_copy(update={"findings": tuple(kept)}))


def _post(found: _Found, pull: Pull | None) -> str:
    from auditor.deliver.check_review import post_findings

    if pull is None:
        return "no open pull request ends at the commit of the event: nothing to comment on"
    facts = {"repository": own_repository(), "commit": pull.head, "ref": None, "base": pull.base_name}
    return said(post_findings(own_tracker(), found.report.model_copy(update=facts), pull, found.lines), "pull request")
