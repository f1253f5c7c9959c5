"""The texts of rules are filled with what is known, and with nothing else."""

from __future__ import annotations

import pytest

from auditor.rulebook.rendering import render


@pytest.mark.parametrize("name", ["namespace", "range", "dict", "lipsum", "cycler", "joiner"])
def test_a_name_that_is_not_known_shows_as_itself_whatever_it_means_elsewhere(name: str) -> None:
    assert render("Make {{ " + name + " }} there.", {}) == f"Make <{name}> there."


def test_known_names_are_filled_in_and_githubs_own_expressions_stay() -> None:
    assert render("{{ package }}: ${{ secrets.NPM_TOKEN }}", {"package": "tide"}) == "tide: ${{ secrets.NPM_TOKEN }}"
