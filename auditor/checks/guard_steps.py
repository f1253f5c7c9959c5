"""The step that asks a registry whether a version is there, put before the step that publishes."""

from __future__ import annotations

import re
from functools import lru_cache

from auditor.checks.edits import replaced, step_before, step_key
from auditor.checks.manifests import package_name
from auditor.checks.publishing import Publication
from auditor.checks.subject import Subject
from auditor.checks.tag_values import tag_values
from auditor.model.finding import Edit
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep
from auditor.rulebook.rendering import render
from auditor.workflows.graph import ancestors

_ID = re.compile(r"(?m)^\s+id:\s*([\w-]+)\s*$")
_SELECTED = re.compile(r"(?:-p|--package|-w|--workspace)[= ]([\w@/.-]{1,200})(?:\s|$)")


def guard_snippet(subject: Subject, publication: Publication) -> str | None:
    """Return the platform's recommended check with what is known of package and version; nothing when it has none."""
    package, version = _package(subject, publication), _version(subject, publication)
    return rendered_check(subject, publication.platform, package, version)


def rendered_check(subject: Subject, platform: str, package: str | None, version: str | None) -> str | None:
    """Return the platform's recommended check for a package and version; `<package>` where one is not known."""
    rules = subject.book.platforms.get(platform)
    return _rendered(rules.check.snippet, package, version) if rules is not None and rules.check is not None else None


@lru_cache(maxsize=512)
def _rendered(snippet: str, package: str | None, version: str | None) -> str:
    known = {"package": package, "version": version}
    return render(snippet, {name: value for name, value in known.items() if value is not None})


def guard_edits(subject: Subject, publication: Publication) -> tuple[Edit, ...]:
    """Return the edits that put the check before the step and make the step depend on it; none when names are missing."""
    step = publication.step
    if step is None or _package(subject, publication) is None or _version(subject, publication) is None:
        return ()
    first = first_step(guard_snippet(subject, publication) or "")
    found = _ID.search(first)
    if found is None or any(other.id == found[1] for other in publication.job.steps):
        return ()
    wanted = f"steps.{found[1]}.outputs.exists == 'false'"
    before = step_before(publication.workflow, step, first)
    if step.condition is None:
        after = step_key(publication.workflow, step, f"if: {wanted}")
    else:
        old = step.condition.text
        inner = old.strip().removeprefix("${{").removesuffix("}}").strip()
        new = f"({inner}) && {wanted}" if "||" in inner else f"{inner} && {wanted}"
        after = replaced(publication.workflow, step.condition.line, old, f"${{{{ {new} }}}}")
    return (before, after) if before is not None and after is not None else ()


def first_step(snippet: str) -> str:
    """Return the first step of a snippet, which begins with `- `."""
    steps = re.split(r"(?m)^(?=- )", snippet)
    return next((each for each in steps if each.startswith("- ")), "").rstrip()


def _package(subject: Subject, publication: Publication) -> str | None:
    selected = _SELECTED.search(publication.text) if publication.command is not None else None
    if selected is not None and "$" not in selected[1]:
        return selected[1]
    step = publication.step
    folder = step.working_directory.text if step is not None and step.working_directory is not None else ""
    return package_name(subject, publication.platform, folder) if "${{" not in folder else None


def _version(subject: Subject, publication: Publication) -> str | None:
    if publication.step is None:
        return None
    return version_before(subject, publication.workflow, publication.job, publication.step)


def version_before(subject: Subject, workflow: Workflow, job: WorkflowJob, step: WorkflowStep) -> str | None:
    """The expression of the version without `v` that an earlier step, or a job waited for, gives."""
    above = set(job.need_ids) & set(ancestors(workflow, job.id))
    bare = tag_values(subject, workflow).without_v
    pushed = workflow.trigger("push")
    plain = pushed is not None and bool(pushed.tags) and not any("v" in pattern for pattern in pushed.tags)
    for source in subject.analysis.version_sources(workflow):
        path = f"{source.job_id}:steps.{source.step.id}.outputs.{source.output}".lower()
        if path not in bare and not (plain and source.output.lower() != "tag"):
            continue
        if source.job_id == job.id and source.step.number < step.number:
            return f"${{{{ steps.{source.step.id}.outputs.{source.output} }}}}"
        other = workflow.job(source.job_id)
        for name, text in other.outputs.items() if other is not None and other.id in above else ():
            if f"steps.{source.step.id}.outputs.{source.output}" in text.text:
                return f"${{{{ needs.{source.job_id}.outputs.{name} }}}}"
    return None
