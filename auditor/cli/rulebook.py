"""The rulebook as commands use it: kept, once parsed, in the folder for caches."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.rulebook.book import Rulebook


def load_rulebook(rules: Sequence[Path] | None) -> Rulebook:
    """The shipped rules and those of the folders. Raises `RulesError` when one of them is wrong."""
    from auditor.collect.github.cache import cache_folder
    from auditor.rulebook.book import Rulebook

    return Rulebook.load(rules or (), keep_in=cache_folder(os.environ) / "rulebook")
