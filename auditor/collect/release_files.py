"""Which files of a repository tell how it releases: workflows, its own actions, the configuration of release tools."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

MOST_FILES = 5_000
LARGEST_FILE = 5_000_001
"""Bytes that are read of one file: one more than a workflow may have, so that too large ones are told apart."""

_WORKFLOWS = ".github/workflows/"
_ALWAYS = re.compile(
    r"""
    \.github/workflows/[^/]+                          # whatever stands there: backups are read to be named
    | \.github/actions/(?:[^/]+/){0,4}action\.ya?ml
    | action\.ya?ml
    | (?:\.config/|\.github/)?\.?goreleaser[\w.-]*\.ya?ml
    | \.?release-please-(?:config|manifest)\.json | \.github/release-please\.yml
    | \.releaserc(?:\.(?:json|ya?ml|js|cjs|mjs|ts))? | release\.config\.(?:js|cjs|mjs|ts)
    | \.release-it\.(?:json|ya?ml|js|cjs|toml)
    | (?:\.config/|\.github/)?\.?cliff\.toml
    | dist-workspace\.toml | dist\.toml | release-plz\.toml | release\.toml
    | \.?nfpm[\w.-]*\.ya?ml
    | (?:snap/|build-aux/snap/|snap/local/)?\.?snapcraft\.yaml
    | (?:[^/]+/){0,3}[^/]+\.nuspec
    | (?:[^/]+/){0,2}package\.json | lerna\.json | \.changeset/config\.json
    | (?:[^/]+/){0,2}Cargo\.toml
    | (?:[^/]+/){0,2}pyproject\.toml | setup\.cfg | setup\.py
    | (?:charts?/)?(?:[^/]+/)?Chart\.yaml
    | jreleaser\.(?:ya?ml|toml|json) | VERSION
    """,
    re.VERBOSE,
)
_SKIPPED = re.compile(
    r"(?:^|/)(?:node_modules|vendor|third_party|target|dist|build|\.git|\.venv|venv|testdata|fixtures)/"
)
_USED_ACTION = re.compile(r"""\buses:[ \t]*["']?\./([\w./@ -]{0,200}?)["']?[ \t]{0,100}(?:#[^\n]*)?$""", re.MULTILINE)
_MAKE = re.compile(r"(?:^|[\s;&|(])make(?:[ \t]|$)", re.MULTILINE)
_JUST = re.compile(r"(?:^|[\s;&|(])just[ \t]", re.MULTILINE)
_MAKEFILES = ("Makefile", "makefile", "GNUmakefile")
_JUSTFILES = ("justfile", "Justfile", ".justfile")


def is_wanted(path: str) -> bool:
    """Whether a file is read whatever the workflows say. Paths have `/` and no `./` before them."""
    return _ALWAYS.fullmatch(path) is not None and (path.startswith(".github/") or not _SKIPPED.search(path))


def also_used(texts: Mapping[str, str]) -> tuple[str, ...]:
    """Return paths that the files read so far name: actions in other folders, `Makefile` and `justfile` where used.

    They may or may not exist. `texts` are the files by path; only workflows and actions are looked at.
    """
    found: dict[str, None] = {}
    for path, text in texts.items():
        if not (path.startswith(_WORKFLOWS) or path.endswith(("action.yml", "action.yaml"))):
            continue
        for used in _USED_ACTION.findall(text):
            folder = _plain(used)
            if folder is not None and not folder.endswith((".yml", ".yaml")):
                found.update(dict.fromkeys((f"{folder}/action.yml", f"{folder}/action.yaml")))
        if _MAKE.search(text):
            found.update(dict.fromkeys(_MAKEFILES))
        if _JUST.search(text):
            found.update(dict.fromkeys(_JUSTFILES))
    return tuple(path for path in found if path not in texts)


def chosen(paths: Iterable[str]) -> list[str]:
    """The wanted ones of a list of paths, workflows first, at most `MOST_FILES`."""
    wanted = sorted(
        (path for path in paths if is_wanted(path)), key=lambda path: (not path.startswith(".github/"), path)
    )
    return wanted[:MOST_FILES]


def _plain(path: str) -> str | None:
    """A folder below the root without detours; nothing for paths that leave it."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return "/".join(parts) if parts and ".." not in parts else None
