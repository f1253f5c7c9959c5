"""Who asks: crates.io and repology want to know, and it is polite elsewhere.

https://crates.io/data-access#api asks for a way to reach the one who asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata

from auditor import __version__

CONTACT = "RELAUDIT_CONTACT"
"""Environment variable: an address or a page of the one who runs relaudit, added to the project's."""


def user_agent(environ: Mapping[str, str]) -> str:
    """`relaudit/1.2.3 (+https://…; contact)`: the project's page from the package's metadata, and the user's contact."""
    contact = environ.get(CONTACT, "").strip()[:200]
    words = [f"+{page}" if (page := _page()) else "", contact if contact.isascii() and contact.isprintable() else ""]
    told = "; ".join(word for word in words if word)
    return f"relaudit/{__version__}" + (f" ({told})" if told else "")


def _page() -> str | None:
    try:
        urls = metadata.metadata("relaudit").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return None
    known = {name.strip().lower(): url.strip() for name, _, url in (line.partition(",") for line in urls)}
    return next((known[name] for name in ("repository", "source", "homepage", "documentation") if name in known), None)
