"""A tag starts the release, and the version comes from a file: nothing compares the two."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.knowledge import knowledge
from auditor.checks.publishing import Publication, publications, title
from auditor.checks.scenarios import runs_in, tag_starts
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import WorkflowJob
from auditor.workflows.graph import ancestors

_BY_TOOL = re.compile(
    r"(?i)changeset|semantic-release|release-(?:please|plz|it|drafter)|lerna|cargo[ -](?:release|smart-release|workspaces|dist)"
    r"|standard-version|git-cliff|\bnx\s+release"
    r"|publish-on-tag|setuptools[_-]scm|hatch-vcs|versioneer|nbgv|gitversion|minver|auto\s+shipit"
)
_SCRIPTED = re.compile(
    r"(?i)(?:^|[\s/\"'])(?:\./|scripts?/|tools?/|ci/|bin/|make\s|just\s|task\s|node\s+\S{1,200}\.[cm]?js|python3?\s+\S{1,200}\.py)"
    r"|npm\s+version\b|set-version|--new-version"
)


def _find(subject: Subject) -> Iterator[Finding]:
    said: set[tuple[str, str]] = set()
    by_tool: dict[str, bool] = {}
    for one in publications(subject):
        key = (one.workflow.path, one.job.id)
        if one.platform not in knowledge().manifest_version or one.step is None or key in said:
            continue
        path = one.workflow.path
        if not _by_tag(subject, one) or _compared(one):
            continue
        if path not in by_tool:
            by_tool[path] = any(_BY_TOOL.search(line) for line in one.workflow.lines)
        if by_tool[path]:
            continue
        said.add(key)
        yield _finding(subject, one)


def _by_tag(subject: Subject, one: Publication) -> bool:
    """Tell whether the push of a tag lets it publish, and no branch does: there the file alone decides."""
    pushed = one.workflow.trigger("push")
    if pushed is None or pushed.branches or not (pushed.tags or pushed.tags_ignore):
        return False
    return bool(runs_in(one.workflow, one.job, tag_starts(subject, one.workflow), one.step))


def _compared(one: Publication) -> bool:
    """Tell whether something before the publication reads the tag, or may do so out of sight."""
    jobs = [one.job, *(one.workflow.job(each) for each in ancestors(one.workflow, one.job.id))]
    return any(_reads(job, one) for job in jobs if job is not None)


def _reads(job: WorkflowJob, one: Publication) -> bool:
    for step in job.steps:
        if job.id == one.job.id and one.step is not None and step.number > one.step.number:
            break
        texts = [text.text for text in (*step.inputs.values(), *step.env.values())]
        texts += [step.run.text] if step.run is not None else []
        if any(
            re.search(r"(?i)GITHUB_REF|github\.ref|tag_name|\bgit\s+describe|outputs\.\w*(?:version|tag)", text)
            for text in texts
        ):
            return True
        if step.run is not None and _SCRIPTED.search(step.run.text):
            return True
        if step.uses is not None and (step.uses.text.startswith("./") or "version" in step.uses.text.lower()):
            return True
    return job.uses is not None


def _finding(subject: Subject, one: Publication) -> Finding:
    return Finding(
        check=CHECK.id,
        severity=Severity.WARNING,
        confidence=Confidence.MEDIUM,
        message=(
            f"`{one.job.id}` publishes to {title(subject, one.platform)} the version that its manifest names, and nothing "
            "compares that with the tag: a forgotten bump publishes an old version, or fails as a duplicate"
        ),
        place=one.place(),
        job=one.job.id,
        step=one.step.number if one.step is not None else None,
        platforms=(one.platform,),
        remedy=Remedy(
            summary="Stop the release when the manifest and the tag differ.",
            snippet=(
                "- name: Tag and manifest agree\n"
                '  run: test "v$(jq --raw-output .version package.json)" = "$GITHUB_REF_NAME"\n'
            ),
        ),
    )


CHECK = Check(
    id="unchecked-tag",
    title="Nothing compares the tag with the manifest",
    severity=Severity.WARNING,
    find=_find,
)
