"""The rulebook as commands and the Python API use it: kept, once parsed, in the folder for caches."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.config import Config
    from auditor.rulebook.book import Rulebook


FOLDER = "RELAUDIT_RULEBOOK_DIR"
"""Keep the parsed rules in this folder instead of in the one for caches; several caches can share it."""


def forget_rulebook() -> None:
    """Remove the kept rulebooks; the next command reads the rules anew."""
    from auditor.rulebook.book import forget_rulebooks

    forget_rulebooks()
    shutil.rmtree(_folder(), ignore_errors=True)


def load_rulebook(rules: Sequence[Path] | None) -> Rulebook:
    """The shipped rules and those of the folders. Raises `RulesError` when one of them is wrong."""
    from auditor.rulebook.book import Rulebook

    return Rulebook.load(rules or (), keep_in=_folder())


def rulebook_for(config: Config, rules: Sequence[Path] | None) -> Rulebook:
    """The rulebook with the configuration's rules, too. Raises `RulesError`, and `ConfigError` for unknown platforms."""
    from auditor.config.platforms import check_platforms

    book = load_rulebook([*config.rules, *(rules or ())])
    check_platforms(config, book.platforms)
    return book


def _folder() -> Path:
    if named := os.environ.get(FOLDER):
        return Path(named)
    from auditor.collect.github.cache import cache_folder

    return cache_folder(os.environ) / "rulebook"
