"""The registry that the user's npm asks for a package.

https://docs.npmjs.com/cli/configuring-npm/npmrc and https://docs.npmjs.com/cli/using-npm/config
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

LARGEST = 1 << 20


def npm_registry(package: str, environ: Mapping[str, str], folder: Path | None, home: Path | None) -> str | None:
    """The address configured for a package, its scope's before the general one; nothing when none is configured."""
    settings: dict[str, str] = {}
    for file in _files(environ, folder, home):
        # What comes first counts: the project's file before the user's.
        settings = {**_read(file), **settings}
    for name, value in environ.items():
        if name.lower().startswith("npm_config_"):
            settings[name.lower().removeprefix("npm_config_")] = value
    scope = package.split("/", 1)[0].lower() if package.startswith("@") else None
    for key in ([f"{scope}:registry"] if scope else []) + ["registry"]:
        value = settings.get(key, "")
        # A value with a variable is not expanded: a checkout's file must not send the environment to a host.
        if "$" not in value and value.startswith(("https://", "http://")):
            return value
    return None


def _files(environ: Mapping[str, str], folder: Path | None, home: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder / ".npmrc"
    user = environ.get("NPM_CONFIG_USERCONFIG") or environ.get("npm_config_userconfig")
    if user:
        yield Path(user)
    elif home is not None:
        yield home / ".npmrc"
    if prefix := environ.get("PREFIX"):
        yield Path(prefix) / "etc" / "npmrc"


def _read(file: Path) -> dict[str, str]:
    try:
        if not file.is_file() or file.stat().st_size > LARGEST:
            return {}
        text = file.read_text("utf-8", "replace")
    except OSError:
        return {}
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, sign, value = line.partition("=")
        if sign and not line.lstrip().startswith((";", "#")) and name.strip().lower().endswith("registry"):
            found[name.strip().lower()] = value.strip().strip("\"'")
    return found
