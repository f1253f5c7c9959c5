"""The command line. One module per command; no logic."""

from __future__ import annotations


def main() -> None:
    """Run the command `relaudit`."""
    from auditor.cli.app import app

    app()
