"""GitHub's official OpenAPI description: what a request may ask, and what an answer must hold.

The description is the npm package `@octokit/openapi`, which `make contract` fetches; it is no part of the repository.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry, Resource, Specification

_HERE = "urn:github"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path template, with the values that the path had in its places."""

    template: str
    method: str
    body: Mapping[str, Any]
    places: Mapping[str, str]


class Description:
    """The description, read once."""

    def __init__(self, file: Path) -> None:
        self._all = json.loads(file.read_bytes(), object_hook=_nullable)
        resource: Resource[Any] = Specification.OPAQUE.create_resource(self._all)
        self._registry: Registry[Any] = Registry().with_resource(_HERE, resource)

    @property
    def version(self) -> str:
        """The version of the description."""
        return str(self._all["info"]["version"])

    def operation(self, method: str, path: str) -> Operation:
        """The operation that a request's path, unquoted, belongs to: the template with the fewest places wins.

        Raises `LookupError` when GitHub has none.
        """
        for form, template in self._templates:
            if (match := form.fullmatch(path)) and method.lower() in self._all["paths"][template]:
                body = self._all["paths"][template][method.lower()]
                names = re.findall(r"\{(\w+)\}", template)
                return Operation(template, method, body, dict(zip(names, match.groups(), strict=True)))
        raise LookupError(f"{method} {path} is not in the description")

    def request_errors(self, operation: Operation, query: Mapping[str, str]) -> list[str]:
        """What is wrong with a request: parameters that GitHub does not know, or values of another type."""
        known = {(each["in"], each["name"]): each for each in map(self._resolved, operation.body.get("parameters", ()))}
        found: list[str] = []
        for place, values in (("path", operation.places), ("query", query)):
            for name, value in values.items():
                parameter = known.get((place, name))
                if parameter is None:
                    found.append(f"{operation.template}: {place} parameter {name} is not in the description")
                else:
                    found += [
                        f"{place} parameter {name}: {each}" for each in self._value_errors(value, parameter["schema"])
                    ]
        missing = [
            name
            for (place, name), each in known.items()
            if each.get("required") and place == "query" and name not in query
        ]
        return found + [f"{operation.template}: query parameter {name} is required" for name in missing]

    def answer_errors(self, operation: Operation, status: int, media: str, body: bytes) -> list[str]:
        """What is wrong with an answer. Errors that the description leaves out must have the form of its errors."""
        if status == 304:
            return ["304 with a body"] if body else []
        told = operation.body["responses"].get(str(status))
        if told is None and status < 400:
            return [f"{operation.template}: status {status} is not in the description"]
        content = {} if told is None else self._resolved(told).get("content", {})
        if status < 400 and not content:
            return [f"{operation.template}: {status} has a body"] if body else []
        schema = self._schema(content, media) if content else {"$ref": f"{_HERE}#/components/schemas/basic-error"}
        if schema is None:
            return []
        value = body.decode() if "json" not in media else json.loads(body)
        return self._errors(value, schema)

    @cached_property
    def _templates(self) -> list[tuple[re.Pattern[str], str]]:
        forms: list[tuple[re.Pattern[str], str]] = []
        for template, operations in self._all["paths"].items():
            wide = {
                each["name"]
                for operation in operations.values()
                for each in map(self._resolved, operation.get("parameters", ()))
                if each["in"] == "path" and each.get("x-multi-segment")
            }
            parts = re.split(r"\{(\w+)\}", template)
            form = "".join(
                re.escape(part) if at % 2 == 0 else ("(.+)" if part in wide else "([^/]+)")
                for at, part in enumerate(parts)
            )
            forms.append((re.compile(form, re.DOTALL), template))
        return sorted(forms, key=lambda entry: (entry[1].count("{"), -len(entry[1])))

    def _schema(self, content: Mapping[str, Any], media: str) -> Mapping[str, Any] | None:
        """The schema for a media type; raw files have none."""
        kind = media.split(";")[0]
        if kind in content:
            located: Mapping[str, Any] = _located(content[kind].get("schema", {}))
            return located
        return (
            None if "raw" in kind or "sha" in kind else {"not": {}, "description": f"{kind} is not in the description"}
        )

    def _value_errors(self, value: str, schema: Mapping[str, Any]) -> list[str]:
        kind = schema.get("type")
        if kind == "integer" and not re.fullmatch(r"-?\d+", value):
            return [f"{value!r} is no integer"]
        if kind == "boolean" and value not in ("true", "false"):
            return [f"{value!r} is no boolean"]
        typed: Any = int(value) if kind == "integer" else value == "true" if kind == "boolean" else value
        # Dates in `created` are a search syntax, whatever the description calls their format.
        return self._errors(typed, _located({name: each for name, each in schema.items() if name != "format"}))

    def _errors(self, value: Any, schema: Mapping[str, Any]) -> list[str]:
        validator = OAS30Validator(schema, registry=self._registry, format_checker=oas30_format_checker)
        return [_said(each) for each, _ in zip(validator.iter_errors(value), range(_SHOWN), strict=False)]

    def _resolved(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" not in value:
            return value
        at: Any = self._all
        for part in value["$ref"].removeprefix("#/").split("/"):
            at = at[part]
        resolved: Mapping[str, Any] = at
        return resolved


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """With null among the values of an `enum` that is `nullable`: the description means so and does not list it."""
    if schema.get("nullable") is True and isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        schema["enum"].append(None)
    return schema


def _located(schema: Any) -> Any:
    """The schema with its references made absolute, so that it can stand alone.

    Without discriminators: they cannot tell a list from an object, and `oneOf` says all they say.
    """
    if isinstance(schema, dict):
        return {
            name: f"{_HERE}{each}"
            if name == "$ref" and isinstance(each, str) and each.startswith("#")
            else _located(each)
            for name, each in schema.items()
            if name != "discriminator"
        }
    return [_located(each) for each in schema] if isinstance(schema, list) else schema


def _said(error: Any) -> str:
    where = "/".join(str(part) for part in error.absolute_path)
    inner = _deepest(error)
    return f"{where or 'the body'}: {_shortened(str(error.message))}" + (f" ({inner})" if inner else "")


def _deepest(error: Any) -> str:
    context = list(error.context or ())[:3]
    return "; ".join(f"{'/'.join(map(str, each.absolute_path))}: {str(each.message)[:120]}" for each in context)


def _shortened(text: str) -> str:
    return text if len(text) < 300 else f"{text[:100]} … {text[-160:]}"
