import pytest

from auditor.rulebook.rarity import are_common, share_of_lines


@pytest.mark.parametrize("text", [" ", "error", "\n> ", "version", "api.github.com"])
def test_what_is_in_many_lines_is_common(text: str) -> None:
    assert are_common([text])


@pytest.mark.parametrize("text", ["zqxjk", "cannot publish over", "invalid-publisher"])
def test_what_is_in_hardly_any_line_is_rare(text: str) -> None:
    assert not are_common([text])
    assert share_of_lines(text) < 0.002


def test_one_digit_is_rarer_than_any_digit() -> None:
    assert share_of_lines(" v7") < share_of_lines(" v0") * 1.01
    assert are_common(f" v{digit}" for digit in range(10))


def test_a_longer_unknown_text_is_rarer() -> None:
    assert share_of_lines("zqxjkzqxjk") < share_of_lines("zqxjk")
