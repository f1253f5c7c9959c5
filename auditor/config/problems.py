"""What pydantic says about a configuration → sentences with a line and, where there is one, a better word."""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Mapping
from types import UnionType
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from auditor.config.key_lines import Path

_QUOTED = re.compile(r"'([^']{1,80})'")
_LONGEST = 80
_NOT_KEYS = frozenset({"source"})


def sentences(error: ValidationError, model: type[BaseModel], lines: Mapping[Path, int]) -> list[tuple[int, str]]:
    """Return (line, sentence) for every problem, by line."""
    found = [(_line(tuple(each["loc"]), lines), _sentence(each, model)) for each in error.errors(include_url=False)]
    return sorted(dict.fromkeys(found))


def suggestion(word: str, known: typing.Iterable[str]) -> str:
    """Return `; did you mean X?` for the known word nearest to one that is not known, or nothing."""
    folded = {name.replace("_", "-").lower(): name for name in known}
    near = difflib.get_close_matches(word.replace("_", "-").lower(), list(folded), n=1, cutoff=0.6)
    return f"; did you mean `{folded[near[0]]}`?" if near else ""


def unknown_key(key: str, where: str, known: typing.Iterable[str]) -> str:
    """The sentence for a key that no setting has."""
    names = list(known)
    said = suggestion(key, names) or f"; there are {', '.join(f'`{name}`' for name in sorted(names))}"
    return f"unknown key `{key[:_LONGEST]}`{f' in `{where}`' if where else ''}{said}"


def _sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    loc = [part for part in error["loc"] if part != "[key]"]
    where = _dotted(loc)
    kind = error["type"]
    if kind == "extra_forbidden":
        return unknown_key(str(loc[-1]), _dotted(loc[:-1]), _keys(model, loc[:-1]))
    if "[key]" in error["loc"]:
        return f"`{str(loc[-1])[:_LONGEST]}` is no name for a key of `{_dotted(loc[:-1])}`"
    if kind == "missing":
        return f"`{_dotted(loc[:-1])}` needs `{loc[-1]}`"
    if kind == "enum":
        expected = _QUOTED.findall(str((error.get("ctx") or {}).get("expected", "")))
        given = str(error.get("input"))
        said = suggestion(given, expected) or f"; it is one of {', '.join(f'`{word}`' for word in expected)}"
        return f"`{where}` cannot be `{given[:_LONGEST]}`{said}"
    if kind == "string_pattern_mismatch":
        # What was written is not repeated: it may be a token, or hold a password.
        return f"`{where}` is not usable: {_expected(loc)}"
    message = error["msg"].removeprefix("Value error, ")
    return f"`{where}`: {message[:1].lower()}{message[1:]}"


def _expected(loc: list[Any]) -> str:
    return {
        "url": "it is an http(s) address without user, query and fragment",
        "token_variable": "it is the name of an environment variable, and never a token",
        "platform": "it is the name of a platform, in small letters",
        "only": "it is the name of a platform, in small letters",
        "also": "it is `zizmor` or `actionlint`",
    }.get(str(next((part for part in reversed(loc) if isinstance(part, str)), "")), "it has another form")


def _dotted(loc: list[Any]) -> str:
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f"{'.' if text else ''}{str(part)[:_LONGEST]}"
    return text


def _line(loc: Path, lines: Mapping[Path, int]) -> int:
    """Return the line of a place, or of the nearest table around it."""
    loc = tuple(part for part in loc if part != "[key]")
    for length in range(len(loc), 0, -1):
        if loc[:length] in lines:
            return lines[loc[:length]]
    return 1


def _keys(model: type[BaseModel], loc: list[Any]) -> list[str]:
    """Return the keys that the table at a place may have."""
    here: Any = model
    for part in loc:
        if isinstance(here, type) and issubclass(here, BaseModel):
            field = here.model_fields.get(str(part))
            here = field.annotation if field is not None else None
        else:
            here = next((each for each in typing.get_args(here)[::-1] if each is not Ellipsis), None)
        while typing.get_origin(here) in (typing.Annotated, typing.Union, UnionType):
            here = typing.get_args(here)[0]
    if not (isinstance(here, type) and issubclass(here, BaseModel)):
        return []
    return [name for name in here.model_fields if name not in _NOT_KEYS]
