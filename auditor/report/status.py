"""The status documents: what works, what does not, what a person has to do; by templates in `report_templates/`."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.history.entry import Entry, entry_of
from auditor.history.folder import without
from auditor.history.reliability import Tier
from auditor.model.audit import Audit
from auditor.model.release_map import ReleaseMap
from auditor.report.document_kinds import Document
from auditor.report.markdown import rendered
from auditor.report.platform_status import Group, platform_statuses
from auditor.rulebook.book import Rulebook

TITLES = {
    Document.STATUS: "Deployment status",
    Document.FINDINGS: "Deployment audit findings",
    Document.ARCHITECTURE: "Deployment architecture",
    Document.STRATEGY: "Deployment strategy",
}


def status_document(
    kind: Document,
    audit: Audit,
    book: Rulebook,
    *,
    history: Sequence[Entry] = (),
    release_map: ReleaseMap | None = None,
) -> str:
    """Render the region of a status document. The same facts give the same text: nothing in it is the time of today."""
    audit = audit.model_copy(update={"collected_at": None})
    if kind is Document.FINDINGS:
        return rendered("audit_findings.md.j2", audit=audit, in_document=True)
    past = (*without(history, audit.tag), entry_of(audit))
    platforms = platform_statuses(audit, book, past)
    return rendered(
        f"status_{kind.value}.md.j2",
        audit=audit,
        platforms=platforms,
        groups=[(group, [p for p in platforms if p.group is group]) for group in Group],
        tiers=[(tier, [p for p in platforms if p.past is not None and p.past.tier is tier]) for tier in Tier],
        releases=len(past),
        release_map=release_map,
    )
