"""The release map on a terminal, at 80 columns and without colour."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from auditor.logs.redact import safe_line
from auditor.model.release_map import MapJob, ReleaseMap
from auditor.report import map_words as words
from auditor.report.indented import print_indented

_KINDS = {"hub": "hub", "publish": "spoke", "helper": "helper"}


def print_map(found: ReleaseMap, console: Console) -> None:
    """Print the map; foreign text is plain text to Rich."""
    print_indented(console, Text(words.headline(found), style="bold"), 0)
    print_indented(console, Text(words.inventory_words(found)), 0)
    if found.sample:
        console.print(Text(f"({found.tag} is a sample; name yours with --tag)", style="dim"))
    jobs = words.publishing(found)
    system = 0
    for workflow in found.workflows:
        if workflow.system != system:
            system = workflow.system
            console.print()
            console.print(Text(f"System {system}", style="bold"))
        sign = "▶" if workflow.sure else "▷"
        file = safe_line(workflow.path.rpartition("/")[2], 100)
        print_indented(console, Text(f"{sign} {file}  {safe_line(workflow.name, 60)}", style="cyan"), 0)
        print_indented(console, Text(words.start_words(workflow), style="dim"), 2)
        for job in (each for each in jobs if each.path == workflow.path):
            _job(found, job, console)
    for title, paths in (
        ("Publish, and are not started by this tag", found.not_started),
        ("Cannot be read", found.unreadable),
    ):
        if paths:
            console.print()
            console.print(Text(f"{title}:", style="yellow"))
            for path in paths:
                console.print(Text(f"  {safe_line(path, 200)}"))
    if found.notes:
        console.print()
        for note in found.notes:
            print_indented(console, Text(f"! {safe_line(note, 300)}", style="yellow"), 0)


def _job(found: ReleaseMap, job: MapJob, console: Console) -> None:
    head = Text(f"  {_KINDS[job.kind.value]:<6} ", style="bold")
    head.append(safe_line(job.id, 60), style="default")
    head.append(f" → {words.titles(found, job)}" if job.platforms else "", style="green")
    print_indented(console, head, 0)
    told = [f"guarded by {words.guard_words(job)}"]
    access = words.access_words(job)
    told += [f"needs {access}"] if access != "—" else []
    waits = ", ".join(need.rpartition("#")[2] for need in job.needs[:5])
    told += [f"after {waits}"] if waits else []
    if job.runs is not True:
        reason = f": {safe_line(job.why_not, 120)}" if job.why_not else ""
        told.append(f"runs: {words.runs_words(job)}{reason}")
    print_indented(console, Text("; ".join(told), style="dim"), 9)
