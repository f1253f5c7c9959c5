"""Where a registry is asked: as the rules say, as the user's package manager says, or as the user configured."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from auditor.registries.npm_config import npm_registry
from auditor.registries.pip_config import pip_index
from auditor.registries.settings import Settings
from auditor.registries.subject import Subject
from auditor.rulebook.address_templates import UnfitError
from auditor.rulebook.registry_schema import Base, Question

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(?::\d{1,5})?")


@dataclass(frozen=True, slots=True)
class ResolvedBase:
    """An address without a slash at its end and without credentials. `own`: it is the user's choice, not the rules'."""

    url: str
    own: bool


def base_of(subject: Subject, settings: Settings, question: Question | None = None) -> ResolvedBase | None:
    """The base of a question, or of the registry.

    Nothing when the question is for another host of the public registry while the user has a mirror: what is asked of a
    mirror may be private. Raises `UnfitError` when there is no address.
    """
    form = question.base if question is not None and question.base is not None else subject.registry.base
    configured = settings.access_to(subject.target.platform).url
    if configured is not None:
        if isinstance(form, str) and form != subject.registry.base:
            return None
        without = form.without if isinstance(form, Base) else None
        return ResolvedBase(_plain(configured, without), own=True)
    if form is None:
        raise UnfitError("no registry is configured for it")
    if isinstance(form, str):
        return ResolvedBase(form, own=False)
    url, own = _found(form, subject, settings)
    return ResolvedBase(_plain(url, form.without), own)


def _found(form: Base, subject: Subject, settings: Settings) -> tuple[str, bool]:
    package = subject.target.package
    match form.from_:
        case "npm-config":
            configured = npm_registry(package, settings.environ, settings.folder, settings.home)
            return (configured, True) if configured else (_purl_origin(subject), False)
        case "pip-config":
            configured = pip_index(settings.environ, settings.home)
            return (configured, True) if configured else (_purl_origin(subject) + "/simple", False)
        case "purl":
            return _purl_origin(subject), False
        case "place":
            place = subject.target.places.get(form.name or "", "")
            if not place.startswith(("https://", "http://")):
                raise UnfitError(f"the address of its {form.name} is not known")
            return place, True
        case "github":
            from auditor.collect.github.address import server
            from auditor.collect.github.problems import GitHubError

            try:
                return server(None, settings.environ).api, False
            except GitHubError as error:
                raise UnfitError(f"where this GitHub is cannot be told ({error})") from None
        case "package-host":
            host = package.split("/", 1)[0]
            if "/" not in package or not _HOST.fullmatch(host) or not ("." in host or ":" in host):
                raise UnfitError("its name does not begin with a registry's host")
            return f"https://{host}", False


def _purl_origin(subject: Subject) -> str:
    """The host that packageurl knows for a type: https://github.com/package-url/packageurl-python"""
    from packageurl.contrib.purl2url import get_download_url, get_repo_url

    purl = f"pkg:{subject.registry.purl}/name@1"
    found = get_download_url(purl) or get_repo_url(purl)  # type: ignore[no-untyped-call]
    if not isinstance(found, str):
        raise UnfitError("no registry is known for its kind of package")
    parts = urlsplit(found)
    return f"{parts.scheme}://{parts.netloc}"


def _plain(url: str, without: str | None) -> str:
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if without is not None and path.rpartition("/")[2] in (without, f"+{without}"):
        path = path.rpartition("/")[0]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, "", ""))
