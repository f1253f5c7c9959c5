"""The filters of templates: how registries write names and versions into addresses (docs/registries.md, “Templates”)."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

_SEPARATORS = re.compile(r"[-_.]+")
_UPPER = re.compile(r"[A-Z]")
_SAFE = "-._~!()*"
"""Kept as they are: unreserved characters, and those that OData and Go paths need (RFC 3986, section 2.3)."""


def encoded(text: str) -> str:
    """Percent-encoded whole; a slash becomes `%2F`."""
    return quote(text, safe=_SAFE)


def encoded_path(text: str) -> str:
    """Percent-encoded, slashes kept."""
    return quote(text, safe=_SAFE + "/")


def crate_path(text: str) -> str:
    """The place in a Cargo index: https://doc.rust-lang.org/cargo/reference/registry-index.html#index-files"""
    name = text.lower()
    if len(name) <= 2:
        return f"{len(name)}/{name}"
    return f"3/{name[0]}/{name}" if len(name) == 3 else f"{name[:2]}/{name[2:4]}/{name}"


def go_escape(text: str) -> str:
    """Upper-case letters as `!` and the lower-case one: https://go.dev/ref/mod#goproxy-protocol"""
    return _UPPER.sub(lambda match: "!" + match[0].lower(), text)


def pep503(text: str) -> str:
    """A Python project's name as indexes write it: https://packaging.python.org/en/latest/specifications/name-normalization/"""
    return _SEPARATORS.sub("-", text).lower()


FILTERS: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "strip-v": lambda text: text[1:] if text[:1] in "vV" and text[1:2].isdigit() else text,
    "with-v": lambda text: text if text.startswith("v") else "v" + text,
    "last": lambda text: text.rsplit("/", 1)[-1],
    "head": lambda text: text.rsplit("/", 1)[0] if "/" in text else "",
    "first": lambda text: text[:1],
    "first2": lambda text: text[:2],
    "no-scope": lambda text: text.split("/", 1)[-1] if text.startswith("@") else text,
    "dots-to-slashes": lambda text: text.replace(".", "/"),
    "plus-to-underscore": lambda text: text.replace("+", "_"),
    "pep503": pep503,
    "crate-path": crate_path,
    "go-escape": go_escape,
    "odata": lambda text: text.replace("'", "''"),
    "path": lambda text: text,
    "raw": lambda text: text,
}
KEEP_SLASHES = frozenset({"path", "crate-path", "go-escape", "dots-to-slashes"})
"""After one of these, a slash separates parts of the address."""
