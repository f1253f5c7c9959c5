"""A `sed` that sets the version of a manifest also changes the versions of its dependencies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place, replaced
from auditor.checks.scripts import ScriptLine, commands
from auditor.checks.subject import Subject
from auditor.model.finding import Edit, Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep

_MANIFESTS = (
    r"(?:Cargo\.toml|pyproject\.toml|gleam\.toml|package\.json|composer\.json|tauri\.conf\.json|manifest\.json|deno\.jsonc?"
    r"|setup\.(?:py|cfg)|[\w.-]{1,80}\.(?:csproj|fsproj|nuspec|gemspec|cabal)|pom\.xml|build\.gradle(?:\.kts)?"
    r"|Chart\.yaml|pubspec\.yaml|mix\.exs)"
)
_MANIFEST = re.compile(rf"(?:^|[\s\"'/=]){_MANIFESTS}(?=[\s\"';|&)]|$)")
_SED = re.compile(r"(?<![\w-])g?sed\s")
_WRITES = re.compile(
    r"(?<![\w-])g?sed\s(?:[^\n]*\s)?(?:-[A-Za-z]*i|--in-place)|(?<![-=\d&>])>(?![>&=])\s*[\"']?(?!/dev/|\$\{?GITHUB_)[\w./$]|\b(?:sponge|tee)\s"
)
"""It edits in place, or its output goes to a file: what only reads changes nothing."""
_SCRIPT = re.compile(
    r"(?P<quote>[\"'])(?P<address>[^\"'s]{0,40}?)s(?P<mark>[/|#,@!~])(?P<pattern>(?:\\.|(?!(?P=mark)).){1,200})(?P=mark)"
)
_KEY = re.compile(
    r"^(?:\\?[\"'(]|\\\(|\s|\\s[*+]?){0,4}(?:version|Version|VERSION|<version>|<Version>|<PackageVersion>)(?![\w-])"
)
_KEPT = re.compile(r"(?i)0\.0\.0|PLACEHOLDER|@\w+@|__\w+__|SNAPSHOT|\$\{?\w*(?:old|current|prev)")


def _find(subject: Subject) -> Iterator[Finding]:
    for workflow, job in subject.jobs():
        for step in job.steps:
            if step.run is None or "sed" not in step.run.text:
                continue
            for line in commands(step):
                found = _unanchored(line)
                if found is not None:
                    yield _finding(workflow, job, step, line, found)


def _unanchored(line: ScriptLine) -> re.Match[str] | None:
    """Return the substitution that may change more than the one line it is for."""
    manifest = _MANIFEST.search(line.text)
    if manifest is None or _SED.search(line.text) is None or _WRITES.search(line.text) is None:
        return None
    for found in _SCRIPT.finditer(line.text):
        address = found["address"].strip()
        if not address and _KEY.match(found["pattern"]) and not _KEPT.search(found["pattern"]):
            return found
    return None


def _finding(
    workflow: Workflow, job: WorkflowJob, step: WorkflowStep, line: ScriptLine, found: re.Match[str]
) -> Finding:
    manifest = _MANIFEST.search(line.text)
    name = manifest[0].strip("\"' /=") if manifest is not None else "the manifest"
    edits: tuple[Edit, ...] = ()
    if name.endswith((".toml", ".cfg", "Chart.yaml", "pubspec.yaml")) and re.match(r"(?i)version", found["pattern"]):
        written = f"{found['quote']}s{found['mark']}{found['pattern']}"
        edit = replaced(workflow, line.line, written, f"{found['quote']}s{found['mark']}^{found['pattern']}")
        edits = (edit,) if edit is not None else ()
    return Finding(
        check=CHECK.id,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH if edits else Confidence.MEDIUM,
        message=(
            f"`{job.id}` sets the version in `{name}` wherever `{found['pattern'][:60]}` stands: "
            "dependencies in that file get the release's version too"
        ),
        place=place(workflow, line.line, found["pattern"]),
        job=job.id,
        step=step.number,
        remedy=Remedy(
            summary="Anchor the expression to the line it is for, or let the package manager set its version.",
            edits=edits,
            safe=bool(edits),
            snippet=None if edits else 'npm version "$VERSION" --no-git-tag-version\n',
        ),
    )


CHECK = Check(
    id="unanchored-sed",
    title="A `sed` for the version changes dependencies too",
    severity=Severity.WARNING,
    find=_find,
    fixes=True,
)
