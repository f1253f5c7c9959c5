"""The part of SARIF 2.1.0 that relaudit writes, as a JSON Schema of our own, made from the standard's text.

It is stricter than the standard where we write less (no property that we do not write is allowed), and names the same
types, bounds and words. It is not the schema that OASIS publishes, which is not kept here.
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from typing import Any


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": properties}


def _list(of: Any, least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": of, "minItems": least}


_TEXT = {"type": "string"}
_FROM_1 = {"type": "integer", "minimum": 1}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_MESSAGE = _object(("text",), text={"type": "string", "minLength": 1})
_BAG = {"type": "object", "properties": {"tags": {"type": "array", "items": _TEXT, "uniqueItems": True}}}
_URI = {"type": "string", "pattern": r"^[A-Za-z0-9._~/%!$&'()*+,;=:@-]+$"}
_REGION = _object(("startLine",), startLine=_FROM_1, startColumn=_FROM_1, endLine=_FROM_1, endColumn=_FROM_1)
_ARTIFACT = _object(("uri",), uri=_URI, uriBaseId=_TEXT)
_PLACE = {
    "physicalLocation": _object(("artifactLocation",), artifactLocation=_ARTIFACT, region=_REGION),
    "logicalLocations": _list(_object(name=_TEXT, kind=_TEXT), 1),
    "message": _MESSAGE,
}
_FIX = _object(
    ("artifactChanges",),
    description=_MESSAGE,
    artifactChanges=_list(
        _object(
            ("artifactLocation", "replacements"),
            artifactLocation=_ARTIFACT,
            replacements=_list(
                _object(("deletedRegion",), deletedRegion=_REGION, insertedContent=_object(text=_TEXT)), 1
            ),
        ),
        1,
    ),
)
_RESULT = _object(
    ("message", "ruleId", "ruleIndex", "level", "locations"),
    ruleId=_TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=_LEVEL,
    message=_MESSAGE,
    locations=_list(_object(**_PLACE), 1),
    relatedLocations=_list(_object(id={"type": "integer", "minimum": 0}, **_PLACE), 1),
    partialFingerprints={"type": "object", "additionalProperties": _TEXT},
    fixes=_list(_FIX, 1),
    properties=_BAG,
)
_RULE = _object(
    ("id",),
    id=_TEXT,
    shortDescription=_MESSAGE,
    help=_MESSAGE,
    defaultConfiguration=_object(level=_LEVEL),
    properties=_BAG,
)
_NOTIFICATION = _object(("message",), level=_LEVEL, message=_MESSAGE)
_RUN = _object(
    ("tool", "results"),
    tool=_object(("driver",), driver=_object(("name",), name=_TEXT, semanticVersion=_TEXT, rules=_list(_RULE))),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    originalUriBaseIds={"type": "object", "additionalProperties": _object(description=_MESSAGE)},
    results=_list(_RESULT),
    invocations=_list(
        _object(
            ("executionSuccessful",),
            executionSuccessful={"type": "boolean"},
            toolExecutionNotifications=_list(_NOTIFICATION),
        )
    ),
)
SARIF: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_object(("version", "runs"), **{"$schema": _TEXT, "version": {"const": "2.1.0"}, "runs": _list(_RUN)}),
}
