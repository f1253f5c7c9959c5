"""Our SARIF goes whole through an object model that was generated from the official schema: every name in it is official."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.live_command import in_process

pysarif = pytest.importorskip("pysarif")
SAMPLES = Path(__file__).resolve().parents[1] / "sample_runs"


def lost(given: Any, kept: Any, place: str = "") -> list[str]:
    """What of `given` is not in `kept` any more, or is another value; property bags may hold anything."""
    if isinstance(given, dict):
        names = [name for name in given if name not in ("properties", "$schema")]
        gone = [f"{place}/{name}" for name in names if name not in kept]
        return gone + [
            each for name in names if name in kept for each in lost(given[name], kept[name], f"{place}/{name}")
        ]
    if isinstance(given, list):
        if len(given) != len(kept):
            return [place]
        return [each for one, other in zip(given, kept, strict=True) for each in lost(one, other, f"{place}[]")]
    return [] if given == kept else [place]


@pytest.mark.parametrize("sample", ["contextlite-v1.0.35", "double-trigger", "hidden-failure", "all-green"])
def test_nothing_of_our_sarif_is_unknown_to_the_official_model(sample: str, tmp_path: Path) -> None:
    file = tmp_path / "out.sarif"
    in_process(["check", "--from", str(SAMPLES / sample), "-o", str(file)], {})
    given = json.loads(file.read_text("utf-8"))
    assert given["version"] == "2.1.0"
    assert lost(given, pysarif.load_from_dict(given).to_dict()) == []


def test_a_name_that_is_not_official_would_be_noticed(tmp_path: Path) -> None:
    file = tmp_path / "out.sarif"
    in_process(["check", "--from", str(SAMPLES / "double-trigger"), "-o", str(file)], {})
    given = json.loads(file.read_text("utf-8"))
    given["runs"][0]["results"][0]["mesage"] = {"text": "x"}
    assert lost(given, pysarif.load_from_dict(given).to_dict()) == ["/runs[]/results[]/mesage"]
