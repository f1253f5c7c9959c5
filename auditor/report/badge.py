"""Badges: what a README shows of an audit, as shields.io's endpoint JSON or as an SVG of our own.

https://shields.io/badges/endpoint-badge
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from markupsafe import escape

from auditor.model.audit import Audit
from auditor.model.vocabulary import Verdict

_GREEN, _RED, _AMBER, _GREY = "#2da44e", "#cf222e", "#bf8700", "#6e7781"
_WAITING = (Verdict.PENDING, Verdict.PROPAGATING, Verdict.HELD, Verdict.UNVERIFIABLE)
_WIDTHS = {**dict.fromkeys("fijlrtI.,:;!|'()[]/- ", 4.2), **dict.fromkeys("mwMW@%", 10.4)}
_OTHER_WIDTH = 7.0
LONGEST_LABEL = 60


@dataclass(frozen=True, slots=True)
class Badge:
    """What stands left, what stands right, and the colour of the right side as `#rrggbb`."""

    label: str
    message: str
    color: str

    def endpoint(self) -> str:
        """The JSON that shields.io asks for; ends with a line feed."""
        body = {"schemaVersion": 1, "label": self.label, "message": self.message, "color": self.color.removeprefix("#")}
        return json.dumps(body, ensure_ascii=False, indent=2) + "\n"

    def svg(self) -> str:
        """A small picture without any request to elsewhere; ends with a line feed."""
        left, right = _width(self.label), _width(self.message)
        label, message = escape(self.label), escape(self.message)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
            f'aria-label="{label}: {message}"><title>{label}: {message}</title>'
            f'<clipPath id="r{left + right}"><rect width="{left + right}" height="20" rx="3"/></clipPath>'
            f'<g clip-path="url(#r{left + right})">'
            f'<rect width="{left}" height="20" fill="#444c56"/>'
            f'<rect x="{left}" width="{right}" height="20" fill="{self.color}"/></g>'
            '<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">'
            f'<text x="{left / 2:g}" y="14">{label}</text>'
            f'<text x="{left + right / 2:g}" y="14">{message}</text></g></svg>\n'
        )


def badge(audit: Audit, platform: str | None = None) -> Badge:
    """The badge of a whole release, `shipped 4/13`, or of one platform of it.

    Raises `KeyError` when no job of the release publishes to that platform.
    """
    if platform is None:
        tally = audit.tally
        done = tally.shipped == tally.attempted
        color = _GREY if not tally.attempted else _GREEN if done else _RED if tally.not_shipped else _AMBER
        return Badge(_short(f"shipped {audit.tag}"), f"{tally.shipped}/{tally.attempted}", color)
    outcome = next((p for p in audit.platforms if p.platform == platform), None)
    if outcome is None:
        raise KeyError(platform)
    if outcome.verdict.out:
        return Badge(_short(outcome.title), _short(audit.tag), _GREEN)
    color = _GREY if outcome.verdict is Verdict.NOT_ATTEMPTED else _AMBER if outcome.verdict in _WAITING else _RED
    return Badge(_short(outcome.title), outcome.verdict.value.replace("-", " "), color)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"


def _width(text: str) -> int:
    """Width in pixels of a text of 11 pixels in Verdana, with its margins."""
    return round(sum(_WIDTHS.get(sign, _OTHER_WIDTH) for sign in text)) + 11
