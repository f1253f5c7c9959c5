"""The rulebook as commands use it."""

from __future__ import annotations

from auditor.api.rulebooks import forget_rulebook, load_rulebook, rulebook_for

__all__ = ["forget_rulebook", "load_rulebook", "rulebook_for"]
