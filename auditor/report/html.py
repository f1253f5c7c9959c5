"""The audit as one self-contained page: no request to anywhere, readable on a phone, by day and by night.

What is ours to run and to style is named by its hash in a content security policy, so that nothing foreign could do
either even if it got through the escaping. https://developer.mozilla.org/en-US/docs/Web/HTTP/CSP
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from typing import NamedTuple

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from auditor.model.audit import Audit, JudgedJob, Tally
from auditor.model.vocabulary import Classification, Verdict
from auditor.report import words
from auditor.report.neutral import plain_https
from auditor.report.template_files import template_text

_CODE_SPAN = re.compile(r"`([^`\n]{1,300})`")
_TONES = {
    Verdict.SHIPPED: "ok",
    Verdict.ALREADY_SHIPPED: "ok",
    Verdict.SHIPPED_DESPITE_FAILURE: "ok",
    Verdict.NOT_SHIPPED: "bad",
    Verdict.GREEN_NOT_SHIPPED: "bad",
    Verdict.PHANTOM_SKIP: "bad",
    Verdict.NOT_ATTEMPTED: "off",
}
_SIGNS = {"ok": "✓", "bad": "✗", "off": "–", "wait": "…"}
"""Signs that every font has; the colour is never the only sign."""


class Part(NamedTuple):
    """One stretch of the bar: `platforms` of them from `start` on."""

    name: str
    tone: str
    start: int
    platforms: int


def html(audit: Audit) -> str:
    """Render the audit as a whole HTML document; ends with one line feed."""
    template = _environment().get_template("audit_report.html.j2")
    style = Markup(template_text("audit_report.css").strip())  # noqa: S704 - our own file
    script = Markup(template_text("audit_report.js").strip())  # noqa: S704 - our own file
    return template.render(audit=audit, style=style, script=script).strip() + "\n"


def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(template_text),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "said": _said,
        "href": plain_https,
        "tone": lambda verdict: _TONES.get(verdict, "wait"),
        "sign": lambda verdict: _SIGNS[_TONES.get(verdict, "wait")],
        "sentence": words.sentence,
        "parts": _parts,
        "titles": _titles,
        "job_names": _job_names,
        "job_tone": _job_tone,
        "hash": _hash,
        "headline": words.headline,
        "rate_sentences": words.rate_sentences,
        "live_sentence": words.live_sentence,
        "answer_words": words.answer_words,
        "rerun_sentence": words.RERUN.__getitem__,
        "duration": words.duration,
        "moment": words.moment,
        "date": words.date,
        "log_note": words.log_note,
        "place_url": words.place_url,
        "short_name": words.short_name,
    }
    return environment


def _said(text: str) -> Markup:
    """One of our sentences: code spans become `<code>`, all else is text."""
    parts, at = [], 0
    for span in _CODE_SPAN.finditer(text):
        parts += [escape(text[at : span.start()]), Markup("<code>{}</code>").format(span.group(1))]
        at = span.end()
    return Markup("").join([*parts, escape(text[at:])])


def _parts(tally: Tally) -> list[Part]:
    found: list[Part] = []
    start = 0
    for name, tone, count in (
        ("shipped", "ok", tally.shipped),
        ("not shipped", "bad", tally.not_shipped),
        ("open", "wait", tally.open),
        ("not attempted", "off", tally.not_attempted),
    ):
        if count:
            found.append(Part(name, tone, start, count))
            start += count
    return found


def _titles(platforms: Sequence[str], audit: Audit) -> str:
    titles = {outcome.platform: outcome.title for outcome in audit.platforms}
    return ", ".join(titles.get(platform, platform) for platform in platforms)


def _job_names(keys: Sequence[str]) -> Markup:
    return Markup(", ").join(Markup("<code>{}</code>").format(words.short_name(key)) for key in keys)


def _job_tone(job: JudgedJob) -> str:
    classification = job.judgement.classification
    if classification.failed and job.harmless is None:
        return "bad"
    return "ok" if classification is Classification.SUCCESS or job.harmless else "off"


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
