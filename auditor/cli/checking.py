"""What `relaudit check` does between reading the files and printing."""

from __future__ import annotations

from auditor.api.checking import Asked, Checked, checked, write_fixes

__all__ = ["Asked", "Checked", "checked", "write_fixes"]
