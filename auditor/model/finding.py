"""What `relaudit check` says about a workflow file: the defect, the place, the patch."""

from __future__ import annotations

from auditor.model.base import Statement
from auditor.model.vocabulary import Confidence, Severity


class Place(Statement):
    """A stretch of a file. Lines and columns count from 1; `end_column` is the first column after it.

    Columns count characters of the line as Python sees them. A place without columns is the whole line.
    """

    path: str
    line: int
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    what: str | None = None
    """What is to be seen there, for places that a finding names besides its own."""


class Edit(Statement):
    """Replace the text from (`line`, `column`) up to, not including, (`end_line`, `end_column`) by `text`.

    Positions are those of the file before any edit; an edit with equal ends inserts. `text` uses `\n`; whoever applies
    it writes the line ends that the file has.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class Remedy(Statement):
    """What to do about a finding. `safe` edits change nothing but the defect and need no thought before they go in."""

    summary: str
    edits: tuple[Edit, ...] = ()
    safe: bool = False
    snippet: str | None = None
    """YAML to paste, where no exact edit can be made."""


class Finding(Statement):
    """One defect of a release, found by reading; `message` is one sentence that names the jobs and targets it concerns."""

    check: str
    """Id of the check, `inherited-skip`; its page is `docs/checks/<id>.md`."""
    severity: Severity
    confidence: Confidence
    message: str
    place: Place
    related: tuple[Place, ...] = ()
    job: str | None = None
    """Id of the job in its workflow file."""
    step: int | None = None
    """Number of the step in its job, from 1."""
    platforms: tuple[str, ...] = ()
    remedy: Remedy | None = None
    fingerprint: str = ""
    """Stable under changes elsewhere in the file, for baselines; filled in when findings are collected."""
    tool: str = "relaudit"
    """Whose finding it is: `zizmor` and `actionlint` can be merged in."""
