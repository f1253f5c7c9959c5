"""Earlier audits are kept per tag, read back, and summed up into tiers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.history.entry import Entry, entry_of
from auditor.history.folder import file_name, read_entries, write_entry
from auditor.history.problems import HistoryError
from auditor.history.reliability import Tier, reliability, seen_before
from auditor.model.vocabulary import Verdict
from tests.test_verdicts import with_answers


def entry(number: int, **verdicts: str) -> Entry:
    return Entry(
        repository="o/r",
        tag=f"v1.{number}.0",
        at=datetime(2026, 1, number, tzinfo=UTC),
        verdicts={p.replace("_", "-"): Verdict(v) for p, v in verdicts.items()},
        titles={p.replace("_", "-"): p.title() for p in verdicts},
    )


def test_an_audit_comes_back_as_it_went_in(tmp_path: Path) -> None:
    kept = entry_of(with_answers())
    write_entry(tmp_path, kept)
    assert read_entries(tmp_path) == (kept,)
    assert kept.verdicts["aur"] is Verdict.NOT_SHIPPED
    assert kept.failures


def test_writing_the_same_again_changes_no_byte(tmp_path: Path) -> None:
    file = write_entry(tmp_path, entry_of(with_answers()))
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    write_entry(tmp_path, entry_of(with_answers()))
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def test_entries_come_oldest_first_and_only_of_the_repository(tmp_path: Path) -> None:
    for number in (3, 1, 2):
        write_entry(tmp_path, entry(number, npm="shipped"))
    write_entry(tmp_path, entry(4, npm="shipped").model_copy(update={"repository": "o/other"}))
    assert [e.tag for e in read_entries(tmp_path, "O/R")] == ["v1.1.0", "v1.2.0", "v1.3.0"]


def test_a_folder_that_is_not_there_is_an_empty_history(tmp_path: Path) -> None:
    assert read_entries(tmp_path / "nowhere") == ()


def test_a_file_that_is_no_entry_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(HistoryError, match=r"x\.json"):
        read_entries(tmp_path)


@given(st.text(max_size=300), st.text(max_size=300))
def test_every_tag_has_a_file_name_of_its_own_that_stays_in_the_folder(one: str, other: str) -> None:
    name = file_name(one)
    assert "/" not in name
    assert "\\" not in name
    assert not name.startswith(".")
    assert len(name) < 120
    if one != other:
        assert name.lower() != file_name(other).lower()


def test_tiers_follow_from_the_past() -> None:
    past = [
        entry(1, npm="shipped", crates="not-shipped", aur="shipped", nix="not-attempted", snap="shipped"),
        entry(2, npm="shipped", crates="not-shipped", aur="not-shipped", nix="not-attempted", snap="shipped"),
        entry(3, npm="already-shipped", crates="phantom-skip", aur="shipped", nix="not-attempted", snap="not-shipped"),
        entry(4, npm="shipped", crates="held", aur="shipped", nix="not-attempted", snap="green-not-shipped"),
    ]
    found = {r.platform: r for r in reliability(past)}
    assert {name: r.tier for name, r in found.items()} == {
        "npm": Tier.WORKING,
        "crates": Tier.BROKEN,
        "aur": Tier.PARTIAL,
        "nix": Tier.OFF,
        "snap": Tier.PARTIAL,
    }
    assert (found["crates"].attempted, found["crates"].shipped, found["crates"].failing_since) == (3, 0, "v1.1.0")
    assert (found["snap"].failing_since, found["snap"].last_shipped, found["snap"].failing_for) == (
        "v1.3.0",
        "v1.2.0",
        2,
    )
    assert found["npm"].rate == 1


def test_the_same_failure_is_known_again() -> None:
    kept = entry_of(with_answers())
    signature = kept.failures[0].signature
    (tag, failure), *_ = seen_before([kept], signature)
    assert (tag, failure.job) == ("v1.0.35", kept.failures[0].job)
    assert seen_before([kept], "another") == ()
