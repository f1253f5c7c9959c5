"""Makes a line of foreign text fit to be stored, printed or posted: no secrets, no control characters, bounded.

GitHub masks registered secrets as `***`; this catches those that were never registered: tokens with a known form, private
keys, credentials in URLs and on command lines, passwords behind their names, and long random values next to secret-like
names. Every expression is bounded, so that a hostile line costs time in proportion to its length.
"""

from __future__ import annotations

import re
import unicodedata

from ahocorasick_rs import BytesAhoCorasick

from auditor.logs.placeholders import MASK, hidden
from auditor.logs.token_forms import HINTS, TOKENS

__all__ = [
    "LONGEST",
    "MASK",
    "hinted",
    "key_body",
    "masked_value",
    "printable",
    "redact",
    "safe_line",
    "safe_line_with",
    "shown",
]

LONGEST = 500
"""Characters kept of one line of evidence."""
_MOST_WORDS = 200
_SOME_WORDS = 20
"""Of the words that a rule found, so many characters have to be seen."""

_KEY = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^\n]{0,70000}")
_HOOK = re.compile(
    r"(?i)(?P<head>\bhooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/|\bdiscord(?:app)?\.com/api/(?:v\d{1,2}/)?webhooks/"
    r"|\.webhook\.office\.com/webhookb2/|\boutlook\.office(?:365)?\.com/webhook/|\bhooks\.zapier\.com/hooks/catch/)"
    r"(?P<secret>[^\s\"'<>]{1,500})"
)
_URL = re.compile(r"(?i)(?P<head>\b[a-z][a-z0-9+.-]{1,20}://)(?P<rest>[^\s\"<>`]{1,70000})")
_HOST = re.compile(r"(?:[\w-]{1,63}\.[\w.-]{1,200}|localhost|\[[0-9a-fA-F:.]{2,60}\])(?::\d{1,5})?(?:[/?#',;)\]]|$)")
_PORT = re.compile(r"\d{1,5}(?:[/?#',;)\]]|$)")
_PARAMETER = re.compile(
    r"""(?ix)
    (?P<head> (?: [?&;,]\s{0,2} | \b(?=(?:AccountKey|SharedAccessKey|SharedAccessSignature)=) )
      (?: sig|signature|token|jwt|auth|api_?key|client_secret|AccountKey|SharedAccess(?:Key|Signature)
        | (?:access|id|auth|oauth|private|job|refresh|session)_?token
        | X-(?:Amz|Goog)-(?:Signature|Credential|Security-Token) ) = )
    (?P<secret> [^\s&"'<>`]{1,4000} )
    """
)

