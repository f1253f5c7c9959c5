"""The Action's commands `run` and `status`: one audit, rendered for every place that was asked for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.cli.action_tracker import own_repository, own_tracker
from auditor.cli.audited import Audited, audited, chosen, tag_here
from auditor.cli.live import LiveOptions
from auditor.config import load_config
from auditor.deliver.actions.event import Event, pull_of, tag_of
from auditor.deliver.actions.inputs import Inputs, Post
from auditor.deliver.actions.result import Result, Step, rate
from auditor.deliver.actions.runner_files import report_folder, summary_room, write_outputs
from auditor.deliver.body import body
from auditor.deliver.changes import changes
from auditor.history.entry import Entry, entry_of
from auditor.history.folder import read_entries, write_entry
from auditor.report.audit_annotations import audit_annotations
from auditor.report.badge import badge
from auditor.report.document_kinds import Document
from auditor.report.html import html
from auditor.report.markdown import markdown
from auditor.report.status import status_document

if TYPE_CHECKING:
    from auditor.deliver.issue import Posted
    from auditor.model.audit import Audit
    from auditor.model.release_map import ReleaseMap


def audit_result(inputs: Inputs, event: Event) -> Result:
    """Collect and judge once. Raises what `audited` raises, `DeliverError`, `HistoryError`, `OSError`."""
    live = inputs.source is None
    tag = tag_here(inputs.tag or (tag_of(event) if live else None), inputs.source, None)
    config = inputs.config or load_config(None).source
    options = LiveOptions(repo=own_repository() if live else None)
    done = audited(tag, inputs.source, options, None, chosen(inputs.verify, None, config))
    found = done.whole("reported")
    past = read_entries(inputs.history, found.repository) if inputs.history is not None else ()
    tally = found.tally
    return Result(
        exit_code=found.exit_code,
        summary=body(found, heading=True, limit=summary_room(os.environ)),
        annotations=audit_annotations(found),
        outputs={
            "tag": found.tag,
            "success-rate": rate(tally.shipped, tally.platforms),
            "shipped": str(tally.shipped),
            "attempted": str(tally.attempted),
            **_written(found),
        },
        then=tuple(_steps(inputs, event, done, past, config)),
    )


def _written(found: Audit) -> dict[str, str]:
    folder = report_folder(os.environ)
    texts = {"report": markdown(found), "html": html(found), "json": found.model_dump_json(indent=2) + "\n"}
    names = {"report": "report.md", "html": "report.html", "json": "audit.json"}
    for kind, text in texts.items():
        (folder / names[kind]).write_bytes(text.encode("utf-8", "replace"))
    return {kind: str(folder / name) for kind, name in names.items()}


def _steps(inputs: Inputs, event: Event, done: Audited, past: tuple[Entry, ...], config: Path | None) -> list[Step]:
    found, steps = done.audit, list[Step]()
    if inputs.status_file is not None:
        file = inputs.status_file
        steps.append(lambda: _status(file, inputs.document, done, past))
    if inputs.badge_file is not None:
        picture = inputs.badge_file
        steps.append(lambda: _badge(picture, found))
    if Post.ISSUE in inputs.post:
        steps.append(lambda: _issue(found, config))
    if Post.PR in inputs.post:
        steps.append(lambda: _pull_request(found, pull_of(event)))
    if inputs.notify or inputs.history is not None:
        steps.append(lambda: _tell_and_keep(found, inputs.notify, inputs.history, past))
    return steps


def _status(file: Path, kind: Document, done: Audited, past: tuple[Entry, ...]) -> str:
    from auditor.deliver.status_file import write_region

    plan = _map_of(done) if kind is Document.ARCHITECTURE else None
    text = status_document(kind, done.audit, done.book, history=past, release_map=plan)
    return f"{file}: {'written' if write_region(file, kind, text) else 'nothing new'}"


def _map_of(done: Audited) -> ReleaseMap:
    from auditor.checks.subject import subject_of
    from auditor.release_map.build import release_map

    return release_map(subject_of(done.workflows, done.book, done.audit.repository), done.audit.tag)


def _badge(file: Path, found: Audit) -> str:
    drawn = badge(found)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(drawn.svg() if file.suffix == ".svg" else drawn.endpoint(), "utf-8", newline="\n")
    return f"{file}: {drawn.label} {drawn.message}"


def _issue(found: Audit, config: Path | None) -> str:
    from auditor.deliver.issue import IssueSettings, post_issue

    settings = IssueSettings(**dict(load_config(config).issue))
    done = post_issue(own_tracker(found.repository), found, settings)
    if done.number is not None:
        write_outputs(os.environ, {"issue-number": str(done.number)})
    return "no issue is needed: everything has shipped" if done.number is None else said(done, "issue")


def _pull_request(found: Audit, pull: int | None) -> str:
    from auditor.deliver.pull_request import post_audit

    tracker = own_tracker(found.repository)
    if pull is None and found.commit is not None:
        pull = next(iter(tracker.pulls_of(found.commit)), None)
        if pull is None:
            return f"commit {found.commit[:12]} came from no pull request: nothing to comment on"
    return said(post_audit(tracker, found, pull), "pull request")


def said(done: Posted, what: str) -> str:
    """What was posted, in one line."""
    did = ", ".join(done.did).replace(",,", ",") or "nothing new"
    return f"{what} #{done.number}: {did}  {done.url or ''}".rstrip()


def _tell_and_keep(found: Audit, names: tuple[str, ...], history: Path | None, past: tuple[Entry, ...]) -> str:
    """What people could not be told is not kept, so that it is still news the next time."""
    did = [_notify(found, names, past)] if names else []
    if history is not None:
        did.append(f"{write_entry(history, entry_of(found))}: kept")
    return "\n".join(did)


def _notify(found: Audit, names: tuple[str, ...], past: tuple[Entry, ...]) -> str:
    from auditor.deliver.notify import message, send

    before = next((entry for entry in past if entry.tag == found.tag), None)
    news = changes({p: v.value for p, v in before.verdicts.items()}, found) if before is not None else ()
    if before is not None and not news:
        return "nothing new: nobody was told"
    return f"told {', '.join(send(message(found, news), names))}"
