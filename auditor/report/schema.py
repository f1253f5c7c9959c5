"""Writes the JSON Schemas of what relaudit prints as JSON. `python -m auditor.report.schema docs/schema`"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from auditor.model.audit import Audit
from auditor.model.base import Statement
from auditor.model.check_report import CheckReport
from auditor.model.downloads import DownloadStats
from auditor.model.explanation import Explanation
from auditor.model.release_map import ReleaseMap
from auditor.registries.verification import Verification

SCHEMAS: dict[str, type[Statement]] = {
    "audit.schema.json": Audit,
    "check.schema.json": CheckReport,
    "downloads.schema.json": DownloadStats,
    "explanation.schema.json": Explanation,
    "release-map.schema.json": ReleaseMap,
    "verification.schema.json": Verification,
}


def schema_text(name: str) -> str:
    """The JSON Schema (draft 2020-12) of one kind of output, indented, with a final line feed."""
    schema = SCHEMAS[name].model_json_schema(mode="serialization")
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> None:
    """Write all schemas into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SCHEMAS:
        (folder / name).write_text(schema_text(name), "utf-8")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
