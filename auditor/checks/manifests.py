"""The package name in a manifest of the repository, where such a file was read."""

from __future__ import annotations

import json
import re
import tomllib

from auditor.checks.subject import Subject

_LARGEST = 500_000
_FILES = ("package.json", "Cargo.toml", "pyproject.toml", "jsr.json", "deno.json", "pubspec.yaml")
_NAME = re.compile(r"[\w@/.+-]{1,200}", re.ASCII)
_OF_PLATFORM = {
    "package.json": ("npm", "vscode", "open-vsx"),
    "Cargo.toml": ("crates",),
    "pyproject.toml": ("pypi",),
    "jsr.json": ("jsr",),
    "deno.json": ("jsr",),
    "pubspec.yaml": ("pub-dev",),
}


def package_name(subject: Subject, platform: str, folder: str = "") -> str | None:
    """Return the name that the manifest in a folder gives a platform's package; nothing when no such file was read."""
    clean = folder.strip().removeprefix("./").strip("/")
    for file in _FILES:
        path = f"{clean}/{file}" if clean else file
        if platform in _OF_PLATFORM[file] and path in subject.files:
            name = _name(file, subject.files[path])
            if name is not None and _NAME.fullmatch(name):
                return name
    return None


def _name(file: str, text: str) -> str | None:
    if len(text) > _LARGEST:
        return None
    try:
        if file.endswith(".json"):
            found = json.loads(text)
        elif file.endswith(".toml"):
            found = tomllib.loads(text)
            found = found.get("package") or found.get("project")
        else:
            written = re.search(r"(?m)^name:\s{0,9}[\"']?([\w-]{1,200})", text)
            return written[1] if written is not None else None
    except (ValueError, RecursionError):
        return None
    name = found.get("name") if isinstance(found, dict) else None
    return name if isinstance(name, str) else None
