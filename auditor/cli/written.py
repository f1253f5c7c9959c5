"""Where a command's text goes: into the file that was named, or to standard output."""

from __future__ import annotations

import sys
from pathlib import Path


def write_text(text: str, output: Path | None) -> None:
    """Write as UTF-8, byte for byte on every system; what has no UTF-8 becomes a question mark. Raises `OSError`."""
    content = text.encode("utf-8", "replace")
    if output is not None:
        output.write_bytes(content)
        return
    sys.stdout.buffer.write(content)
    sys.stdout.flush()
