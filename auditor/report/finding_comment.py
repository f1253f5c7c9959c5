"""One finding as a comment at its line."""

from __future__ import annotations

from auditor.logs.redact import safe_line
from auditor.model.finding import Finding
from auditor.report import neutral
from auditor.report.findings_markdown import SIGNS

_LONGEST_SNIPPET = 60


def finding_comment(finding: Finding) -> str:
    """The finding as GitHub-flavoured Markdown: what, what to do, a snippet. Some 15,000 characters at most."""
    name = finding.check if finding.tool == "relaudit" else f"{finding.tool}/{finding.check}"
    parts = [f"{SIGNS[finding.severity]} **{neutral.prose(safe_line(name, 200))}**: {_told(finding.message)}"]
    for other in finding.related[:5]:
        what = f": {neutral.prose(safe_line(other.what, 300))}" if other.what else ""
        parts.append(f"- {neutral.code(f'{safe_line(other.path, 300)}:{other.line}')}{what}")
    if finding.remedy is not None:
        fixable = " `relaudit check --fix` does it." if finding.remedy.safe and finding.remedy.edits else ""
        parts.append(f"**Remedy:** {_told(finding.remedy.summary)}{fixable}")
        if finding.remedy.snippet:
            lines = finding.remedy.snippet.splitlines()[:_LONGEST_SNIPPET]
            parts.append(neutral.fence("\n".join(safe_line(line, 200) for line in lines), "yaml"))
    return "\n\n".join(parts)


def _told(text: str) -> str:
    return neutral.prose(safe_line(text, 1_000))
