"""A release workflow names one fixed version in what it publishes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.knowledge import knowledge
from auditor.checks.publishing import RELEASES, Publication, publications
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity

_VERSION = r"v?\d{1,5}\.\d{1,5}\.\d{1,5}(?:-[a-zA-Z][\w.]{0,30})?"
_FILE = re.compile(
    rf"(?<![\w./@])(?:[\w.*-]{{1,100}}/){{0,6}}[\w-]{{1,80}}?[-._](?P<version>{_VERSION})[\w.-]{{0,40}}\.(?:nupkg|gem|tgz|whl|tar\.gz|crate|snap|vsix|zip|deb|rpm)\b"
)
_IMAGE = re.compile(rf"(?<![\w.@-])[\w.-]{{1,100}}/[\w./-]{{1,100}}:(?P<version>{_VERSION})(?=[\s\"',;]|$)")
_TAG = re.compile(rf"\bgh\s+release\s+create\s+[\"']?(?P<version>{_VERSION})(?=[\s\"']|$)")
_OPTION = re.compile(
    rf"(?:--(?:version|tag|release-version|new-version)|-p:Version|/p:Version|-Dversion|-Drevision)"
    rf"[= ][\"']?(?P<version>{_VERSION})(?=[\s\"']|$)"
)
_VARIABLE = re.compile(r"^(?:(?:APP|PKG|PACKAGE|RELEASE|PROJECT|IMAGE|DOCKER|CRATE)_)?(?:VERSION|TAG)$")
_INPUTS = frozenset({"tag_name", "tag", "version", "release_name", "name", "tags"})
_TOOLS = re.compile(
    r"goreleaser|jreleaser|chart-releaser|semantic-release|release-plz|release-please|changesets|setup|install|maturin|poetry"
    r"|wrangler|cargo|gradle|maven|snapcore|helm"
)
"""Actions whose input `version` says which version of a tool they run."""


def _find(subject: Subject) -> Iterator[Finding]:
    said: set[tuple[str, int]] = set()
    for one in publications(subject):
        for line, version in (*_versions(one), *_variables(one)):
            if (one.workflow.path, line) not in said:
                said.add((one.workflow.path, line))
                yield _finding(one, line, version)


def _versions(one: Publication) -> Iterator[tuple[int, str]]:
    if one.command is not None:
        patterns = [_FILE, _TAG, _OPTION]
        if one.platform in knowledge().container_platforms:
            patterns.append(_IMAGE)
        for pattern in patterns:
            found = pattern.search(_without_tools(one.command.text))
            if found is not None:
                yield one.command.line, found["version"]
    elif one.step is not None:
        for name, value in one.step.inputs.items():
            if name not in _INPUTS or (name == "version" and _TOOLS.search(one.action)):
                continue
            for offset, text in enumerate(value.text.split("\n")):
                image = _IMAGE.search(text) if one.platform in knowledge().container_platforms else None
                plain = re.fullmatch(_VERSION, text.strip()) if one.platform == RELEASES or name == "version" else None
                found_text = image["version"] if image is not None else plain[0] if plain is not None else None
                if found_text is not None:
                    yield value.line + offset, found_text


def _variables(one: Publication) -> Iterator[tuple[int, str]]:
    """Yield fixed versions that the environment gives to what is published, with their lines."""
    merged = {**one.workflow.env, **one.job.env, **(one.step.env if one.step is not None else {})}
    for name, value in merged.items():
        fixed = _VARIABLE.match(name) is not None and re.fullmatch(_VERSION, value.text.strip()) is not None
        if fixed and re.search(rf"\$\{{?(?:env:)?{name}\b|\benv\.{name}\b", one.text):
            yield value.line, value.text.strip()


def _without_tools(text: str) -> str:
    """Leave out what runs a tool of some version: `npx semantic-release@24.2.1`, `docker run image:1.2.3`."""
    text = re.sub(r"\b(?:npx|pnpx|bunx|uvx|pipx)\s+(?:-\S+\s+)*\S+@\S+", "", text)
    return re.sub(r"\b(?:docker|podman)\s+run\b[^|;&]{0,1000}", "", text)


def _finding(one: Publication, line: int, version: str) -> Finding:
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message=(
            f"`{one.job.id}` publishes version `{version}` whatever the tag says: "
            "the next release ships it again, or nothing"
        ),
        place=place(one.workflow, line, version),
        job=one.job.id,
        step=one.step.number if one.step is not None else None,
        platforms=(one.platform,),
        remedy=Remedy(
            summary="Take the version from the tag, once, and let every job read it from there.",
            snippet="version=${GITHUB_REF_NAME#v}\n",
        ),
    )


CHECK = Check(
    id="hard-coded-version",
    title="A fixed version in what a release publishes",
    severity=Severity.ERROR,
    find=_find,
)
