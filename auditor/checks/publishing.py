"""The places that really publish: logins left out, each with the command or action that does it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.checks.derived import derived
from auditor.checks.edits import place
from auditor.checks.scripts import ScriptLine, commands
from auditor.checks.subject import PublishSite, Subject
from auditor.model.finding import Place
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep

_NO_UPLOAD = re.compile(r"(?i)\blogin\b|[-/]login(?:-action)?$|dockerhub-description")
_IMAGE = re.compile(
    r"(?i)(?<![\w./-])((?:[a-z0-9][\w.-]*(?::\d+)?/)?(?:[\w.-]|\$\{\{[^}]{0,80}\}\}|\$\{?\w+\}?)+(?:/(?:[\w.-]|\$\{\{[^}]{0,80}\}\}|\$\{?\w+\}?)+)+)"
)
_CREATES = re.compile(
    r"\bgh\s+(?:-R\s+\S+\s+)?release\s+create\b|\bgoreleaser\b[^\n]{0,60}\brelease\b|\bhub\s+release\s+create\b"
)
_CREATING_ACTIONS = (
    "softprops/action-gh-release",
    "ncipollo/release-action",
    "actions/create-release",
    "goreleaser/goreleaser-action",
    "taiki-e/create-gh-release-action",
    "marvinpinto/action-automatic-releases",
    "mikepenz/action-gh-release",
    "elgohr/github-release-action",
)
RELEASES = "github-releases"


@dataclass(frozen=True, slots=True)
class Publication:
    """One command or action that publishes to one platform; `step` is nothing for a call of a reusable workflow."""

    workflow: Workflow
    job: WorkflowJob
    step: WorkflowStep | None
    platform: str
    command: ScriptLine | None = None

    @property
    def line(self) -> int:
        """The line of the command, of `uses:`, or of the job that calls."""
        if self.command is not None:
            return self.command.line
        uses = self.step.uses if self.step is not None else self.job.uses
        return uses.line if uses is not None else self.job.line

    @property
    def text(self) -> str:
        """The command line, or the action with its inputs, for searching."""
        if self.command is not None:
            return self.command.text
        if self.step is None:
            return self.job.uses.text if self.job.uses is not None else ""
        inputs = "\n".join(f"{name}: {value.text}" for name, value in self.step.inputs.items())
        return f"{self.action}\n{inputs}"

    @property
    def action(self) -> str:
        """The action in lower case without its version; empty for commands."""
        uses = self.step.uses if self.step is not None else None
        return uses.text.partition("@")[0].lower() if uses is not None else ""

    def place(self, what: str | None = None) -> Place:
        """Where it stands."""
        if self.command is not None:
            return place(self.workflow, self.command.line, self.command.text.strip().split("  ")[0], what)
        uses = self.step.uses if self.step is not None else self.job.uses
        return place(self.workflow, self.line, uses.text if uses is not None else None, what)


def publications(subject: Subject, workflow: Workflow | None = None) -> tuple[Publication, ...]:
    """Return what publishes, in all files or in one, in the order of the file."""
    by_path: dict[str, tuple[Publication, ...]] = derived(subject, "publications", _by_path)
    if workflow is not None:
        return by_path.get(workflow.path, ())
    return tuple(each for several in by_path.values() for each in several)


def _by_path(subject: Subject) -> dict[str, tuple[Publication, ...]]:
    found: dict[str, list[Publication]] = {}
    for site in subject.sites:
        found.setdefault(site.workflow.path, []).extend(_of_site(subject, site))
    return {path: tuple(several) for path, several in found.items() if several}


def publications_by_job(subject: Subject) -> dict[tuple[str, str], tuple[Publication, ...]]:
    """Return what publishes by (path, job id)."""
    return derived(subject, "publications_by_job", _by_job)


def _by_job(subject: Subject) -> dict[tuple[str, str], tuple[Publication, ...]]:
    found: dict[tuple[str, str], list[Publication]] = {}
    for each in publications(subject):
        found.setdefault((each.workflow.path, each.job.id), []).append(each)
    return {key: tuple(several) for key, several in found.items()}


def title(subject: Subject, platform: str) -> str:
    """The platform's name as people write it."""
    rules = subject.book.platforms.get(platform)
    return rules.title if rules is not None else platform


def creates_release(publication: Publication) -> bool:
    """Tell whether it makes the GitHub release, rather than adding to one that is there."""
    if publication.platform != RELEASES:
        return False
    if publication.command is not None:
        return _CREATES.search(publication.command.text) is not None
    return publication.action in _CREATING_ACTIONS


def images(publication: Publication) -> tuple[str, ...]:
    """Return the image names, without tags, that a container publication names itself or by `docker/metadata-action`."""
    text = publication.text
    step = publication.step
    if step is not None and step.uses is not None:
        text = "\n".join(step.inputs[name].text for name in ("tags", "images", "image") if name in step.inputs)
        named = re.findall(r"steps\.([\w-]{1,80})\.outputs\.tags", text)
        for other in publication.job.steps:
            if other.id in named and "images" in other.inputs:
                text += "\n" + other.inputs["images"].text
    return tuple(dict.fromkeys(image_name(each) for each in _IMAGE.findall(text)))


def image_name(reference: str) -> str:
    """Return an image reference in lower case without its tag, digest and the host of Docker Hub."""
    name = reference.partition("@")[0].lower()
    head, slash, last = name.rpartition("/")
    name = f"{head}{slash}{last.partition(':')[0]}"
    return name.removeprefix("index.").removeprefix("docker.io/")


def _of_site(subject: Subject, site: PublishSite) -> Iterator[Publication]:
    step, platform = site.step, site.platform
    if step is None:
        yield Publication(site.workflow, site.job, None, platform)
    elif step.uses is not None:
        if not _NO_UPLOAD.search(step.uses.text.partition("@")[0]):
            yield Publication(site.workflow, site.job, step, platform)
        else:
            yield from _by_metadata(subject, site, step)
    else:
        named = [(line, subject.recogniser.script(line.text)) for line in commands(step)]
        # What a step before set up sends the commands of another platform here.
        own = any(platform in platforms for _, platforms in named)
        for line, platforms in named:
            if not _NO_UPLOAD.search(line.text) and (platform in platforms if own else platforms):
                yield Publication(site.workflow, site.job, step, platform, line)


def _by_metadata(subject: Subject, site: PublishSite, login: WorkflowStep) -> Iterator[Publication]:
    """A build whose tags come from an expression goes where the job logged in."""
    for step in site.job.steps:
        if (
            step.number <= login.number
            or step.uses is None
            or not step.uses.text.startswith("docker/build-push-action")
        ):
            continue
        if site.platform in subject.platforms(site.workflow, site.job, step):
            continue
        pushes = "push" in step.inputs and step.inputs["push"].text.strip().lower() != "false"
        if pushes and "${{" in step.inputs.get("tags", step.inputs["push"]).text:
            yield Publication(site.workflow, site.job, step, site.platform)
