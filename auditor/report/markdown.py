"""The audit as a Markdown document, by a template in `report_templates/`."""

from __future__ import annotations

import re

from jinja2 import Environment, FunctionLoader, StrictUndefined

from auditor.model.audit import Audit
from auditor.model.evidence import Evidence
from auditor.report import neutral, tasks, words
from auditor.report.architecture import architecture, job_id
from auditor.report.mermaid import hub_graph
from auditor.report.template_files import template_text

_STEP_SIGNS = {"success": "✅ success", "failure": "❌ failure", "skipped": "⚪ skipped", "cancelled": "⏹️ cancelled"}


def markdown(audit: Audit, template: str = "audit_findings.md.j2") -> str:
    """Render the audit as GitHub-flavoured Markdown; ends with one line feed."""
    return rendered(template, audit=audit, in_document=False)


def rendered(template: str, **values: object) -> str:
    """Render one of the Markdown templates with whatever it asks for; ends with one line feed."""
    text = _environment().get_template(template).render(**values)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _environment() -> Environment:
    environment = Environment(  # noqa: S701 - the output is Markdown; foreign text goes through `neutral`
        loader=FunctionLoader(template_text), undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.filters |= {
        "code": neutral.code,
        "code_cell": neutral.code_cell,
        "prose": neutral.prose,
        "prose_cell": neutral.prose_cell,
        "fence": neutral.fence,
        "link": neutral.link,
        "link_cell": neutral.link_cell,
        "duration": words.duration,
        "moment": words.moment,
        "date": words.date,
        "percent": words.percent,
        "plural": words.plural,
        "headline": words.headline,
        "rate_sentences": words.rate_sentences,
        "state": words.state,
        "live_sentence": words.live_sentence,
        "answer_words": words.answer_words,
        "log_note": words.log_note,
        "short_name": words.short_name,
        "first_sentence": words.first_sentence,
        "sentence": words.sentence,
        "title_of": _title_of,
        "hub_graph": hub_graph,
        "excerpt_text": _excerpt_text,
        "excerpt_language": _excerpt_language,
        "rerun_sentence": words.RERUN.__getitem__,
        "step_sign": _step_sign,
        "place_url": words.place_url,
        "architecture": architecture,
        "job_id": job_id,
        "tier_name": tasks.TIERS.__getitem__,
        "checklist": tasks.checklist,
        "action_task": tasks.action_task,
        "structure_tasks": tasks.structure_tasks,
    }
    return environment


def _title_of(platform: str, audit: Audit) -> str:
    titles = {outcome.platform: outcome.title for outcome in audit.platforms}
    return neutral.prose(titles.get(platform, platform))


def _excerpt_text(evidence: Evidence) -> str:
    if not evidence.excerpt:
        return evidence.text
    width = len(str(evidence.excerpt[-1].number))
    return "\n".join(
        f"{'>' if line.is_cause else ' '} {line.number:>{width}}  {line.text}" for line in evidence.excerpt
    )


def _excerpt_language(evidence: Evidence) -> str:
    return "yaml" if evidence.source == "workflow" and not evidence.excerpt else "text"


def _step_sign(conclusion: str | None) -> str:
    return _STEP_SIGNS.get(conclusion or "", neutral.code_cell(conclusion or "not finished"))
