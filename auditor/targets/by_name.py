"""Targets and versions as people write them: `platform:package@version`, Package URLs, the tag of a workflow run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from auditor.model.vocabulary import TargetSource

if TYPE_CHECKING:
    from auditor.model.live import Target
    from auditor.rulebook.book import Rulebook


class TargetError(Exception):
    """A target that cannot be understood; the message says what is wrong and how it is written."""


def named_target(text: str, version: str | None, book: Rulebook) -> Target:
    """A target as it is written on the command line. Raises `TargetError`.

    `platform:package`, with `@version` and `?place=value&…` where they are needed, or a Package URL. `version` is the tag
    or version that counts where the target has none.
    """
    from auditor.targets.named import Named, Release, targets_of

    if text.startswith("pkg:"):
        platform, package, own, places = _of_purl(text, book)
    else:
        platform, package, own, places = _of_words(text)
    if platform not in book.platforms:
        raise TargetError(f"{text}: there is no platform {platform!r}; `relaudit rules list` shows all")
    tag = own or version
    if not tag:
        raise TargetError(f"{text}: which version? Name it after the target ({text}@1.2.3) or as the first argument")
    named = Named(package, TargetSource.CONFIGURATION, version=own, places=places)
    found = targets_of(platform, book.platforms[platform], [named], Release("", "", tag))
    if not found:
        raise TargetError(f"{text}: {package!r} is no name of a package on {platform}")
    return found[0]


def _of_words(text: str) -> tuple[str, str, str | None, dict[str, str]]:
    platform, colon, rest = text.partition(":")
    rest, _, query = rest.partition("?")
    package, at, version = rest.rpartition("@")
    if not at or not package or "/" in version:
        package, version = rest, ""
    if not colon or not package:
        raise TargetError(f"{text}: a target is written platform:package, or as a Package URL (pkg:npm/name@1.2.3)")
    return platform, package, version or None, dict(parse_qsl(query))


def _of_purl(text: str, book: Rulebook) -> tuple[str, str, str | None, dict[str, str]]:
    from packageurl import PackageURL

    try:
        purl = PackageURL.from_string(text)
    except ValueError as error:
        raise TargetError(f"{text}: not a Package URL: {error}") from None
    found = [(name, rules) for name, rules in book.platforms.items() if rules.registry.purl == purl.type]
    if not found:
        raise TargetError(f"{text}: no platform publishes packages of type {purl.type!r}")
    qualifiers = dict(purl.qualifiers) if isinstance(purl.qualifiers, Mapping) else {}
    address = str(qualifiers.pop("repository_url", "")).removeprefix("https://").strip("/")
    platform, rules = found[0]
    if address and purl.type == "oci":
        host = address.split("/", 1)[0]
        own = {"ghcr.io": "ghcr", "docker.io": "docker-hub"}.get(host, "oci")
        platform = own if own in book.platforms else platform
        package = address if address.endswith(f"/{purl.name}") else f"{address}/{purl.name}"
        return platform, package, purl.version, {}
    separator = rules.targets.purl.separator if rules.targets is not None else "/"
    package = f"{purl.namespace}{separator}{purl.name}" if purl.namespace else purl.name
    places = {str(name): str(value) for name, value in qualifiers.items()}
    if address:
        places["repository"] = f"https://{address}"
    return platform, package, purl.version, places


def version_asked(given: str | None, folder: Path, environ: Mapping[str, str]) -> str | None:
    """The version that was given, else the tag that a workflow runs for, else the one tag of the checkout's commit."""
    if given:
        return given
    if environ.get("GITHUB_REF_TYPE") == "tag" and environ.get("GITHUB_REF_NAME"):
        return environ["GITHUB_REF_NAME"]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            ["git", "-C", os.fspath(folder), "tag", "--points-at", "HEAD"],  # noqa: S607 - the user's own git
            capture_output=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    tags = done.stdout.decode("utf-8", "replace").split() if done.returncode == 0 else []
    return tags[0] if len(tags) == 1 else None


def only_those(targets: Sequence[Target], platforms: Sequence[str]) -> list[Target]:
    """The targets on these platforms; all of them when none is named."""
    return [target for target in targets if not platforms or target.platform in platforms]
