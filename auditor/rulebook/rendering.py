"""Fills the texts of rules, which are Jinja2 templates, with what is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Undefined
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment


class _Placeholder(Undefined):
    """A name that is not known shows as `<name>`, which no shell runs by accident and every reader understands."""

    def __str__(self) -> str:
        return f"<{self._undefined_name}>"

    def __bool__(self) -> bool:
        return False


_TEMPLATES = ImmutableSandboxedEnvironment(undefined=_Placeholder, autoescape=False, keep_trailing_newline=True)
_TEMPLATES.globals.clear()  # a capture that is called `namespace` or `range` and took no part is none of Jinja's functions


def render(template: str, values: Mapping[str, Any]) -> str:
    """Render one text of a rule. GitHub's own `${{ … }}` is left as it is."""
    escaped = template.replace("${{", "$\0")
    try:
        return _TEMPLATES.from_string(escaped).render(values).replace("$\0", "${{").strip()
    except TemplateError as error:
        return f"{template.strip()} (the fix could not be filled in: {error})"
