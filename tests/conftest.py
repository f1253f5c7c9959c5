"""Shared fixtures: a small rulebook that tests can reason about, and the shipped one."""

from __future__ import annotations

import pytest

from auditor.rulebook.book import Rulebook
from auditor.rulebook.load import RulesFile
from tests.small_rules import COMMON, NPM


@pytest.fixture(scope="session")
def small_book() -> Rulebook:
    return Rulebook.of([RulesFile("npm.yml", NPM), RulesFile("common.yml", COMMON)])


@pytest.fixture(scope="session")
def shipped_book() -> Rulebook:
    return Rulebook.load()
