"""Names as they were found, and the targets that they make: spelled as the registry spells them, with version and purl."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from packageurl import PackageURL

from auditor.logs.redact import safe_line
from auditor.model.evidence import Evidence
from auditor.model.live import Target
from auditor.model.vocabulary import TargetSource
from auditor.rulebook.schema import PlatformRules
from auditor.targets.apart import groups_of_places
from auditor.targets.values import filled, is_whole
from auditor.versions import Scheme, normalised, same, tag_parts, version_of_tag

LONGEST_NAME = 300
_NOT_RELEASED = re.compile(r"0\.0\.0(?:[-.+].*)?|.*(?:semantic-release|semantically|development|managed|placeholder).*")
_SOURCES = list(TargetSource)
"""The surest first."""
_PLAIN = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Release:
    """What is released: `tag` of `owner/repository`; `version` is the tag's, without prefix, empty when it has none."""

    owner: str
    repository: str
    tag: str

    @property
    def version(self) -> str:
        """The tag's version as the tag writes it."""
        parts = tag_parts(self.tag)
        return parts.version if parts is not None else ""

    @property
    def package(self) -> str:
        """What the tag says is released, in a repository that releases several; empty otherwise."""
        parts = tag_parts(self.tag)
        return parts.package if parts is not None else ""

    @property
    def values(self) -> dict[str, str]:
        """For templates."""
        known = {"owner": self.owner, "repository": self.repository, "tag": self.tag, "version": self.version}
        return {name: value for name, value in known.items() if value}


@dataclass(frozen=True, slots=True)
class Named:
    """One name as it was found, with whatever else was said beside it."""

    package: str
    source: TargetSource
    version: str | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    evidence: Evidence | None = None
    job: str | None = None
    expected_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spelled:
    """A name as the registry spells it, and the version and places that were part of it."""

    package: str
    places: Mapping[str, str]
    version: str | None = None


def spelled(rules: PlatformRules, package: str) -> Spelled | None:
    """The registry's spelling; nothing for a text that is no whole name of this platform."""
    package = package.strip().strip("\"'")
    if not is_whole(package) or len(package) > LONGEST_NAME or not _PLAIN.fullmatch(package):
        return None
    names = rules.targets.names if rules.targets is not None else None
    places: dict[str, str] = {}
    if names is not None and names.without is not None:
        package = re.sub(names.without, "", package)
    if names is not None and names.forms:
        found = next((match for form in names.forms if (match := re.fullmatch(form, package))), None)
        if found is None:
            return None
        groups = {name: value for name, value in found.groupdict().items() if value}
        package = groups.pop("package")
        places = groups
    if names is not None and names.spelled == "lower":
        package = package.lower()
    elif names is not None and names.spelled == "pep503":
        package = re.sub(r"[-_.]+", "-", package).lower()
    return Spelled(package, places, places.pop("version", None))


def targets_of(
    platform: str, rules: PlatformRules, found: Sequence[Named], release: Release, *, as_written: bool = False
) -> list[Target]:
    """One target for each package, as its surest mention has it; a mention of this release's version counts first.

    Names that are none of this platform's are left out, or, with `as_written`, taken as they are.
    """
    by_package: dict[str, list[tuple[Named, Spelled]]] = {}
    for named in found:
        name = spelled(rules, named.package) or (
            Spelled(safe_line(named.package, LONGEST_NAME), {}) if as_written else None
        )
        if name is not None:
            named = named if named.version or not name.version else replace(named, version=name.version)
            by_package.setdefault(name.package, []).append((named, name))
    return [
        _target(platform, rules, package, mentions, release)
        for package, all_mentions in by_package.items()
        for mentions in _by_place(all_mentions)
    ]


def _by_place(mentions: list[tuple[Named, Spelled]]) -> list[list[tuple[Named, Spelled]]]:
    """The mentions of one name, apart where the surest of them are about packages in different places."""
    surest = min(mentions, key=lambda mention: _SOURCES.index(mention[0].source))[0].source
    sure = [mention for mention in mentions if mention[0].source is surest]
    rest = [mention for mention in mentions if mention[0].source is not surest]
    places = [
        {key: value for key, value in (*name.places.items(), *named.places.items()) if is_whole(value)}
        for named, name in sure
    ]
    return [[*(sure[number] for number in group), *rest] for group in groups_of_places(places)]


