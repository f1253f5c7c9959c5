"""Writes the JSON Schema of `relaudit.toml`, for editors. `python -m auditor.config.schema docs/schema`"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from auditor.config.settings import Config

NAME = "relaudit.schema.json"


def schema_text() -> str:
    """The JSON Schema (draft 2020-12) of the configuration, indented, with a final line feed."""
    schema = Config.model_json_schema(mode="validation")
    schema["properties"].pop("source", None)
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "relaudit.toml"}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (Path(sys.argv[1]) / NAME).write_text(schema_text(), "utf-8")
