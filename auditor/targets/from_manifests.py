"""The packages that a repository's manifests name: which file, which line, which folder, and whether it may be published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from auditor.collect.manifests import is_aside
from auditor.model.facts import ManifestFile
from auditor.rulebook.book import Rulebook
from auditor.rulebook.patterns import FLAGS
from auditor.rulebook.target_schema import ManifestFormat, ManifestSource, Members
from auditor.targets.documents import Document, Unreadable, read_document
from auditor.targets.go_templates import without_go_templates
from auditor.targets.values import filled

MOST_PACKAGES = 200
_ESCAPED = {"**": ".*", "*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True, slots=True)
class Found:
    """One package that a manifest names. `version` is as written there; `private` ones are not published."""

    package: str
    version: str | None
    path: str
    line: int
    text: str
    places: Mapping[str, str] = field(default_factory=dict)
    private: bool = False
    source: ManifestSource | None = None

    @property
    def folder(self) -> str:
        """The manifest's folder; empty for the root."""
        return self.path.rpartition("/")[0]


class Manifests:
    """The manifests of one repository at one commit, each parsed when it is first needed."""

    def __init__(self, files: Iterable[ManifestFile], release: Mapping[str, str]) -> None:
        self._files = {file.path: file for file in sorted(files, key=lambda file: (file.path.count("/"), file.path))}
        self._release = dict(release)
        self._documents: dict[tuple[str, str], Document | None] = {}

    def packages(self, sources: Iterable[ManifestSource]) -> list[Found]:
        """What the files name by these sources, the shallowest first; the members of a workspace where there is one."""
        found: list[Found] = []
        known: set[str] = set()
        for source in sources:
            here = [package for path in self._matching(source.path) for package in self._packages(source, path)]
            found += [package for package in self._only_members(source, here) if package.folder not in known]
            known |= {package.folder for package in here}
        found.sort(key=lambda package: package.path.count("/"))
        return found[:MOST_PACKAGES]

    def is_workspace(self, sources: Iterable[ManifestSource]) -> bool:
        """Whether some file lists the folders that belong to the project."""
        return any(self._globs(member) for source in sources for member in source.members)

    def _matching(self, patterns: Iterable[str]) -> list[str]:
        expressions = [_glob(pattern) for pattern in patterns]
        return [
            path
            for path in self._files
            if not is_aside(path) and any(expression.fullmatch(path) for expression in expressions)
        ]

    def _document(self, path: str, form: ManifestFormat) -> Document | None:
        key = (path, form)
        if key not in self._documents:
            try:
                self._documents[key] = read_document(self._files[path], form)
            except Unreadable:
                self._documents[key] = None
        return self._documents[key]

    def _packages(self, source: ManifestSource, path: str) -> Iterator[Found]:
        document = self._document(path, source.format)
        if document is None:
            return
        for entry in document.entries(source.each):
            values = {**self._release, "stem": path.rpartition("/")[2].rpartition(".")[0]}
            keys: dict[str, str] = {}
            for name, alternatives in source.fields.items():
                for alternative in alternatives:
                    value = self._value(document, entry, alternative, values)
                    if value:
                        values[name], keys[name] = value, alternative.rpartition(".")[2].lstrip("/")
                        break
                else:
                    values.pop(name, None)
            package = filled(source.package, values)
            if package is None or not all(_fits(p, values.get(name, "")) for name, p in source.require.items()):
                continue
            places = {name: text for name, t in source.places.items() if (text := filled(t, values)) is not None}
            first = next((name for name in source.fields if name in keys and f"{{{name}}}" in source.package), None)
            line = document.line_of(values[first], keys[first] if source.format != "text" else "") if first else 1
            yield Found(
                package=package,
                version=values.get("version") if "version" in source.fields else None,
                path=path,
                line=line,
                text=_line(document.text, line),
                places=places,
                private=any(_fits(pattern, values.get(name, "")) for name, pattern in source.refuse.items()),
                source=source,
            )

    def _value(self, document: Document, entry: object, alternative: str, values: Mapping[str, str]) -> str | None:
        if alternative.startswith("="):
            return filled(alternative[1:], values)
        texts = document.value(entry, alternative)
        if not texts:
            return None
        return without_go_templates(texts[0], values) if document.format == "goreleaser" else texts[0]

    def _only_members(self, source: ManifestSource, found: list[Found]) -> list[Found]:
        globs = [glob for member in source.members for glob in self._globs(member)]
        if not globs:
            return found
        wanted = [_glob(glob) for glob in globs if not glob.startswith("!")]
        excluded = [_glob(glob[1:]) for glob in globs if glob.startswith("!")]
        return [
            package
            for package in found
            if not package.folder
            or (
                any(glob.fullmatch(package.folder) for glob in wanted)
                and not any(glob.fullmatch(package.folder) for glob in excluded)
            )
        ]

    def _globs(self, member: Members) -> list[str]:
        """The folders that a workspace file at the root lists, as globs of the whole path; excluded ones after `!`."""
        document = self._document(member.path, member.format) if member.path in self._files else None
        if document is None:
            return []
        found = []
        for mark, places in (("", member.globs), ("!", member.exclude)):
            for place in places:
                for text in document.value(document.root, place):
                    for line in text.splitlines()[:MOST_PACKAGES]:
                        negated = mark or line.startswith("!")
                        path = line.lstrip("!").removeprefix("./").strip("/")
                        if path:
                            found.append(f"{'!' if negated else ''}{path}")
        return found


def manifest_patterns(book: Rulebook, platforms: Iterable[str] | None = None) -> tuple[str, ...]:
    """The globs of all files that name packages, of these platforms or of all; for whoever collects them."""
    wanted = None if platforms is None else set(platforms)
    found: dict[str, None] = {}
    for name, rules in book.platforms.items():
        for source in rules.targets.manifests if rules.targets is not None else ():
            if wanted is None or name in wanted or source.run_by is not None:
                found |= dict.fromkeys((*source.path, *(member.path for member in source.members)))
    return tuple(found)


def matches_any(path: str, patterns: Iterable[str]) -> bool:
    """Whether a file's path matches one of the globs: without `/` they are about its name."""
    return any(_glob(pattern).fullmatch(path) for pattern in patterns)


@lru_cache(maxsize=2048)
def _glob(pattern: str) -> re.Pattern[str]:
    """`*` stays within a folder, `**` does not; a glob without `/` may match the end of a path."""
    parts = re.split(r"(\*\*/?|\*|\?)", pattern[:300])
    text = "".join(_ESCAPED.get(part.rstrip("/"), re.escape(part)) if part else "" for part in parts[:60])
    return re.compile(text if "/" in pattern else rf"(?:.*/)?{text}")


def _fits(pattern: str, value: str) -> bool:
    return re.search(pattern, value, FLAGS) is not None


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1][:500].strip() if 0 < number <= len(lines) else ""
