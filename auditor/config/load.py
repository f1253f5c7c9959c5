"""Finds, reads and validates the configuration."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from auditor.config.errors import ConfigError
from auditor.config.key_lines import key_lines
from auditor.config.problems import sentences
from auditor.config.settings import Config

FILE = "relaudit.toml"
LARGEST_FILE = 1_000_000
"""Bytes of a configuration; larger ones are refused."""
_PYPROJECT = "pyproject.toml"
_TABLE = ("tool", "relaudit")


def load_config(start: Path | None = None) -> Config:
    """Return the configuration that holds in the folder `start` (default: the working directory).

    The nearest `relaudit.toml`, or `pyproject.toml` with `[tool.relaudit]`, counts, from `start` upwards to the root of
    the repository (the folder with `.git`); outside of a repository only `start` is looked at. A `start` that is a file
    is read as the configuration. Without any the defaults hold. Raises `ConfigError`: `file:line: sentence`.
    """
    start = Path.cwd() if start is None else start
    if start.is_file():
        return _read(start)
    for folder in _folders(start.absolute()):
        if (folder / FILE).is_file():
            return _read(folder / FILE)
        if (folder / _PYPROJECT).is_file():
            found = _read(folder / _PYPROJECT, only_if_there=True)
            if found.source is not None:
                return found
    return Config()


def parse_config(text: str, name: str, folder: Path, *, table: tuple[str, ...] = ()) -> Config:
    """Validate the text of a configuration. `name` is shown in errors; relative paths start at `folder`.

    `table` is where in the text it stands, `("tool", "relaudit")`. Raises `ConfigError`.
    """
    data = _tables(text, name)
    for key in table:
        data = data.get(key, {}) if isinstance(data, dict) else {}
    try:
        lines = key_lines(text)
    except RecursionError:
        lines = {}
    if "source" in data:
        lines[*table, "source"] = lines.get((*table, "source"), 1)
        raise ConfigError(f"{name}:{lines[*table, 'source']}: unknown key `source`")
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        own = {path[len(table) :]: line for path, line in lines.items() if path[: len(table)] == table}
        told = sentences(error, Config, own)
        raise ConfigError("\n".join(f"{name}:{line}: {sentence}" for line, sentence in told)) from None
    baseline = config.check.baseline
    check = config.check.model_copy(update={"baseline": folder / baseline if baseline is not None else None})
    return config.model_copy(update={"rules": tuple(folder / path for path in config.rules), "check": check})


def place_of(config: Config, *keys: str | int) -> str:
    """Return `file:line` of a key of the configuration, for complaints that only others can make."""
    if config.source is None:
        return "the configuration"
    try:
        lines = key_lines(config.source.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, RecursionError):
        return str(config.source)
    table = _TABLE if config.source.name == _PYPROJECT else ()
    return f"{config.source}:{lines.get((*table, *keys), 1)}"


def _read(path: Path, *, only_if_there: bool = False) -> Config:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from None
    if len(raw) > LARGEST_FILE:
        if only_if_there:
            return Config()
        raise ConfigError(f"{path}:1: the file is larger than {LARGEST_FILE // 1_000_000} MB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: not UTF-8 text") from None
    table = _TABLE if path.name == _PYPROJECT else ()
    if only_if_there and "relaudit" not in text:
        return Config()
    if only_if_there and not isinstance(_tables(text, str(path)).get("tool", {}).get("relaudit"), dict):
        return Config()
    return parse_config(text, str(path), path.parent, table=table).model_copy(update={"source": path})


def _tables(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        line = message.rpartition("(at line ")[2].partition(",")[0]
        place = line if line.isdigit() else str(max(1, len(text.splitlines())))
        raise ConfigError(f"{name}:{place}: not valid TOML: {message.partition(' (at ')[0]}") from None
    except (RecursionError, ValueError):
        raise ConfigError(f"{name}:1: not valid TOML: nested too deeply, or a number too long") from None


def _folders(start: Path) -> list[Path]:
    upwards = [start, *start.parents]
    for number, folder in enumerate(upwards):
        if (folder / ".git").exists():
            return upwards[: number + 1]
    return [start]
