"""Which addresses may be asked, and followed to: never a private one unless the user allows it, never somebody else's."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

import httpx

from auditor.logs.redact import safe_line
from auditor.registries.exchange import Manners, NoAnswerError

# Second-level labels under which a country registers names, and hosts under which everybody can have a name: the
# part above them says who it is. https://publicsuffix.org/ has the whole list.
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "go", "ne", "net", "or", "org"})
_SHARED = (
    "azurewebsites.net",
    "blob.core.windows.net",
    "cloudfront.net",
    "fly.dev",
    "github.io",
    "gitlab.io",
    "herokuapp.com",
    "netlify.app",
    "pages.dev",
    "r2.dev",
    "run.app",
    "storage.googleapis.com",
    "vercel.app",
    "web.app",
    "workers.dev",
)


def is_private(address: str) -> bool:
    """Whether an IP address is not one of the public internet; false for a name."""
    try:
        ip: IPv4Address | IPv6Address = ip_address(address.strip("[]").split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    return not ip.is_global or ip.is_multicast or ip.is_reserved


def is_private_name(host: str) -> bool:
    """Whether a name is one of this machine's or of its own network's, by its form."""
    name = host.lower().rstrip(".")
    return name == "localhost" or name.endswith((".localhost", ".local", ".internal", ".localdomain"))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its form."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def check_host(host: str, manners: Manners) -> None:
    """Refuse hosts that are private by their form. Raises `NoAnswerError`."""
    if not manners.allow_private and (is_private(host) or is_private_name(host)):
        raise private_refused(host, manners)


def private_refused(host: str, manners: Manners) -> NoAnswerError:
    """The error for an address of a private network."""
    return NoAnswerError(
        f"{safe_line(host, 100)} is an address of a private network, which is not asked; "
        f"allow_private = true in [registries.{manners.platform or '<platform>'}] of relaudit.toml allows it"
    )


def domain_of(host: str) -> str:
    """The part of a host's name that somebody has registered."""
    name = host.lower().rstrip(".")
    labels = name.split(".")
    if name.endswith(".amazonaws.com"):
        return name  # regions and services in between: no telling whose it is
    size = 2
    for shared in _SHARED:
        if name.endswith("." + shared):
            size = shared.count(".") + 2
    if size == 2 and len(labels) >= 3 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        size = 3
    return ".".join(labels[-size:])


def redirected(request: httpx.URL, location: str, manners: Manners) -> httpx.URL:
    """Where a redirect leads, when it may be followed. Raises `NoAnswerError`."""
    try:
        target = request.join(location)
    except (httpx.InvalidURL, ValueError):
        raise NoAnswerError("the registry redirects to something that is no address") from None
    shown = safe_line(target.host, 100)
    if target.scheme not in ("http", "https") or not target.host:
        raise NoAnswerError("the registry redirects to something that is no web address")
    if target.scheme == "http" and request.scheme == "https":
        raise NoAnswerError(f"the registry redirects to {shown} without TLS; it is not followed")
    same_host = target.host == request.host
    if not same_host and target.host.lower() not in manners.hosts:
        same_domain = domain_of(target.host) == domain_of(request.host) and not is_private(target.host)
        if not same_domain:
            raise NoAnswerError(f"the registry redirects to another host, {shown}; it is not followed")
    if target.port != request.port and target.port is not None:
        raise NoAnswerError(f"the registry redirects to another port of {shown}; it is not followed")
    return target.copy_with(userinfo=b"", fragment=None)


def shown_url(url: str) -> str:
    """An address as it may be shown and stored: no user, no password, no signature of a download link."""
    parts = urlsplit(url)
    items = [item for item in parts.query.split("&") if item]
    kept = [item if not _signing(item) else item.split("=", 1)[0] + "=[redacted]" for item in items]
    authority = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{authority}{parts.path}" + (f"?{'&'.join(kept)}" if kept else "")


def _signing(item: str) -> bool:
    name = item.split("=", 1)[0].lower()
    return name.startswith(("x-amz-", "x-goog-")) or name in {
        "sig",
        "signature",
        "token",
        "access_token",
        "key",
        "api_key",
        "apikey",
        "se",
        "policy",
        "expires",
        "key-pair-id",
    }
