"""The release map as Markdown: a headline, the workflows, the jobs that publish, the graph."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.logs.redact import safe_line
from auditor.model.release_map import ReleaseMap
from auditor.report import map_words as words
from auditor.report import neutral
from auditor.report.map_mermaid import map_graph


def map_markdown(found: ReleaseMap) -> str:
    """The map as GitHub-flavoured Markdown; ends with one line feed."""
    return "\n".join(_document(found)).rstrip() + "\n"


def _document(found: ReleaseMap) -> Iterator[str]:
    yield "# Release map"
    yield ""
    if found.repository:
        yield neutral.code(found.repository)
        yield ""
    yield f"**{neutral.prose(words.headline(found))}** {neutral.prose(words.inventory_words(found))}"
    yield ""
    if found.workflows:
        yield "| system | workflow | starts | publishes to |"
        yield "|---:|---|---|---|"
        for workflow in found.workflows:
            sign = "" if workflow.sure else "*only* "
            platforms = ", ".join(_titles(found, workflow.publishes)) or "—"
            yield (
                f"| {workflow.system} | {neutral.code_cell(workflow.path.rpartition('/')[2])} "
                f"| {sign}{neutral.prose_cell(words.start_words(workflow))} | {neutral.prose_cell(platforms)} |"
            )
        yield ""
    jobs = words.publishing(found)
    if jobs:
        yield "| job | kind | publishes to | runs | guarded by | secrets and permissions | waits for |"
        yield "|---|---|---|---|---|---|---|"
        for job in jobs:
            where = f"{job.path.rpartition('/')[2]}:{job.line}"
            waits = ", ".join(neutral.code_cell(need.rpartition("#")[2]) for need in job.needs[:8]) or "—"
            yield (
                f"| {neutral.code_cell(job.id)} {neutral.code_cell(where)} | {job.kind.value} "
                f"| {neutral.prose_cell(words.titles(found, job))} | {words.runs_words(job)} "
                f"| {neutral.prose_cell(words.guard_words(job))} | {neutral.prose_cell(words.access_words(job))} | {waits} |"
            )
        yield ""
    for title, paths in (
        ("Publish, and are not started by this tag", found.not_started),
        ("Cannot be read", found.unreadable),
    ):
        if paths:
            yield f"**{title}:** {', '.join(neutral.code(path) for path in paths)}"
            yield ""
    for note in found.notes:
        yield f"- {neutral.prose(safe_line(note, 300))}"
    if found.notes:
        yield ""
    graph = map_graph(found)
    if graph is not None:
        yield "```mermaid"
        yield graph
        yield "```"


def _titles(found: ReleaseMap, platforms: tuple[str, ...]) -> list[str]:
    names = {platform.platform: platform.title for platform in found.platforms}
    return [names.get(platform, platform) for platform in platforms]
