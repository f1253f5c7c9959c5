"""Shared fixtures: a small rulebook that tests can reason about, and the shipped one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from auditor.api.rulebooks import FOLDER
from auditor.rulebook.book import Rulebook
from auditor.rulebook.load import RulesFile
from tests.shipped import KEPT, shipped
from tests.small_rules import COMMON, NPM

# The same examples every time, so that a red test is the change's own fault; `make fuzz` looks for new ones.
settings.register_profile("same-examples", derandomize=True)
settings.register_profile("new-examples", derandomize=False, print_blob=True)
settings.load_profile("same-examples")


@pytest.fixture(scope="session", autouse=True)
def _rules_are_parsed_once() -> Iterator[None]:
    """Commands that tests start find the parsed rules, whatever folder for caches each of them is given."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER, str(KEPT))
        yield


@pytest.fixture(scope="session")
def small_book() -> Rulebook:
    return Rulebook.of([RulesFile("npm.yml", NPM), RulesFile("common.yml", COMMON)])


@pytest.fixture(scope="session")
def shipped_book() -> Rulebook:
    return shipped()
