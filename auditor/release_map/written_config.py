"""A first `relaudit.toml`, with comments, from what the workflows publish."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from auditor.checks.subject import Subject
from auditor.model.release_map import MapJob, ReleaseMap
from auditor.model.vocabulary import JobKind
from auditor.report.map_words import headline

_NAME = re.compile(r"^[^\x00-\x1f\"\\]{1,200}$")
_VERSION_ONLY = re.compile(r"^\$\{\{.*\}\}$")


def config_text(subject: Subject, found: ReleaseMap) -> str:
    """The text of the file; it is valid, and says nothing that a person has not agreed to beyond what was read."""
    return "\n".join(_lines(subject, found)) + "\n"


def _lines(subject: Subject, found: ReleaseMap) -> Iterator[str]:
    yield "# Settings of relaudit. Every key: docs/configuration.md"
    yield f"# {_comment(headline(found))}"
    yield ""
    hubs = [job for job in found.jobs if job.kind is JobKind.HUB]
    if hubs:
        yield "# Jobs that make what the others publish."
        yield f"hubs = [{', '.join(_string(name) for name in dict.fromkeys(job.id for job in hubs))}]"
    else:
        yield "# Jobs that make what the others publish; none was found in the workflows."
        yield "# hubs = []"
    yield ""
    yield "# Folders of rules of your own, merged by id with those that come with relaudit."
    yield '# rules = ["ci/relaudit-rules"]'
    yield ""
    yield "# What every release should reach. The workflows publish to these; the packages' names are yours to check."
    jobs = {job.key: job for job in found.jobs}
    for platform in found.platforms:
        if platform.for_hub:
            continue
        names = package_names(subject, platform.platform)
        places = [jobs[key] for key in platform.jobs if key in jobs]
        yield ""
        yield f"# {_comment(platform.title)}: {_comment(', '.join(_where(job) for job in places[:3]))}"
        if platform.off:
            yield "# No job publishes it at present: all that would are switched off."
        sure = bool(names) and not platform.off
        for name in names or ("<package>",):
            mark = "" if sure else "# "
            yield f"{mark}[[targets]]"
            yield f"{mark}platform = {_string(platform.platform)}"
            yield f"{mark}package = {_string(name)}"
    yield ""
    yield "# How a registry is asked; a token is named by its environment variable and never written here."
    yield "# [registries.npm]"
    yield '# token_variable = "NPM_READ_TOKEN"'
    yield ""
    yield "[check]"
    yield 'min_severity = "note"                 # error, warning, note'
    yield '# baseline = ".relaudit-baseline.json" # findings that are accepted; relaudit check --write-baseline'
    yield '# also = ["zizmor", "actionlint"]      # run these too, where they are installed'
    yield ""
    yield "# A single check, by its id (docs/checks/):"
    yield "# [checks.missing-timeout]"
    yield "# enabled = false"
    yield ""
    yield "[secrets]"
    yield "max_age_days = 365"


def package_names(subject: Subject, platform: str) -> tuple[str, ...]:
    """Names of packages that the manifests at the root give, for the platforms whose manifests say it plainly."""
    found: list[str] = []
    if platform == "npm":
        found += _from_json(subject, "package.json")
    elif platform == "crates":
        found += _from_toml(subject, "Cargo.toml", ("package",))
    elif platform == "pypi":
        found += _from_toml(subject, "pyproject.toml", ("project",))
    elif platform in ("snap", "chocolatey", "docker-hub", "ghcr"):
        found += _from_files(subject, platform)
    return tuple(dict.fromkeys(name for name in found if _NAME.fullmatch(name) and "$" not in name))[:20]


def _from_json(subject: Subject, path: str) -> Iterator[str]:
    for name in _packages(subject, path):
        try:
            manifest = json.loads(subject.files[name])
        except (ValueError, RecursionError):
            continue
        if isinstance(manifest, dict) and isinstance(manifest.get("name"), str) and manifest.get("private") is not True:
            yield manifest["name"]


def _from_toml(subject: Subject, path: str, keys: tuple[str, ...]) -> Iterator[str]:
    import tomllib

    for name in _packages(subject, path):
        try:
            table = tomllib.loads(subject.files[name])
        except (ValueError, RecursionError):
            continue
        for key in keys:
            inner = table.get(key)
            if isinstance(inner, dict) and isinstance(inner.get("name"), str) and inner.get("publish") is not False:
                yield inner["name"]


def _from_files(subject: Subject, platform: str) -> Iterator[str]:
    from auditor.checks.publishing import images, publications

    if platform == "snap":
        for path, text in subject.files.items():
            named = re.search(r"^name:[ \t]*['\"]?([a-z0-9-]{1,100})", text, re.MULTILINE)
            if path.rpartition("/")[2] in ("snapcraft.yaml", ".snapcraft.yaml") and named is not None:
                yield named[1]
    elif platform == "chocolatey":
        for path, text in subject.files.items():
            named = re.search(r"<id>\s{0,20}([\w.-]{1,100})\s{0,20}</id>", text)
            if path.endswith(".nuspec") and named is not None:
                yield named[1]
    else:
        for each in publications(subject):
            if each.platform == platform:
                yield from (name for name in images(each) if "{" not in name)


def _packages(subject: Subject, name: str) -> list[str]:
    """The manifests of this name, the one at the root first."""
    found = [path for path in subject.files if path.rpartition("/")[2] == name]
    return sorted(found, key=lambda path: (path.count("/"), path))[:20]


def _where(job: MapJob) -> str:
    return f"{job.id} ({job.path.rpartition('/')[2]}:{job.line})"


def _comment(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)[:200]


def _string(text: str) -> str:
    """A TOML basic string."""
    return json.dumps(text, ensure_ascii=True)
