"""Atom feeds as NuGet's second protocol, and with it Chocolatey, writes them."""

from __future__ import annotations

from collections.abc import Sequence

_SPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices"'
    ' xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"'
)
_HEAD = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n'


def entry(package: str, version: str, spaces: str = "", **properties: str) -> str:
    """One entry; `spaces` is for an entry that is the whole document."""
    values = {
        "Version": version,
        "Published": "2026-03-01T10:00:00.123",
        "PackageStatus": "Approved",
        "IsApproved": "true",
        "DownloadCount": "120",
        "VersionDownloadCount": "7",
        **properties,
    }
    inner = "".join(f'<d:{name} m:type="Edm.String">{value}</d:{name}>' for name, value in values.items())
    return (
        f"<entry{spaces}><id>tag:{package},{version}</id><title type='text'>{package}</title>"
        f"<content type='application/zip' src='x' /><m:properties>{inner}</m:properties></entry>"
    )


def document(package: str, version: str, **properties: str) -> str:
    """An entry that is the whole document, as an address with a key answers."""
    return _HEAD + entry(package, version, f" {_SPACES}", **properties)


def feed(entries: Sequence[str] = (), following: str | None = None) -> str:
    """A feed; with no entries it is what a query answers when nothing fits."""
    link = f'<link rel="next" href="{following}" />' if following else ""
    return (
        f"{_HEAD}<feed {_SPACES}><title type='text'>Packages</title><id>http://community.example/api/v2/Packages</id>"
        f"<updated>2026-03-01T10:00:00Z</updated><link rel='self' title='Packages' href='Packages' />"
        f"{''.join(entries)}{link}</feed>"
    )


MISSING = (
    f'{_HEAD}<error xmlns="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><code></code>'
    "<message xml:lang='en-US'>Resource not found for the segment 'Packages'.</message></error>"
)