def _target(
    platform: str, rules: PlatformRules, package: str, mentions: list[tuple[Named, Spelled]], release: Release
) -> Target:
    scheme = Scheme(rules.registry.scheme)
    own = version_of_release(rules, release)
    mentions = sorted(mentions, key=lambda mention: _SOURCES.index(mention[0].source))
    best = next(
        (m for m in mentions if m[0].source is mentions[0][0].source and _is_this(rules, m[0].version, release)),
        mentions[0],
    )
    named = best[0]
    version = _version(scheme, named.version) or own or _version(scheme, release.version) or release.tag
    places: dict[str, str] = {}
    for mention, name in (best, *(m for m in mentions if m[0].source is named.source)):
        for key, value in (*name.places.items(), *mention.places.items()):
            if is_whole(value):
                places.setdefault(key, value)
    for key, template in rules.targets.places.items() if rules.targets is not None else ():
        by_rule = filled(template, {**release.values, **places})
        if by_rule is not None:
            places.setdefault(key, by_rule)
    return Target(
        platform=platform,
        package=package,
        version=safe_line(version, 256),
        purl=purl_of(rules, package, version, places, release),
        source=named.source,
        evidence=named.evidence,
        places={key: safe_line(value, LONGEST_NAME) for key, value in sorted(places.items())},
        expected_files=named.expected_files,
        job=next((mention.job for mention, _ in (best, *mentions) if mention.job), None),
    )


def purl_of(
    rules: PlatformRules, package: str, version: str, places: Mapping[str, str], release: Release
) -> str | None:
    """The Package URL with the version; nothing for platforms whose kind of package has no type.

    https://github.com/package-url/purl-spec/blob/main/PURL-TYPES.rst
    """
    kind = rules.registry.purl
    if kind is None:
        return None
    form = rules.targets.purl if rules.targets is not None else None
    separator = form.separator if form is not None else "/"
    namespace, _, name = package.rpartition(separator)
    values = {**release.values, **places, "package": package, "version": version, "name": name, "namespace": namespace}
    if form is not None and form.namespace is not None:
        namespace = filled(form.namespace, values) or ""
    qualifiers = {}
    for key, template in form.qualifiers.items() if form is not None else ():
        value = filled(template, values)
        if value is not None:
            qualifiers[key] = value
    try:
        purl = PackageURL(
            kind, namespace or None, name, version if form is None or form.version else None, qualifiers or None
        )
        return str(purl.to_string())
    except ValueError:
        return None


def released_version(rules: PlatformRules, version: str | None, release: Release, bumped: bool) -> str | None:
    """The version of a manifest, where it says more than the tag: nothing when the tag's counts.

    A release may fill in the version while it runs, and then the manifests have an old one or none. They are believed
    when the commit had them `bumped`: one of them has the tag's version, so that another's is its own. `version:
    manifest` in the rules is for ecosystems whose packages always count by themselves.
    """
    if version is None or not is_whole(version) or _NOT_RELEASED.fullmatch(version):
        return None
    scheme = Scheme(rules.registry.scheme)
    own_word = rules.targets is not None and rules.targets.version == "manifest"
    if normalised(scheme, version) is None:
        return None
    if version_of_release(rules, release) is None or own_word or bumped:
        return version
    return None


def version_of_release(rules: PlatformRules, release: Release) -> str | None:
    """The tag's version as the platform spells it; nothing when the tag has none."""
    scheme = Scheme(rules.registry.scheme)
    template = rules.targets.version_as if rules.targets is not None else None
    if template is None:
        return version_of_tag(scheme, release.tag)
    written = filled(template, release.values)
    return normalised(scheme, written) if written is not None else None


def _is_this(rules: PlatformRules, version: str | None, release: Release) -> bool:
    if version is None or not is_whole(version):
        return False
    own = version_of_release(rules, release)
    if own is not None and same(Scheme(rules.registry.scheme), version, own):
        return True
    return bool(release.version) and (
        version == release.tag or same(Scheme.LOOSE, version, release.version.replace("+", "_"))
    )


def _version(scheme: Scheme, version: str | None) -> str | None:
    return normalised(scheme, version) if version is not None and is_whole(version) else None
