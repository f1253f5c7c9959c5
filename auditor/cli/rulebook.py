"""The rulebook as commands use it: kept, once parsed, in the folder for caches."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.rulebook.book import Rulebook


def forget_rulebook() -> None:
    """Remove the kept rulebooks; the next command reads the rules anew."""
    shutil.rmtree(_folder(), ignore_errors=True)


def load_rulebook(rules: Sequence[Path] | None) -> Rulebook:
    """The shipped rules and those of the folders. Raises `RulesError` when one of them is wrong."""
    from auditor.rulebook.book import Rulebook

    return Rulebook.load(rules or (), keep_in=_folder())


def _folder() -> Path:
    from auditor.collect.github.cache import cache_folder

    return cache_folder(os.environ) / "rulebook"
