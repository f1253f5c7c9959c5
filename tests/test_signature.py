import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.diagnose.signature import signature


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cannot publish over version 1.0.0", "cannot publish over version 2.13.4-rc.1"),
        ("curl: (22) https://a.example/x/1 404", "curl: (22) https://b.example/y 404"),
        (
            "/home/runner/work/tool/tool/src/main.go:12:3: undefined: x",
            "/home/runner/work/other/other/src/main.go:99:1: undefined: x",
        ),
        ("digest sha256:9f86d081884c7d65 refused", "digest sha256:0000aaaa1111bbbb refused"),
        ("attempt  3 failed", "attempt 12 failed"),
    ],
)
def test_what_changes_from_run_to_run_is_masked(one: str, other: str) -> None:
    assert signature(one) == signature(other)


def test_different_failures_stay_different() -> None:
    assert signature("undefined: parse") != signature("undefined: render")
    assert signature("npm error 401 Unauthorized") != signature("npm warn deprecated")


@given(st.text(max_size=600))
def test_a_signature_is_short_and_its_own_signature(text: str) -> None:
    found = signature(text)
    assert len(found) <= 2000
    assert "\n" not in found
    assert signature(found) == found
