"""A release tool has two configurations, or one that no workflow uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.checks.check import Check
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Place, Remedy
from auditor.model.vocabulary import Confidence, Severity


@dataclass(frozen=True, slots=True)
class _Tool:
    name: str
    files: tuple[str, ...]
    """In the order in which the tool looks for them; it reads the first."""
    used: re.Pattern[str]
    page: str


_TOOLS = (
    _Tool(
        "GoReleaser",
        (
            ".config/goreleaser.yml",
            ".config/goreleaser.yaml",
            ".goreleaser.yml",
            ".goreleaser.yaml",
            "goreleaser.yml",
            "goreleaser.yaml",
        ),
        re.compile(r"(?i)goreleaser"),
        "https://goreleaser.com/customization/",
    ),
    _Tool(
        "semantic-release",
        (
            ".releaserc",
            ".releaserc.json",
            ".releaserc.yaml",
            ".releaserc.yml",
            ".releaserc.js",
            ".releaserc.cjs",
            "release.config.js",
            "release.config.cjs",
            "release.config.mjs",
        ),
        re.compile(r"(?i)semantic-release"),
        "https://semantic-release.gitbook.io/semantic-release/usage/configuration",
    ),
    _Tool(
        "JReleaser",
        ("jreleaser.yml", "jreleaser.toml", "jreleaser.json"),
        re.compile(r"(?i)jreleaser"),
        "https://jreleaser.org/guide/latest/reference/index.html",
    ),
    _Tool(
        "release-please",
        ("release-please-config.json", ".release-please-config.json"),
        re.compile(r"(?i)release-please"),
        "https://github.com/googleapis/release-please/blob/main/docs/manifest-releaser.md",
    ),
    _Tool(
        "Changesets",
        (".changeset/config.json",),
        re.compile(r"(?i)changeset"),
        "https://github.com/changesets/changesets",
    ),
)


def _find(subject: Subject) -> Iterator[Finding]:
    everything = "\n".join(text for path, text in subject.files.items() if _is_caller(path))
    for tool in _TOOLS:
        there = [path for path in tool.files if path in subject.files]
        for path in there[1:]:
            yield _finding(
                path,
                tool,
                f"{tool.name} reads `{there[0]}` and never this file: what is changed here changes nothing",
                there[0],
            )
        if there and subject.workflows and not tool.used.search(everything):
            yield _finding(there[0], tool, f"no workflow runs {tool.name}: this configuration only misleads", None)


def _is_caller(path: str) -> bool:
    return path.startswith((".github/workflows/", ".github/actions/")) or path.endswith(
        ("action.yml", "action.yaml", "Makefile", "package.json", "justfile", "Taskfile.yml", "magefile.go", ".sh")
    )


def _finding(path: str, tool: _Tool, said: str, read: str | None) -> Finding:
    return Finding(
        check=CHECK.id,
        severity=Severity.WARNING if read is not None else Severity.NOTE,
        confidence=Confidence.HIGH if read is not None else Confidence.MEDIUM,
        message=said,
        place=Place(path=path, line=1),
        related=(Place(path=read, line=1, what="the one that is read"),) if read is not None else (),
        remedy=Remedy(summary=f"Keep one configuration; see {tool.page}.", snippet=f"git rm '{path}'\n"),
    )


CHECK = Check(
    id="stale-tool-config",
    title="A release tool's configuration that is not read",
    severity=Severity.WARNING,
    find=_find,
)
