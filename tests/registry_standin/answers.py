"""What the stand-in answers, and what it has seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HTML = b"<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"


@dataclass(frozen=True)
class Answer:
    """One answer. `delay` is before the first byte, `drip` between single bytes, both in seconds; `cut` ends it halfway."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drip: float = 0.0
    cut: bool = False

    @classmethod
    def json(cls, value: Any, status: int = 200, **headers: str) -> Answer:
        return cls(status, json.dumps(value).encode(), {"Content-Type": "application/json", **_dashed(headers)})

    @classmethod
    def ndjson(cls, *values: Any) -> Answer:
        return cls(200, b"".join(json.dumps(v).encode() + b"\n" for v in values), {"Content-Type": "text/plain"})

    @classmethod
    def text(cls, text: str, status: int = 200, **headers: str) -> Answer:
        return cls(status, text.encode(), {"Content-Type": "text/plain; charset=utf-8", **_dashed(headers)})

    @classmethod
    def xml(cls, text: str, status: int = 200) -> Answer:
        return cls(status, text.encode(), {"Content-Type": "application/atom+xml;charset=utf-8"})

    @classmethod
    def html(cls, status: int = 200) -> Answer:
        return cls(status, HTML, {"Content-Type": "text/html; charset=UTF-8"})

    @classmethod
    def redirect(cls, location: str, status: int = 302) -> Answer:
        return cls(status, b"", {"Location": location})


def _dashed(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(frozen=True)
class Seen:
    """One request as it came; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
