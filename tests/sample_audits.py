"""The audits of the sample releases, each made once: with the registries' answers that a sample holds, if it holds any."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from auditor.api.verification import Verifier, registry_settings, stored_answers
from auditor.collect.bundle import read_bundle
from auditor.collect.folder import open_files
from auditor.config import Config
from auditor.diagnose.release import audit
from auditor.model.audit import Audit, JudgedJob
from tests.shipped import shipped

SAMPLES = Path(__file__).resolve().parents[1] / "sample_runs"


@cache
def audit_of(name: str) -> Audit:
    """The audit of a sample."""
    book = shipped()
    replay = stored_answers(open_files(SAMPLES / name))
    ask = Verifier(registry_settings(Config(), book, environ={}), replay=replay) if replay is not None else None
    return audit(read_bundle(SAMPLES / name), book, ask)


def job(name: str, job_name: str) -> JudgedJob:
    """One of its jobs."""
    return next(job for job in audit_of(name).jobs if job.name == job_name)
