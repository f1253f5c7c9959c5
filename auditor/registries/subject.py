"""The target of a question in the words of its registry: names, version and what templates are filled with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.model.live import Target
from auditor.rulebook.address_templates import UnfitError, fill_address, fill_text
from auditor.rulebook.registry_schema import Registry
from auditor.rulebook.template_filters import pep503
from auditor.versions import Scheme, normalised, same


@dataclass(frozen=True, slots=True)
class Subject:
    """One target and the form of its registry."""

    target: Target
    registry: Registry
    scheme: Scheme
    names: Mapping[str, str]

    @classmethod
    def of(cls, target: Target, registry: Registry) -> Subject:
        """Put a target into the registry's words. Raises `UnfitError` when its name cannot be one of that registry."""
        names = {"package": target.package, "version": target.version}
        names |= {f"places.{name}": value for name, value in target.places.items()}
        names |= _purl_names(target.purl)
        if registry.names is not None:
            match = re.fullmatch(registry.names, target.package[:500])
            if match is None:
                raise UnfitError("its name is not written as this registry writes names")
            names |= {name: value for name, value in match.groupdict().items() if value is not None}
        return cls(target, registry, Scheme(registry.scheme), names)

    def address(self, template: str) -> str:
        """Fill a template of an address. Raises `UnfitError`."""
        return fill_address(template, self.names, self._normalised)

    def text(self, template: str) -> str:
        """Fill a template of a text. Raises `UnfitError`."""
        return fill_text(template, self.names, self._normalised)

    def key(self, template: str) -> str:
        """Fill a key of a path; a name that is not there gives a key that no answer has."""
        try:
            return self.text(template)
        except UnfitError:
            return "\0"

    def body(self, value: Any) -> Any:
        """A JSON value with every text in it filled. Raises `UnfitError`."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.body(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.body(inner) for inner in value]
        return value

    def is_version(self, text: str) -> bool:
        """Whether a version that the registry wrote is the target's."""
        if normalised(self.scheme, self.target.version) is None:
            return text == self.target.version
        return same(self.scheme, text, self.target.version)

    def is_name(self, text: str) -> bool:
        """Whether a name that the registry wrote is the target's, as far as this registry tells names apart."""
        mine, other = self.target.package, text
        match self.registry.names_compare:
            case "caseless":
                return mine.casefold() == other.casefold()
            case "pep503":
                return pep503(mine) == pep503(other)
            case "dash-underscore":
                return mine.casefold().replace("_", "-") == other.casefold().replace("_", "-")
            case _:
                return mine == other

    def _normalised(self, version: str) -> str | None:
        return normalised(self.scheme, version)


def _purl_names(purl: str | None) -> dict[str, str]:
    if purl is None:
        return {}
    from packageurl import PackageURL

    try:
        parsed = PackageURL.from_string(purl)
    except ValueError:
        return {}
    parts = {"purl.namespace": parsed.namespace, "purl.name": parsed.name, "purl.version": parsed.version}
    return {name: value for name, value in parts.items() if value}
