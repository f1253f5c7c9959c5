"""The text of an issue or a comment: the audit within GitHub's limit of 65,536 characters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from auditor.deliver.changes import Change
from auditor.model.audit import Audit
from auditor.report.markdown import rendered

LIMIT = 65_536
"""Characters a body may have. GitHub says so when it refuses a longer one: `body is too long (maximum is 65536 characters)`."""
_CUTS = (
    (4, ""),
    (3, "the action plan"),
    (2, "the action plan, the registries' answers, the notes"),
    (1, "the action plan, the registries' answers, the notes, the lines around the evidence, the snippets"),
    (0, "everything but the states and the titles of the root causes"),
)
_SAFE_ARGUMENT = re.compile(r"[\w./@+-]{1,100}", re.ASCII)


def body(audit: Audit, changed: Sequence[Change] = (), *, heading: bool = False, limit: int = LIMIT) -> str:
    """Render the audit for an issue or a comment in at most `limit` characters.

    The least important parts go first, and the text says which. `heading` puts a title above, for comments.
    """
    text = ""
    for detail, cut in _CUTS:
        text = _rendered(audit, changed, heading, detail, cut, rows=300, causes=100)
        if len(text) <= limit:
            return text
    for rows in (100, 30, 10, 0):
        text = _rendered(audit, changed[:rows], heading, 0, _CUTS[-1][1], rows=rows, causes=rows // 3)
        if len(text) <= limit:
            break
    return text[:limit]


def _rendered(
    audit: Audit, changed: Sequence[Change], heading: bool, detail: int, cut: str, *, rows: int, causes: int
) -> str:
    return rendered(
        "issue_body.md.j2",
        audit=audit,
        changed=changed,
        heading=heading,
        detail=detail,
        cut=cut,
        rows=rows,
        causes=causes,
        tag_argument=audit.tag if _SAFE_ARGUMENT.fullmatch(audit.tag) else "TAG",
    )
