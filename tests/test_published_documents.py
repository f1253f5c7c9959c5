"""What `make docs` writes is what the code says now, and what we print fits it."""

import json
from pathlib import Path

import jsonschema
import pytest

from auditor.collect.bundle import read_bundle
from auditor.diagnose.explain import Explainer
from auditor.diagnose.release import audit
from auditor.report.schema import SCHEMAS, schema_text
from auditor.rulebook.book import Rulebook
from auditor.rulebook.coverage import with_coverage
from tests.logtext import JobLog

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_schema_is_the_models(name: str) -> None:
    assert (ROOT / "docs" / "schema" / name).read_text("utf-8") == schema_text(name), "run `make docs`"


def test_the_coverage_table_is_the_rulebooks(shipped_book: Rulebook) -> None:
    text = (ROOT / "docs" / "rules.md").read_text("utf-8")
    assert with_coverage(text, shipped_book) == text, "run `make docs`"


@pytest.mark.parametrize("name", ["contextlite-v1.0.35", "double-trigger", "in-progress", "rerun-network"])
def test_an_audit_fits_its_schema(name: str, shipped_book: Rulebook) -> None:
    found = audit(read_bundle(ROOT / "sample_runs" / name), shipped_book)
    jsonschema.validate(json.loads(found.model_dump_json()), json.loads(schema_text("audit.schema.json")))


def test_an_explanation_fits_its_schema(shipped_book: Rulebook) -> None:
    log = JobLog().run("Publish", "npm publish", ["npm error code E401"], "failure")
    answer = Explainer(shipped_book).explain(log.source(), "publish.log")
    jsonschema.validate(json.loads(answer.model_dump_json()), json.loads(schema_text("explanation.schema.json")))
