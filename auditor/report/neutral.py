"""Puts foreign text into Markdown so that it stays text.

Nothing that comes from a log, a workflow or an API may become a link, an image, HTML, a mention, a reference, a heading, a
table cell of its own, or the end of a fence. https://github.github.com/gfm/
"""

from __future__ import annotations

import re

_PLAIN_ADDRESS = re.compile(r"https?://[\w.:-]+(?:/[\w./:#%?=&+@~-]*)?", re.ASCII)
_RUN = re.compile(r"`+")
_SPECIAL = re.compile(r"([\\*_\[\]<~$]|&(?=#?\w{1,32};))")
_AT_START = re.compile(r"^(?:[#>|=+-]|\d{1,9}(?=[.)]))")
_JOINER = "\u2060"
"""An invisible character that no line may break at; it keeps GitHub from seeing a mention, a reference or a link."""
_ACTIVE = re.compile(r"(?<=[@#])(?=[\w-])|(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=\bGH)(?=-\d)", re.IGNORECASE)
_CODE_SPAN = re.compile(r"(?<!`)`([^`\n]{1,300})`(?!`)")


def one_line(text: str) -> str:
    """Fold all white space into single blanks."""
    return " ".join(text.split())


def code(text: str) -> str:
    """A code span that the text cannot leave; empty text gives an em dash."""
    text = one_line(text)
    if not text:
        return "—"
    ticks = "`" * (max((len(run) for run in _RUN.findall(text)), default=0) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def code_cell(text: str) -> str:
    """A code span for a table cell, where a vertical bar would end the cell even inside code."""
    return code(text).replace("|", "\\|")


def prose(text: str) -> str:
    """Running text: code spans in it stay code spans, everything else is escaped."""
    text = one_line(text)
    parts, at = [], 0
    for span in _CODE_SPAN.finditer(text):
        parts += [_escape(text[at : span.start()]), code(span.group(1))]
        at = span.end()
    return _not_a_block("".join([*parts, _escape(text[at:])]))


def prose_cell(text: str) -> str:
    """Running text for a table cell."""
    return re.sub(r"(?<!\\)\|", r"\\|", prose(text))


def fence(text: str, language: str = "") -> str:
    """A fenced block that the text cannot close."""
    longest = max((len(run) for run in _RUN.findall(text)), default=0)
    ticks = "`" * max(3, longest + 1)
    language = language if re.fullmatch(r"[A-Za-z0-9+-]{0,20}", language) else ""
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}"


def link(label: str, url: str | None) -> str:
    """A link on a code label, when the address is a plain https one; else only the label."""
    return _linked(code(label), url)


def link_cell(label: str, url: str | None) -> str:
    """A link for a table cell."""
    return _linked(code_cell(label), url)


def _linked(shown: str, url: str | None) -> str:
    return f"[{shown}]({url})" if plain_https(url) else shown


def plain_https(url: str | None) -> str | None:
    """The address when it is a plain web address that cannot be anything else; otherwise nothing."""
    return url if url is not None and _PLAIN_ADDRESS.fullmatch(url) else None


def mermaid_label(text: str) -> str:
    """A label for a Mermaid node: letters, digits and a few signs, nothing that Mermaid or HTML could read."""
    plain = re.sub(r"[^\w .,:/()+-]", "?", one_line(text))[:60]
    return plain or "?"


def _escape(text: str) -> str:
    text = text.replace("`", "'")
    text = _ACTIVE.sub(_JOINER, text)
    return _SPECIAL.sub(r"\\\1", text)


def _not_a_block(text: str) -> str:
    """Keep the first characters of a text from making it a heading, a quote or a list."""
    found = _AT_START.match(text)
    if found is None:
        return text
    return f"{found.group()}\\{text[found.end() :]}" if found.group().isdigit() else f"\\{text}"
