"""The audit on a terminal: readable at 80 columns, and without colour."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from auditor.model.audit import Audit, Phase, PlatformOutcome, RootCause
from auditor.model.explanation import Explanation
from auditor.model.finding import Finding
from auditor.model.vocabulary import Verdict
from auditor.report import words

_MARKS = {
    Verdict.SHIPPED: ("+", "green"),
    Verdict.ALREADY_SHIPPED: ("=", "green"),
    Verdict.SHIPPED_DESPITE_FAILURE: ("+", "green"),
    Verdict.NOT_SHIPPED: ("x", "red"),
    Verdict.GREEN_NOT_SHIPPED: ("x", "red"),
    Verdict.PHANTOM_SKIP: ("x", "red"),
    Verdict.PROPAGATING: ("~", "yellow"),
    Verdict.HELD: ("~", "yellow"),
    Verdict.NOT_ATTEMPTED: ("-", "dim"),
    Verdict.PENDING: ("~", "yellow"),
    Verdict.UNVERIFIABLE: ("?", "yellow"),
}


def print_audit(audit: Audit, console: Console) -> None:
    """Print the audit. All foreign text is plain text to Rich: no markup, no links, no control characters."""
    console.print(Text(f"{audit.repository} {audit.tag}", style="bold"))
    for run in audit.runs:
        where = f"run {run.run_id}  {run.workflow} ({run.event}, {words.plural(run.attempts, 'attempt')})"
        console.print(Text(f"  {where}", style="dim"), no_wrap=True, overflow="ellipsis")
    console.print()
    console.print(Text(words.headline(audit), style="bold"))
    for sentence in words.rate_sentences(audit.tally):
        console.print(Padding(Text(sentence), (0, 0, 0, 2)))
    console.print()
    if audit.platforms:
        console.print(_platforms(audit))
        console.print(Text("  + shipped  = there already  x not shipped  - not attempted  ~ open  ? unknown", "dim"))
    if audit.targets:
        console.print()
        console.print(_targets(audit))
        if audit.drift is not None and audit.drift.verdict:
            console.print(Padding(Text(audit.drift.verdict), (0, 0, 0, 2)))
    for cause in audit.root_causes:
        _cause(cause, audit, console)
    for note in audit.notes:
        console.print()
        console.print(Text(f"Note: {note.title}", style="bold"))
        console.print(Padding(Text(note.text), (0, 0, 0, 2)))
    if audit.plan:
        console.print()
        console.print(Text("What to do", style="bold"))
        for phase in audit.plan:
            _phase(phase, console)
    if audit.missing:
        console.print()
        console.print(Text("This audit is incomplete. Could not be had:", style="yellow"))
        for gap in audit.missing:
            console.print(Padding(Text(f"{gap.what}: {gap.why}"), (0, 0, 0, 2)))


def _platforms(audit: Audit) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False, expand=False, header_style="bold")
    table.add_column("", width=1)
    table.add_column("platform", overflow="fold", max_width=18)
    table.add_column("classification", no_wrap=True, max_width=20)
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("why", overflow="fold", ratio=1)
    for outcome in audit.platforms:
        mark, style = _MARKS[outcome.verdict]
        table.add_row(
            Text(mark, style=style),
            Text(outcome.title),
            Text(outcome.classification.value, style=style),
            Text(words.duration(outcome.seconds)),
            Text(_why(outcome)),
        )
    return table


def _targets(audit: Audit) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False, expand=False, header_style="bold")
    table.add_column("", width=1)
    table.add_column("asked the registry", overflow="fold", max_width=30)
    table.add_column("answer", no_wrap=True)
    table.add_column("latest", overflow="fold", max_width=14)
    table.add_column("why", overflow="fold", ratio=1)
    for target in audit.targets:
        mark, style = _MARKS[target.verdict]
        answer = target.answer
        table.add_row(
            Text(mark, style=style),
            Text(f"{answer.target.key} {answer.target.version}"),
            Text(answer.state.value, style=style),
            Text(answer.latest or ""),
            Text(target.note or words.answer_words(answer)),
        )
    return table


def _why(outcome: PlatformOutcome) -> str:
    parts = [outcome.cause, outcome.note]
    text = "; ".join(part.replace("`", "") for part in parts if part) or ", ".join(outcome.packages)
    return text if len(text) <= 160 else text[:159] + "…"


def _cause(cause: RootCause, audit: Audit, console: Console) -> None:
    console.print()
    title = Text(f"Root cause {cause.number}: ", style="bold red")
    console.print(title.append(cause.title.replace("`", ""), style="bold"))
    evidence = cause.evidence
    if evidence is not None:
        place = ", ".join(
            part
            for part in (
                f"step {evidence.step}" if evidence.step else "",
                f"line {evidence.line}" if evidence.line else "",
            )
            if part
        )
        console.print(Padding(Text(f"{place}:" if place else "evidence:", style="dim"), (0, 0, 0, 2)))
        console.print(Padding(Text(evidence.text), (0, 0, 0, 4)))
    if cause.blocked_jobs:
        names = ", ".join(words.short_name(key) for key in cause.blocked_jobs)
        console.print(Padding(Text(f"blocks {names}"), (0, 0, 0, 2)))
    for finding in _readable(cause, audit):
        told = f"readable in {finding.place.path}:{finding.place.line}: {finding.message}".replace("`", "")
        console.print(Padding(Text(told), (0, 0, 0, 2)))
    if cause.fix is not None:
        console.print(Padding(Text(f"fix: {cause.fix.summary}".replace("`", "")), (0, 0, 0, 2)))
        for command in cause.fix.commands:
            console.print(Padding(Text(f"$ {command}", style="cyan"), (0, 0, 0, 4)))
    if cause.platforms:
        total = audit.tally.platforms
        console.print(
            Padding(Text(f"effect: {cause.shipped_before}/{total} -> {cause.shipped_after}/{total}"), (0, 0, 0, 2))
        )


def _readable(cause: RootCause, audit: Audit) -> list[Finding]:
    """What the workflow files told of this cause, each once."""
    shown = {job.key: job.findings for job in audit.jobs}
    found = [finding for key in (*cause.jobs, *cause.blocked_jobs) for finding in shown.get(key, ())]
    return list(dict.fromkeys(found))[:5]


def _phase(phase: Phase, console: Console) -> None:
    console.print(Padding(Text(f"{phase.number}. {phase.title}".replace("`", "")), (0, 0, 0, 2)))
    console.print(Padding(Text(phase.effect, style="dim"), (0, 0, 0, 5)))


def print_explanation(answer: Explanation, console: Console) -> None:
    """Print one answer of `relaudit explain`."""
    console.print(Text(answer.file, style="bold"))
    if answer.error:
        console.print(Padding(Text(answer.error, style="red"), (0, 0, 0, 2)))
        return
    style = "red" if answer.classification.failed else "green"
    said = Text(answer.classification.value, style=f"bold {style}")
    if answer.platforms:
        said.append(f"  {', '.join(answer.platforms)}", style="default")
    said.append(f"  ({answer.confidence.value} confidence)", style="dim")
    console.print(Padding(said, (0, 0, 0, 2)))
    if answer.hidden:
        console.print(Padding(Text("The job is green: the failure was swallowed inside it."), (0, 0, 0, 2)))
    if answer.cause is not None:
        where = (
            f"step {answer.cause.step}, line {answer.cause.line}" if answer.cause.step else f"line {answer.cause.line}"
        )
        console.print(Padding(Text(where, style="dim"), (0, 0, 0, 2)))
        for line in answer.cause.excerpt:
            mark = ">" if line.is_cause else " "
            console.print(
                Padding(
                    Text(f"{mark} {line.number:>6}  {line.text}", style="bold" if line.is_cause else "dim"),
                    (0, 0, 0, 2),
                )
            )
    if answer.fix is not None:
        console.print(Padding(Text(f"fix: {answer.fix.summary}".replace("`", "")), (0, 0, 0, 2)))
        for command in answer.fix.commands:
            console.print(Padding(Text(f"$ {command}", style="cyan"), (0, 0, 0, 4)))
    for reason in answer.reasons:
        console.print(Padding(Text(f"because {reason}", style="dim"), (0, 0, 0, 2)))
    if answer.jobs:
        console.print(
            Padding(Text(f"{words.plural(len(answer.jobs), 'other job')} in this log:", style="dim"), (0, 0, 0, 2))
        )
        for other in answer.jobs:
            console.print(
                Padding(Text(f"{other.classification.value:22} {other.job or ''}", style="dim"), (0, 0, 0, 4))
            )
