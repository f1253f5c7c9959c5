"""The schemes, and the questions about versions that are asked everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import lru_cache

from auditor.versions import distributions, free_text, gem, maven, pep440, semantic
from auditor.versions.parsed import ParsedVersion, written


class Scheme(StrEnum):
    """How an ecosystem reads versions."""

    SEMVER = "semver"
    """https://semver.org/ : crates.io, Helm charts, Hex, JSR, Terraform. A leading `v` does not count, nor build metadata."""
    NPM = "npm"
    """Semantic versions without build metadata, which npm drops: https://docs.npmjs.com/cli/configuring-npm/package-json#version"""
    PUB = "pub"
    """Semantic versions in which build metadata counts: https://dart.dev/tools/pub/versioning#semantic-versions"""
    GO = "go"
    """`v1.2.3`, `v2.0.0+incompatible`: https://go.dev/ref/mod#versions"""
    NUGET = "nuget"
    """https://learn.microsoft.com/nuget/concepts/package-versioning#normalized-version-numbers ; Chocolatey too."""
    PEP440 = "pep440"
    """https://packaging.python.org/en/latest/specifications/version-specifiers/"""
    GEM = "gem"
    """https://guides.rubygems.org/patterns/#semantic-versioning : `1.0.0-rc1` is `1.0.0.pre.rc1`."""
    COMPOSER = "composer"
    """https://getcomposer.org/doc/articles/versions.md : `v1.2.3`, `1.2.3` and `1.2.3.0` are one version."""
    OCI = "oci"
    """Image tags, where `+` is written `_`: https://github.com/opencontainers/distribution-spec/blob/main/spec.md"""
    MAVEN = "maven"
    """https://maven.apache.org/pom.html#version-order-specification ; each spelling is a version of its own."""
    PACMAN = "pacman"
    """`[epoch:]pkgver[-pkgrel]`: https://man.archlinux.org/man/vercmp.8"""
    DEB = "deb"
    """`[epoch:]upstream[-revision]`: https://manpages.ubuntu.com/manpages/noble/man7/deb-version.7.html"""
    HOMEBREW = "homebrew"
    """`1.2.3_1`, casks `1.2.3,45`: https://docs.brew.sh/Formula-Cookbook#formulae-revisions"""
    LOOSE = "loose"
    """Text of the author's choice in which a leading `v` does not count: snaps, Flatpaks, Scoop, nixpkgs."""
    VERBATIM = "verbatim"
    """Every character counts: release tags, WinGet's folders."""


_PARSERS: dict[Scheme, Callable[[str], ParsedVersion | None]] = {
    Scheme.SEMVER: semantic.semver_version,
    Scheme.NPM: semantic.npm_version,
    Scheme.PUB: semantic.pub_version,
    Scheme.GO: semantic.go_version,
    Scheme.NUGET: semantic.nuget_version,
    Scheme.PEP440: pep440.pep440_version,
    Scheme.GEM: gem.gem_version,
    Scheme.COMPOSER: free_text.composer_version,
    Scheme.OCI: free_text.oci_tag,
    Scheme.MAVEN: maven.maven_version,
    Scheme.PACMAN: distributions.pacman_version,
    Scheme.DEB: distributions.deb_version,
    Scheme.HOMEBREW: free_text.homebrew_version,
    Scheme.LOOSE: free_text.loose_version,
    Scheme.VERBATIM: free_text.verbatim_version,
}


@lru_cache(maxsize=4096)
def parsed(scheme: Scheme, text: str) -> ParsedVersion | None:
    """What the scheme makes of a text, or nothing when it is no version of that scheme."""
    plain = written(text)
    return _PARSERS[scheme](plain) if plain is not None else None


def normalised(scheme: Scheme, text: str) -> str | None:
    """The spelling that the ecosystem's registry uses; nothing when the text is not a version of that scheme."""
    found = parsed(scheme, text)
    return found.text if found is not None else None


def same(scheme: Scheme, a: str, b: str) -> bool:
    """Whether a registry of that scheme takes the two for one version; never for a text that is no version.

    A distribution's own numbers count only when both have them: `1.2.3` is `1:1.2.3-2`, but `1.2.3-1` is not `1.2.3-2`.
    """
    left, right = parsed(scheme, a), parsed(scheme, b)
    if left is None or right is None:
        return False
    if left.packaged != right.packaged:
        return bool(left.upstream == right.upstream)
    return bool(left.identity == right.identity)


def newest_first(scheme: Scheme, versions: Iterable[str]) -> tuple[str, ...]:
    """The versions as they were written, highest first; texts that are none come last, in the order they came."""
    known, other = [], []
    for text in versions:
        found = parsed(scheme, text)
        if found is None:
            other.append(text)
        else:
            known.append((found.order, text))
    known.sort(key=lambda entry: entry[0], reverse=True)
    return (*(text for _, text in known), *other)


def is_prerelease(scheme: Scheme, text: str) -> bool:
    """Whether the version comes before the one it prepares; false for a text that is no version."""
    found = parsed(scheme, text)
    return found is not None and found.prerelease
