"""Who reads, inside one workflow, what another job of it makes: release assets, artifacts, images."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.checks.derived import derived
from auditor.checks.edits import place
from auditor.checks.publishing import Publication, creates_release, images, publications
from auditor.checks.scripts import ScriptLine, commands, script_lines
from auditor.checks.subject import Subject
from auditor.checks.tag_values import TagValues, tag_values
from auditor.model.finding import Place
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep
from auditor.workflows.graph import ancestors

_ASSET_URL = re.compile(r"(?P<owner>[\w.${}\- ]{1,120})/(?P<name>[\w.${}\-]{1,120}|\S{0,40}\}\})/releases/download/")
_RELEASES = re.compile(r"/releases/download/")
_FETCHES = re.compile(
    r"(?<![\w-])(?:curl|wget|aria2c|Invoke-WebRequest|Invoke-RestMethod|iwr|irm|Start-BitsTransfer)\b"
)
_DOWNLOADS = re.compile(r"\bgh\s+(?:(?:-R|--repo)[= ]\S+\s+)?release\s+(?:download|upload|view|edit)\b")
_OTHER_REPO = re.compile(r"(?:-R|--repo)[= ]\s*[\"']?(?P<repo>\$\{\{[^}]{1,100}\}\}|\S+?)[\"']?(?:\s|$)")
_OWN = re.compile(r"(?i)GITHUB_REPOSITORY|github\.repository")
_WAITS = re.compile(r"(?ms)^\s*(?:until|while|for)\b.{0,600}?\bsleep\b")
_USES_IMAGE = re.compile(
    r"\b(?:docker|podman|nerdctl)\s+(?:image\s+)?(?:pull|run|manifest|scout)\b|\bimagetools\b|\bcosign\s+\w|\btrivy\s+image\b|\bcrane\s+(?:copy|cp|tag|digest|manifest)\b|\bgrype\s"
)
_ASSIGNED = re.compile(r"^\s*(?:export\s+|local\s+)?\$?([A-Za-z_]\w{0,80})\s?=")


@dataclass(frozen=True, slots=True)
class HubRead:
    """A job that reads what another makes. `hubs` are the jobs that make it, in the order of the file."""

    workflow: Workflow
    job: WorkflowJob
    step: WorkflowStep
    place: Place
    what: str
    """What is read, in words: "the release's assets"."""
    hubs: tuple[WorkflowJob, ...]
    made_at: tuple[Place, ...]
    sure: bool = True

    @property
    def unordered(self) -> bool:
        """Whether nothing makes the job wait for any of the jobs that make what it reads."""
        above = {self.job.id, *ancestors(self.workflow, self.job.id)}
        return not any(hub.id in above for hub in self.hubs)


def hub_reads(subject: Subject, workflow: Workflow) -> Iterator[HubRead]:
    """Yield the reads of one workflow, by job and step, each kind once per step."""
    kept: dict[str, tuple[HubRead, ...]] = derived(subject, "hub_reads", lambda _: {})
    if workflow.path not in kept:
        kept[workflow.path] = tuple(_found(subject, workflow)) if len(workflow.jobs) > 1 else ()
    return iter(kept[workflow.path])


def _found(subject: Subject, workflow: Workflow) -> Iterator[HubRead]:
    published = publications(subject, workflow)
    makers = [each for each in published if creates_release(each)]
    values = tag_values(subject, workflow)
    for job in workflow.jobs:
        for step in job.steps:
            yield from _assets(subject, workflow, job, step, makers, values)
            yield from _artifact(workflow, job, step)
            yield from _image(workflow, job, step, published, values)


def _assets(
    subject: Subject,
    workflow: Workflow,
    job: WorkflowJob,
    step: WorkflowStep,
    makers: Sequence[Publication],
    values: TagValues,
) -> Iterator[HubRead]:
    others = [each for each in makers if each.job.id != job.id]
    if not others or any(each.job.id == job.id for each in makers) or (step.run and _WAITS.search(step.run.text)):
        return
    found = asset_read(subject.repository, job, step, values)
    if found is not None:
        line, sure = found
        hubs = tuple(dict.fromkeys(each.job.id for each in others))
        jobs = tuple(each for each in (workflow.job(hub) for hub in hubs) if each is not None)
        made = tuple(each.place(f"`{each.job.id}` makes the release") for each in others)
        yield HubRead(
            workflow,
            job,
            step,
            place(workflow, line.line, line.text.strip()),
            "the assets of the release",
            jobs,
            made,
            sure,
        )


def asset_read(
    repository: str | None, job: WorkflowJob, step: WorkflowStep, values: TagValues
) -> tuple[ScriptLine, bool] | None:
    """Return the line that fetches an asset of this tag's own release, and whether that is sure; nothing when none does."""
    named: dict[str, bool] = {}
    for line in script_lines(step):
        address = _RELEASES.search(line.text) is not None
        mine = address and values.carries(job, step, line.text) and _this_repository(repository, line.text)
        if mine and not line.here_document:
            assigned = _ASSIGNED.match(line.text)
            if assigned is not None:
                named[assigned[1]] = True
        by_name = any(re.search(rf"\$\{{?{name}\b", line.text) for name in named)
        if _FETCHES.search(line.text) and not line.says and (mine or by_name):
            return line, not line.here_document
        if not line.here_document and _DOWNLOADS.search(line.text) and values.carries(job, step, line.text):
            other = _OTHER_REPO.search(line.text)
            if other is None or _OWN.search(other["repo"]) or other["repo"] == repository:
                return line, True
    return None


