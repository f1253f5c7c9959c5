"""What the checks know about tools and actions: the YAML files of `auditor/checks/data/`, read once."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Flag(_Written):
    """A flag that makes a publishing command content with a version that is there already."""

    command: str
    flag: str


class ActionInput(_Written):
    """The same for an action: the input that is set to `true`."""

    uses: str
    input: str


class Knowledge(_Written):
    """`publishing.yml`."""

    one_file_per_version: frozenset[str]
    container_platforms: frozenset[str]
    package_inputs: frozenset[str]
    idempotent: tuple[str, ...]
    takes_it_again: frozenset[str]
    flags: tuple[Flag, ...]
    action_inputs: tuple[ActionInput, ...]
    manifest_version: frozenset[str]
    questions: dict[str, str]
    same_question: dict[str, str]
    credentials: dict[str, str]

    @cached_property
    def idempotent_pattern(self) -> re.Pattern[str]:
        """Any of `idempotent`."""
        return re.compile("|".join(f"(?:{each})" for each in self.idempotent), re.IGNORECASE)


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    """Return `publishing.yml`."""
    return Knowledge.model_validate(data("publishing"))


@lru_cache(maxsize=16)
def data(name: str) -> Any:
    """Return the content of a file of `auditor/checks/data/`, by its name without `.yml`."""
    text = resources.files("auditor.checks").joinpath("data", f"{name}.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
