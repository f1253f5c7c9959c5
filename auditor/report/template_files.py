"""Finds the templates of the documents, and the style and script that one of them carries."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def template_text(name: str) -> str:
    """Read a template that comes with relaudit: from the wheel, or from a checkout."""
    packaged = resources.files("auditor").joinpath("data", "report_templates", name)
    if packaged.is_file():
        return packaged.read_text("utf-8")
    return (Path(__file__).resolve().parents[2] / "report_templates" / name).read_text("utf-8")
