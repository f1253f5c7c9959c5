"""The command line. One module per command; no logic."""

from __future__ import annotations


def main() -> None:
    """Run the command `relaudit`."""
    import atexit
    import gc
    import os

    # Looking for plugins of pydantic reads the metadata of everything that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Commands load many objects that stay: looking through them again and again for garbage takes a third of the start.
    gc.set_threshold(100_000, 20, 100)
    # At its end, Python would look through all of them again before it lets go of them.
    atexit.register(gc.freeze)
    from auditor.cli.actions_log import guard_streams
    from auditor.cli.app import app

    guard_streams()
    app()
