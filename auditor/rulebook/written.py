"""What people write in a rules file: the base of its models, and texts that are checked when they are read."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo

from auditor.rulebook.address_templates import parse_template
from auditor.rulebook.answer_paths import parse_path

TRUSTED = {"trusted": True}
"""Validation context for rules that have been validated before: expressions, paths and templates are not tried again."""


class Written(BaseModel):
    """Something that people write in a rules file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def compiles(pattern: str, info: ValidationInfo) -> str:
    """A regular expression that Python takes. Raises `ValueError`."""
    if info.context == TRUSTED:
        return pattern
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a valid regular expression ({error}): {pattern!r}") from None
    return pattern


def _is_path(text: str, info: ValidationInfo) -> str:
    if info.context != TRUSTED:
        parse_path(text)
    return text


def _is_template(text: str, info: ValidationInfo) -> str:
    if info.context != TRUSTED:
        parse_template(text)
    return text


def _is_address(text: str) -> str:
    if not re.fullmatch(r"https://[A-Za-z0-9.-]+(?::\d+)?(?:/[^\s?#{}]*[^\s?#{}/])?", text):
        raise ValueError(f"a base is an https address without a query and without a slash at its end: {text!r}")
    return text


Expression = Annotated[str, AfterValidator(compiles)]
PathText = Annotated[str, AfterValidator(_is_path)]
Template = Annotated[str, AfterValidator(_is_template)]
Address = Annotated[str, AfterValidator(_is_address)]
