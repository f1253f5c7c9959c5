"""The index that the user's pip asks.

https://pip.pypa.io/en/stable/topics/configuration/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from configparser import Error, RawConfigParser
from pathlib import Path

LARGEST = 1 << 20


def pip_index(environ: Mapping[str, str], home: Path | None) -> str | None:
    """The configured `index-url`, that of a simple index; nothing when none is configured."""
    if value := _address(environ.get("PIP_INDEX_URL")):
        return value
    for file in _files(environ, home):
        if value := _read(file):
            return value
    return None


def _files(environ: Mapping[str, str], home: Path | None) -> Iterator[Path]:
    given = environ.get("PIP_CONFIG_FILE")
    if given in ("/dev/null", "nul"):
        return
    if given:
        yield Path(given)
    if venv := environ.get("VIRTUAL_ENV"):
        yield Path(venv) / "pip.conf"
        yield Path(venv) / "pip.ini"
    if roaming := environ.get("APPDATA"):
        yield Path(roaming) / "pip" / "pip.ini"
    if config := environ.get("XDG_CONFIG_HOME"):
        yield Path(config) / "pip" / "pip.conf"
    if home is not None:
        yield home / ".config" / "pip" / "pip.conf"
        yield home / "Library" / "Application Support" / "pip" / "pip.conf"
        yield home / ".pip" / "pip.conf"
        yield home / "pip" / "pip.ini"
        yield Path("/etc/xdg/pip/pip.conf")
        yield Path("/etc/pip.conf")


def _read(file: Path) -> str | None:
    parser = RawConfigParser(strict=False)
    try:
        if not file.is_file() or file.stat().st_size > LARGEST:
            return None
        parser.read_string(file.read_text("utf-8", "replace"))
    except (OSError, Error):
        return None
    for section in ("install", "global"):
        for name in ("index-url", "index_url"):
            if value := _address(parser.get(section, name, fallback=None)):
                return value
    return None


def _address(value: str | None) -> str | None:
    text = (value or "").strip()
    return text if text.startswith(("https://", "http://")) and "$" not in text else None
