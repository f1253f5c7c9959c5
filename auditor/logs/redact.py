"""Makes a line of foreign text fit to be stored, printed or posted: no secrets, no control characters, bounded.

GitHub masks registered secrets as `***`; this catches those that were never registered: tokens with a known form, private
keys, credentials in URLs, and long random values next to secret-like names.
"""

from __future__ import annotations

import re
import unicodedata

MASK = "[redacted]"
LONGEST = 500
"""Characters kept of one line of evidence."""

# Forms are documented by their issuers, for example https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
_TOKENS = re.compile(
    r"""
      gh[pousr]_[A-Za-z0-9]{20,255} | github_pat_[A-Za-z0-9_]{20,255}
    | npm_[A-Za-z0-9]{30,80}
    | pypi-[A-Za-z0-9_-]{32,512}
    | cio[A-Za-z0-9]{32} | crates_io_[A-Za-z0-9]{20,80}
    | dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,80}
    | (?:AKIA|ASIA)[A-Z0-9]{16}
    | eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,2000}
    | xox[abposr]-[A-Za-z0-9-]{10,200}
    | rubygems_[a-f0-9]{40,64} | oy2[a-z0-9]{43}
    | glpat-[A-Za-z0-9_-]{20,60}
    | AIza[A-Za-z0-9_-]{35}
    | sk_live_[A-Za-z0-9]{16,64}
    """,
    re.VERBOSE,
)
_KEY = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^\n]{0,20000}")
_URL_PASSWORD = re.compile(r"(?P<head>\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{0,100}:)(?P<secret>[^\s/@]{1,300})(?=@)")
_NAMED = re.compile(
    r"""(?ix)
    (?P<head> (?:[\w-]{0,40}(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|apikey|credential|authorization)s?[\w-]{0,20})
      ["']? \s{0,3} [:=] \s{0,3} ["']? (?:(?:bearer|basic|token)\s)? )
    (?P<secret> [A-Za-z0-9+/_.=~-]{16,2000} )
    """
)
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def redact(text: str) -> str:
    """Replace what looks like a credential by `[redacted]`; `***` and plain words stay readable."""
    text = _KEY.sub(MASK, text)
    text = _TOKENS.sub(MASK, text)
    text = _URL_PASSWORD.sub(_mask_password, text)
    return _NAMED.sub(_mask_named, text)


def printable(text: str, longest: int = LONGEST) -> str:
    """Replace control, direction and unassigned characters, and cut at `longest` characters with an ellipsis."""
    text = text[: 4 * longest]
    if not (text.isascii() and text.isprintable()):
        text = "".join(_plain(char) for char in text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def safe_line(text: str, longest: int = LONGEST) -> str:
    """Redact first and cut afterwards, so that a cut never hides half of a secret from the redaction."""
    return printable(redact(text[: 16 * longest]), longest)


def _plain(char: str) -> str:
    if char == "\t" or unicodedata.category(char) == "Zs":
        return " "
    if char in _BIDI or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return "" if char in "\u200d\ufe0f" else "\ufffd"
    return char


def _mask_password(match: re.Match[str]) -> str:
    secret = match["secret"]
    return match["head"] + (secret if set(secret) <= {"*", "X", "x"} else MASK)


def _mask_named(match: re.Match[str]) -> str:
    secret = match["secret"]
    return match["head"] + (MASK if _is_random(secret) else secret)


def _is_random(value: str) -> bool:
    """Secret values mix digits and letters without spelling anything; paths, names and versions do not."""
    if "://" in value or value.count("/") > 2 or value.count(".") > 3:
        return False
    digits = sum(char.isdigit() for char in value)
    letters = sum(char.isalpha() for char in value)
    if digits < 3 or letters < 3:
        return len(value) >= 32 and digits + letters == len(value) and digits > 0
    return len(set(value)) >= 8
