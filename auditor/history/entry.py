"""One earlier audit, reduced to what later ones ask of it."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from auditor.model.audit import Audit
from auditor.model.base import Fact
from auditor.model.vocabulary import Classification, Verdict


class SeenFailure(Fact):
    """A failure with the signature by which the same one is known again."""

    signature: str
    job: str
    platforms: tuple[str, ...] = ()
    classification: Classification
    url: str | None = None


class Entry(Fact):
    """What one audit said of one tag. `at` is when its runs started, so that the same facts give the same entry."""

    format: int = 1
    repository: str
    tag: str
    commit: str | None = None
    at: datetime | None = None
    verdicts: dict[str, Verdict] = Field(default_factory=dict)
    titles: dict[str, str] = Field(default_factory=dict)
    seconds: dict[str, float] = Field(default_factory=dict)
    failures: tuple[SeenFailure, ...] = ()
    shipped: int = 0
    attempted: int = 0
    platforms: int = 0


def entry_of(audit: Audit) -> Entry:
    """Reduce an audit to its entry."""
    failures = [
        SeenFailure(
            signature=job.judgement.signature,
            job=job.name,
            platforms=job.judgement.platforms,
            classification=job.judgement.classification,
            url=job.url,
        )
        for job in audit.jobs
        if job.judgement.signature is not None and job.judgement.classification.failed and job.harmless is None
    ]
    starts = [run.started_at for run in audit.runs if run.started_at is not None]
    return Entry(
        repository=audit.repository,
        tag=audit.tag,
        commit=audit.commit,
        at=min(starts, default=None),
        verdicts={p.platform: p.verdict for p in audit.platforms},
        titles={p.platform: p.title for p in audit.platforms},
        seconds={p.platform: p.seconds for p in audit.platforms if p.seconds is not None},
        failures=tuple(failures[:200]),
        shipped=audit.tally.shipped,
        attempted=audit.tally.attempted,
        platforms=audit.tally.platforms,
    )
