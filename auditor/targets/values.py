"""Texts of which a part is not known: what `${{ }}`, variables and masked secrets stand for in names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from auditor.workflows.expression import UNKNOWN, ExpressionError, evaluate, to_text
from auditor.workflows.expression.template import segments

GAP = "\x00"
"""Stands for whatever is not known; no name that holds it is used."""
SOME_VERSION = "\x01"
"""Stands for what is not known but is called a version or a tag: in the place of a version it is the release's."""

_SLOT = re.compile(r"\{([a-z_]+)\}")
_VARIABLE = re.compile(
    r"\$\{(?:env:)?([A-Za-z_]\w{0,100})(?:#v|##\*/v|#refs/tags/v?|##\*/)?\}|\$(?:env:)?([A-Za-z_]\w{0,100})"
)
_SUBSTITUTION = re.compile(r"\$\([^()\n]{0,500}\)|`[^`\n]{0,500}`")
_MASK = re.compile(r"\*{3,}")
_SAYS_VERSION = re.compile(r"(?i)version|(?<![a-z])(?:tag|ver)(?:s|_name|name)?(?![a-z])|ref_name|GITHUB_REF|release")
_MARKS = str.maketrans("", "", GAP + SOME_VERSION)


def known_text(template: str, contexts: Mapping[str, Any]) -> str:
    """A value of a workflow with every `${{ }}` replaced, by `GAP` or `SOME_VERSION` where the facts do not tell it."""
    plain = template.translate(_MARKS)
    if "${{" not in plain:
        return plain
    try:
        return "".join(
            _value(segment.text, contexts) if segment.is_expression else segment.text for segment in segments(plain)
        )
    except ExpressionError:
        return GAP


def known_script(script: str, contexts: Mapping[str, Any], variables: Mapping[str, str]) -> str:
    """A script with its `${{ }}` and the variables that are known replaced; the output of commands is not known."""
    text = _SUBSTITUTION.sub(lambda found: _unknown(found[0]), known_text(script, contexts))

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        known = variables.get(name)
        if known is None:
            return _unknown(name)
        cut = found[0].partition("#")[2].rstrip("}")
        return known.removeprefix("refs/tags/").removeprefix("v") if cut else known

    return _VARIABLE.sub(value, text)


def unmasked(text: str) -> str:
    """A value from a log, with `GAP` for what GitHub masked."""
    return _MASK.sub(GAP, text.translate(_MARKS))


def with_version(text: str | None, version: str) -> str | None:
    """A version with the release's in the place of `SOME_VERSION`; nothing when a part of it is still not known."""
    whole = text.replace(SOME_VERSION, version) if text and version else text
    return whole if is_whole(whole) else None


def shown(text: str) -> str:
    """For people."""
    return text.replace(GAP, "…").replace(SOME_VERSION, "<version>")


def filled(template: str, values: Mapping[str, str]) -> str | None:
    """A template with its `{slots}` filled, or nothing when a value is not there."""
    if any(not values.get(name) for name in _SLOT.findall(template)):
        return None
    return _SLOT.sub(lambda found: values[found[1]], template)


def is_whole(text: str | None) -> bool:
    """Whether the text is there and known to its end."""
    return bool(text) and not any(mark in (text or "") for mark in (GAP, SOME_VERSION, "***"))


def _value(expression: str, contexts: Mapping[str, Any]) -> str:
    try:
        value = evaluate(expression, contexts)
    except ExpressionError:
        return _unknown(expression)
    return _unknown(expression) if value is UNKNOWN else to_text(value)


def _unknown(name: str) -> str:
    return SOME_VERSION if _SAYS_VERSION.search(name[:500]) else GAP