def _this_repository(repository: str | None, text: str) -> bool:
    address = _ASSET_URL.search(text)
    if _OWN.search(text) or address is None:
        return True
    owner, name = address["owner"].strip(), address["name"]
    if "$" in owner or "$" in name or repository is None:
        return True
    return f"{owner}/{name}".lower().endswith(repository.lower())


def _artifact(workflow: Workflow, job: WorkflowJob, step: WorkflowStep) -> Iterator[HubRead]:
    if step.uses is None or not step.uses.text.startswith("actions/download-artifact@"):
        return
    if any(name in step.inputs for name in ("run-id", "github-token", "repository", "artifact-ids")):
        return
    name = step.inputs["name"].text if "name" in step.inputs else None
    if name is None or "${{" in name:
        return
    uploads = [
        (other, each)
        for other in workflow.jobs
        for each in other.steps
        if each.uses is not None and each.uses.text.startswith("actions/upload-artifact@")
    ]
    if any("${{" in _artifact_name(each) for _, each in uploads) or any(
        each.uses is not None for each in workflow.jobs
    ):
        return
    made = [(other, each) for other, each in uploads if _artifact_name(each) == name]
    if not made or any(other.id == job.id for other, _ in made):
        return
    places = tuple(
        place(workflow, each.uses.line, each.uses.text, f"`{other.id}` uploads it") for other, each in made if each.uses
    )
    at = place(workflow, step.inputs["name"].line, name)
    hubs = tuple({other.id: other for other, _ in made}.values())
    yield HubRead(workflow, job, step, at, f"the artifact `{name}`", hubs, places)


def _artifact_name(step: WorkflowStep) -> str:
    return step.inputs["name"].text if "name" in step.inputs else "artifact"


def _image(
    workflow: Workflow, job: WorkflowJob, step: WorkflowStep, published: Sequence[Publication], values: TagValues
) -> Iterator[HubRead]:
    lines = [line for line in commands(step) if _USES_IMAGE.search(line.text)]
    if not lines:
        return
    makers = [each for each in published if images(each) and each.job.id != job.id]
    own = {name for each in published if each.job.id == job.id for name in images(each)}
    for line in lines:
        if not values.carries(job, step, line.text):
            continue
        used = [each for each in makers if any(name in line.text.lower() and name not in own for name in images(each))]
        if used:
            hubs = tuple({each.job.id: each.job for each in used}.values())
            made = tuple(each.place(f"`{each.job.id}` pushes it") for each in used)
            at = place(workflow, line.line, line.text.strip())
            yield HubRead(workflow, job, step, at, f"the image `{images(used[0])[0]}`", hubs, made)
            return