# One value on a command line or behind a name: quoted, an expression of GitHub's, or everything up to white space.
_VALUE = r"""(?P<value> "[^"\n]{0,2000}" | '[^'\n]{0,2000}' | \$\{\{[^}\n]{0,300}\}\} | [^\s"'][^\s]{0,70000} )"""
_QUOTE = r"""(?:\\?["'])?"""
_PASSWORD = re.compile(
    rf"""(?ix)
    (?P<head> (?!passwd:\ password\ )
      (?: passw(?:or)?d|passphrase|secret_?access_?key|sshpass|authorization ) s?\d{{0,2}}
      {_QUOTE} \s{{0,3}} (?P<sign> :(?!:|//) | =(?![=~]) ) [>=]? \s{{0,3}} \\?
      (?: ["']? (?:basic|bearer|token|negotiate|digest|apikey|aws4-hmac-sha256)\s{{1,3}} )? )
    {_VALUE}
    """
)
_PASSWORD_LINE = re.compile(
    r"""(?ix)
    ^(?P<head> [\s-]{0,40} [\w.-]{0,40}? (?!passwd:\ password\ ) (?:passw(?:or)?d|passphrase) \s{0,3} : \s{1,3} )
    (?P<secret> [^\s"'][^\n]{0,70000} )
    """
)
_FLAG = re.compile(
    rf"""(?ix)
    (?P<head> (?<![\w-]) --? (?:[a-z]{{1,20}}-){{0,3}}
      (?: password|passwd|passphrase|token|api-?key|authtoken|client-secret|secret-(?:access-)?key|pat )
      (?: = | \s{{1,3}} ) )
    {_VALUE}
    """
)
_SETTING = re.compile(
    rf"""(?ix)
    (?P<head> (?: (?:/:|\bset\s)_(?:auth|authToken|password) | \baws_(?:secret_access_key|session_token)
        | \bmachine\s[^\s]{{1,200}}\s{{1,3}}login\s[^\s]{{1,200}}\s{{1,3}}password )
      (?: \s{{0,3}}=\s{{0,3}} | \s{{1,3}} ) )
    {_VALUE}
    """
)
_AUTH = re.compile(
    r"""(?ix)
    (?P<head> (?:\\?["']|\b_) auth(?:token)? (?:\\?["'])? \s{0,3} [:=] \s{0,3} (?:\\?["'])? )
    (?P<secret> [A-Za-z0-9+/_.=~-]{4,4000} )
    """
)
_BEARER = re.compile(r"(?i)(?P<head>\b(?:bearer|basic)\s{1,3})(?P<secret>[A-Za-z0-9+/_.=~-]{16,4000})")
# `-p` means a password only behind these; elsewhere it is a port, a package or `mkdir -p`.
_LOGIN = re.compile(
    r"""(?ix)
    (?P<head> \b(?:docker|podman|buildah|nerdctl|skopeo|helm|oras|crane|regctl|az|oc|cf)\s[^\n|;&]{0,60}?\blogin\b
      | \btwine\s[^\n|;&]{0,40}?\bupload\b | \b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump|sshpass)(?=\s)
      | \b(?:vsce|ovsx)\s[^\n|;&]{0,40}?\b(?:publish|login)\b | \b(?:nuget|choco)\s[^\n|;&]{0,40}?\b(?:push|apikey)\b )
    (?P<rest> (?: (?!\s(?:&&|\|\|?)\s|;\s)[^\n] ){0,4000} )
    """
)
_SHORT_FLAG = re.compile(rf"(?x)(?P<head> (?<=\s)(?:-[pk]|--key) (?: = | \s{{1,3}} )? ) {_VALUE}")
_CURL = re.compile(
    r"""(?x)
    (?P<head> \s(?: -[a-zA-Z]{0,8}[uU]|--(?:proxy-)?user ) (?: = | \s{1,3} )? ["']? [^\s:"']{1,200} : (?!//) )
    (?P<secret> \$\{\{[^}\n]{0,300}\}\} | [^\s"']{1,4000} )
    """
)
_PIPED = re.compile(
    r"""(?ix)
    (?P<head> \b(?:echo|printf)\s{1,3}(?:-n\s{1,3})?(?:["']?%s["']?\s{1,3})? )
    (?P<value> "[^"\n]{0,500}" | '[^'\n]{0,500}' | \$\{\{[^}\n]{0,300}\}\} | [^\s"'|][^\s|]{0,500} )
    (?= \s{0,3}\|[^|\n]{0,200}--(?:password-stdin|with-token|passphrase-fd) )
    """
)
_CARGO_LOGIN = re.compile(
    r"(?P<head>\bcargo\s{1,3}login\s{1,3})(?P<secret>(?=[A-Za-z_-]{0,200}\d)[A-Za-z0-9_-]{16,500})"
)
_NAMED = re.compile(
    r"""(?ix)
    (?P<head> (?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|credential|authorization|private[_-]?key
        |_pass|_pwd|_pat(?![a-z]))
      s?[\w-]{0,20} (?:\\?["'])? \s{0,3} [:=] \s{0,3} (?:\\?["'])? (?:(?:bearer|basic|token)\s)? )
    (?P<secret> [A-Za-z0-9+/_.=~-]{16,4000} )
    """
)

_NAME_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."
_PROSE = re.compile(r"[A-Z]?[a-z'’_-]{1,40}[.,;:!?]?|[\w.$]{1,200}(?:Exception|Error):")
_BODY = re.compile(
    r"(?:##\[\w{1,20}\])?[\s>|\"'\\]{0,40}(?P<body>[A-Za-z0-9+/]{1,4000}={0,3}|=[A-Za-z0-9+/]{4})[\s\"',\\]{0,20}"
)
_HEX = re.compile(r"(?:[0-9a-f]+|[0-9A-F]+)")
_SPELLED = re.compile(r"[A-Za-z][a-z]{2,100}")
_LEAST_BODY = 40
_COLOUR = re.compile(r"\x1b\[[0-9;:?]{0,40}[A-Za-z]")
_HINTED = BytesAhoCorasick([hint.encode() for hint in HINTS])
_FOLDED = re.compile("[\u0130\u0131\u017f\u212a]")
"""Letters that expressions take for `i`, `s` and `k` whatever the case, and that `lower` does not turn into these."""
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def redact(text: str, *, whole_line: bool = True) -> str:
    """Replace what looks like a credential by `[redacted]`; `***`, variables and plain words stay readable.

    Characters without a shape of their own, and the sequences that colour a terminal, do not hide a secret: they are left
    out wherever one is found behind them. A `whole_line` of nothing but encoded bytes counts as one of a private key's.
    """
    if text.isascii() and text.isprintable():
        return _redact(text, whole_line)
    seen = shown(text)
    redacted = _redact(seen, whole_line)
    return redacted if redacted != seen else text


