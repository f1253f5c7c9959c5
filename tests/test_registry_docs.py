"""docs/registries.md tells the form as it is."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import get_args

import pytest

from auditor.registries.stored import Exchange
from auditor.rulebook.answer_schema import Condition, Downloads, Entry, Files, PackageFacts, Shape
from auditor.rulebook.load import RulesFile, parse_rules
from auditor.rulebook.registry_schema import Base, Next, Question, Registry, SchemeName
from auditor.rulebook.template_filters import FILTERS
from auditor.versions import Scheme

PAGE = Path(__file__).parents[1] / "docs" / "registries.md"
TEXT = PAGE.read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", blocks("yaml"))
def test_every_declaration_on_the_page_can_be_read(block: str) -> None:
    rules = parse_rules(RulesFile("page.yml", f"platform: page\ntitle: Page\n{textwrap.dedent(block)}"))
    assert rules.registry.questions


def test_the_exchange_on_the_page_can_be_read() -> None:
    (block,) = blocks("json")
    assert Exchange.model_validate_json(block).reply().status == 200


@pytest.mark.parametrize(
    "model", [Registry, Question, Entry, Files, Shape, Condition, Next, PackageFacts, Downloads, Base]
)
def test_every_field_is_explained(model: type[Registry]) -> None:
    for name, field in model.model_fields.items():
        assert re.search(rf"\b{re.escape(field.alias or name)}\b", TEXT), name


def test_every_filter_and_scheme_is_named() -> None:
    for name in (*FILTERS, "normalised", *get_args(SchemeName)):
        assert f"`{name}`" in TEXT, name


def test_the_form_knows_every_scheme_of_versions() -> None:
    assert set(get_args(SchemeName)) == {scheme.value for scheme in Scheme}
