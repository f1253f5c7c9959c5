"""Reads a bundle's JSON and text files, one at a time, and keeps account of what could not be read."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from auditor.collect.folder import BundleFiles, os_words
from auditor.logs.redact import printable
from auditor.model.facts import Missing

LARGEST_JSON = 32 << 20
LARGEST_TEXT = 1 << 20
LARGEST_TOTAL = 256 << 20
MOST_PAGES = 10_000
MOST_MISSING = 1000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BLANK = re.compile(r"[ \t\r\n\ufeff]*")
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

Model = TypeVar("Model", bound=BaseModel)


class BrokenPartError(Exception):
    """A file of the bundle cannot be used; the message is one line that says why."""


class Parts:
    """The files of one bundle, and what is missing from it."""

    def __init__(self, files: BundleFiles) -> None:
        self.files = files
        self._budget = LARGEST_TOTAL
        self._missing: dict[tuple[str, str], Missing] = {}
        self._untold = 0
        self._asked: set[str] = set()

    def say(self, what: str, why: str) -> None:
        """Note that `what` is missing, and why."""
        entry = Missing(what=printable(what, 300), why=printable(why, 500))
        if len(self._missing) < MOST_MISSING or (entry.what, entry.why) in self._missing:
            self._missing[entry.what, entry.why] = entry
        else:
            self._untold += 1

    @property
    def missing(self) -> tuple[Missing, ...]:
        """All that was said, in the order it was said."""
        told = tuple(self._missing.values())
        if self._untold:
            told += (Missing(what="more", why=f"{self._untold} further parts are missing and not listed"),)
        return told

    def has(self, path: str) -> bool:
        """Whether the file is there and can be read."""
        return path in self.files.sizes

    def refusal(self, path: str) -> str | None:
        """Why the file is there and yet not read; whoever asks is the one to tell."""
        why = self.files.refused.get(path)
        if why is not None:
            self._asked.add(path)
        return why

    def say_refused(self) -> None:
        """Note the files that are not read and that nobody asked for."""
        for path, why in self.files.refused.items():
            if path not in self._asked:
                self.say(path, why)

    def text(self, path: str) -> str:
        """A text file, in UTF-8 or with a byte order mark. Raises `BrokenPartError`."""
        return decoded(self._read(path, LARGEST_TEXT), "replace")

    def json(self, path: str) -> list[Any]:
        """The JSON values that the file holds one after another. Raises `BrokenPartError`."""
        return documents(self._read(path, LARGEST_JSON))

    def one(self, path: str) -> dict[str, Any]:
        """The one JSON object that the file holds. Raises `BrokenPartError`."""
        values = self.json(path)
        if len(values) != 1 or not isinstance(values[0], dict):
            raise BrokenPartError("one JSON object is expected")
        return values[0]

    def _read(self, path: str, most: int) -> bytes:
        if why := self.refusal(path):
            raise BrokenPartError(why)
        if path not in self.files.sizes:
            raise BrokenPartError("it is not in the bundle")
        size = self.files.sizes[path]
        if size > most:
            raise BrokenPartError(f"it is larger than {most >> 20} MiB")
        self._budget -= size
        if self._budget < 0:
            raise BrokenPartError(f"the bundle's JSON and text is larger than {LARGEST_TOTAL >> 20} MiB altogether")
        try:
            return self.files.read(path, most)
        except OSError as error:
            raise BrokenPartError(os_words(error)) from None


def decoded(data: bytes, errors: str = "strict") -> str:
    """Text in UTF-8, or in what its byte order mark says. Raises `BrokenPartError` when it is in neither."""
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding, errors)
    except UnicodeError as error:
        raise BrokenPartError(f"it is not {encoding.removesuffix('-sig').upper()} text: {os_words(error)}") from None


def documents(data: bytes) -> list[Any]:
    """JSON values, one after another, as `gh api --paginate` prints pages. Raises `BrokenPartError`."""
    text = decoded(data)
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    values: list[Any] = []
    at = _after_blanks(text, 0)
    try:
        while at < len(text) and len(values) < MOST_PAGES:
            value, at = decoder.raw_decode(text, at)
            values.append(value)
            at = _after_blanks(text, at)
        if _HALF_CHARACTER.search(text):
            values = _whole_characters(values)
    except json.JSONDecodeError as error:
        cut_off = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        what = "it is cut off" if cut_off else "it is not JSON"
        raise BrokenPartError(f"{what} (line {error.lineno}, column {error.colno}); fetch it again") from None
    except (ValueError, RecursionError) as error:
        raise BrokenPartError(f"it is not JSON that GitHub writes: {os_words(error)}") from None
    if not values:
        raise BrokenPartError("it is empty; fetch it again")
    return values


def answered_error(value: Any) -> str | None:
    """What GitHub said when the value is its answer to a failed request (`{"message": …, "status": "404"}`), else None.

    https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
    """
    if not isinstance(value, dict) or not isinstance(value.get("message"), str) or "documentation_url" not in value:
        return None
    status = value.get("status")
    return printable(f"{value['message']} (HTTP {status})" if status else value["message"], 200)


def is_not_found(value: Any) -> bool:
    """Whether the value is GitHub's answer that there is no such thing."""
    return answered_error(value) is not None and (value.get("status") == "404" or value["message"] == "Not Found")


def fact(model: type[Model], value: Any) -> Model:
    """Make a fact of a JSON object. Raises `BrokenPartError` when a field has the wrong form.

    A null stands for a field's default, and a time without zone is in UTC, as all of GitHub's are.
    """
    said = answered_error(value)
    if said:
        raise BrokenPartError(f"GitHub answered “{said}” when it was fetched; fetch it again")
    if not isinstance(value, dict):
        raise BrokenPartError("a JSON object is expected")
    try:
        return _in_utc(model.model_validate(_without_nulls(value)))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "value"
        raise BrokenPartError(printable(f"{where}: {first['msg']}", 200)) from None
    except (ValueError, OverflowError, RecursionError) as error:
        raise BrokenPartError(os_words(error)) from None


def flat(values: Iterable[Any]) -> Iterable[Any]:
    """The values, with pages that are arrays taken apart, also those in an array of pages."""
    for value in values:
        if isinstance(value, list):
            for inner in value:
                yield from inner if isinstance(inner, list) else (inner,)
        else:
            yield value


def _after_blanks(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _without_nulls(value: Any) -> Any:
    """Without the null fields of the object and of the objects in its arrays."""
    if not isinstance(value, dict):
        return value
    return {
        key: [_without_nulls(inner) for inner in item] if isinstance(item, list) else item
        for key, item in value.items()
        if item is not None
    }


def _whole_characters(value: Any) -> Any:
    """Halves of characters, which JSON can spell and no text can hold, become U+FFFD."""
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole_characters(inner) for inner in value]
    if isinstance(value, dict):
        return {_whole_characters(key): _whole_characters(inner) for key, inner in value.items()}
    return value


def _in_utc(model: Model) -> Model:
    changed: dict[str, Any] = {}
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, datetime) and value.utcoffset() is None:
            changed[name] = value.replace(tzinfo=UTC)
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            changed[name] = tuple(_in_utc(inner) for inner in value)
    return model.model_copy(update=changed) if changed else model