def shown(text: str) -> str:
    """The text without characters that have no shape, and without the sequences that colour a terminal."""
    text = _COLOUR.sub("", text) if "\x1b" in text else text
    return text if text.isascii() and text.isprintable() else "".join(char for char in text if not _shapeless(char))


def masked_value(value: str) -> str:
    """The mask in place of a value that stands behind a secret's name, unless it is a placeholder or a plain word."""
    return hidden(value) if value.strip() else value


def key_body(text: str, least: int = _LEAST_BODY) -> bool:
    """Whether a line is nothing but Base64 of at least `least` characters, as the lines of a private key are.

    From 40 characters on it has to be mixed as encoded bytes are, so that digests in hexadecimal and long names stay.
    """
    match = _BODY.fullmatch(text)
    if match is None or len(match["body"]) < least:
        return False
    return least < _LEAST_BODY or _is_encoded(match["body"])


def printable(text: str, longest: int = LONGEST) -> str:
    """Replace control, direction and unassigned characters, and cut at `longest` characters with an ellipsis."""
    text = text[: 4 * longest]
    if not (text.isascii() and text.isprintable()):
        text = "".join(_plain(char) for char in text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def safe_line(text: str, longest: int = LONGEST) -> str:
    """Redact first and cut afterwards, so that a cut never hides half of a secret from the redaction."""
    return printable(redact(text[: 16 * longest]), longest)


def safe_line_with(words: str, text: str, longest: int = LONGEST) -> str:
    """Like `safe_line`, but what is left of a longer line has its beginning and the stretch in which `words` stand.

    Where the words end near the beginning or the end, both are kept if the line is not much longer: build tools put the
    reason last.
    """
    whole = printable(redact(text[: 16 * longest]), 16 * longest)
    sought = printable(words)
    at = whole.find(sought[:_MOST_WORDS])
    if len(whole) <= longest or at < 0:
        return printable(whole, longest)
    half, end = longest // 2, at + len(sought)
    if len(whole) <= 2 * longest and not half < end < len(whole) - half + _SOME_WORDS:
        return f"{whole[:half].rstrip()} … {whole[len(whole) - half + 3 :].lstrip()}"
    if at + min(len(sought), _MOST_WORDS) < longest:
        return printable(whole, longest)
    head = whole[: longest // 4].rstrip()
    room = longest - len(head) - 3
    first = max(len(head), min(at - room // 4, len(whole) - room))
    return f"{head} … {whole[first : first + room]}"[:longest]


def hinted(text: str) -> bool:
    """Whether the text may hold a credential by its name or form; without a hint, `redact` can leave it as it is."""
    return _FOLDED.search(text) is not None or bool(
        _HINTED.find_matches_as_indexes(text.lower().encode("utf-8", "replace"))
    )


def _redact(text: str, whole_line: bool) -> str:
    if whole_line and key_body(text):
        return MASK
    if not hinted(text):
        return text
    text = _KEY.sub(MASK, text)
    text = _HOOK.sub(_mask, text)
    text = _URL.sub(_mask_userinfo, text)
    text = TOKENS.sub(MASK, text)
    text = _PARAMETER.sub(_mask, text)
    text = _PASSWORD_LINE.sub(_mask_rest, text)
    text = _PASSWORD.sub(_mask_password, text)
    text = _AUTH.sub(_mask, text)
    text = _FLAG.sub(_mask_argument, text)
    text = _SETTING.sub(_mask_argument, text)
    text = _LOGIN.sub(lambda login: login["head"] + _SHORT_FLAG.sub(_mask_argument, login["rest"]), text)
    text = _PIPED.sub(_mask_argument, text)
    text = _CARGO_LOGIN.sub(_mask, text)
    curl = text.find("curl")
    if curl >= 0:
        text = text[:curl] + _CURL.sub(_mask, text[curl:])
    text = _BEARER.sub(_mask_random, text)
    return _NAMED.sub(_mask_random, text)


def _shapeless(char: str) -> bool:
    if char in "\t\n\r\v\f":
        return False
    return char == "\u034f" or "\ufe00" <= char <= "\ufe0f" or unicodedata.category(char) in ("Cf", "Cc")


def _plain(char: str) -> str:
    if char == "\t" or unicodedata.category(char) == "Zs":
        return " "
    if char in _BIDI or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return "" if char in "\u200d\ufe0f" else "\ufffd"
    return char


def _mask(match: re.Match[str]) -> str:
    return match["head"] + hidden(match["secret"])


def _mask_rest(match: re.Match[str]) -> str:
    """Mask a whole passphrase of several words, unless the first word says that it is none."""
    secret = match["secret"]
    first = secret.split(maxsplit=1)[0]
    return match["head"] + (secret if hidden(first) == first else hidden(secret))


def _mask_random(match: re.Match[str]) -> str:
    secret = match["secret"]
    return match["head"] + (MASK if _is_random(secret) else secret)


def _mask_argument(match: re.Match[str]) -> str:
    value = match["value"]
    return match["head"] + (value if value.startswith("-") else hidden(value))


def _mask_userinfo(match: re.Match[str]) -> str:
    """Mask what stands before the host: up to the first `@` that a host follows, or else the last one."""
    rest = match["rest"]
    user, colon, behind = rest.partition(":")
    if "/" in user or "@" in user or "?" in user or "#" in user or not colon:
        authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
        name = authority.rpartition("@")[0]
        if not name:
            return match[0]
        if ":" not in name or "@" in user:
            plain_login = "http" not in match["head"].lower() and not _is_random(name)
            shown = name if plain_login or name in ("git", "user", "username") else hidden(name)
            return match["head"] + shown + rest[len(name) :]
    if _PORT.match(behind) and "@" not in re.split(r"[/?#]", behind, maxsplit=1)[0]:
        return match[0]
    end = next((at.start() for at in re.finditer("@", rest) if _HOST.match(rest, at.end())), rest.rfind("@"))
    if end <= len(user) or rest.startswith(("sha256:", "sha512:"), end + 1):
        return match[0]
    password = rest[len(user) + 1 : end]
    token_first = password in ("", "x-oauth-basic") or _is_random(user)
    return f"{match['head']}{hidden(user) if token_first else user}:{hidden(password)}{rest[end:]}"


def _mask_password(match: re.Match[str]) -> str:
    """Mask the value whatever it looks like, except words of a sentence that merely speaks of a password."""
    head, value, text = match["head"], match["value"], match.string
    if match["sign"] == "=" or value[0] in "\"'":
        return head + hidden(value)
    before = text[max(0, match.start() - 80) : match.start()].rstrip(_NAME_LETTERS).rstrip(" \t-+\"'\\")
    behind = text[match.end() : match.end() + 80].strip()
    in_a_sentence = before and not before.endswith(("{", ",", "[", "(")) and behind and _PROSE.fullmatch(value)
    return head + (value if in_a_sentence else hidden(value))


def _is_encoded(value: str) -> bool:
    """Encoded bytes mix capitals, small letters and digits; names and paths are mostly words."""
    if _HEX.fullmatch(value) or value.count("/") > 1 + len(value) // 12:
        return False
    mixed = all(any(map(kind, value)) for kind in (str.isupper, str.islower, str.isdigit))
    return mixed and 2 * sum(len(word) for word in _SPELLED.findall(value)) < len(value)


def _is_random(value: str) -> bool:
    """Secret values mix digits and letters without spelling anything; paths, names and versions do not."""
    if "://" in value:
        return False
    if len(value) >= 32 and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", value) and _is_encoded(value):
        return True
    if value.count("/") > 2 or value.count(".") > 3:
        return False
    digits = sum(char.isdigit() for char in value)
    letters = sum(char.isalpha() for char in value)
    if digits < 3 or letters < 3:
        return len(value) >= 32 and digits + letters == len(value) and digits > 0
    return len(set(value)) >= 8
