import base64
import random

import pytest

from auditor.logs.quote import excerpt, lines_between
from auditor.logs.redact import MASK
from auditor.logs.source import TextLog

ENCODED = base64.b64encode(random.Random(7).randbytes(190)).decode()  # noqa: S311
BODY = [ENCODED[at : at + 70] for at in range(0, len(ENCODED), 70)]
KEY = ["-----BEGIN OPENSSH PRIVATE KEY-----", *BODY, "-----END OPENSSH PRIVATE KEY-----"]


def log(lines: list[str]) -> TextLog:
    return TextLog("job.log", "".join(f"2026-03-01T12:00:00.0000000Z {line}\n" for line in lines).encode())


def texts(lines: list[str], first: int = 1, last: int | None = None) -> list[str]:
    return [line.text for line in lines_between(log(lines), first, last or len(lines))]


def test_the_body_of_a_private_key_is_masked_and_the_lines_around_it_are_not() -> None:
    lines = ["before", *KEY, "Permission denied (publickey)."]
    assert texts(lines) == ["before", KEY[0], *[MASK] * len(BODY), KEY[-1], lines[-1]]


@pytest.mark.parametrize("first", range(2, 7))
def test_a_window_that_starts_inside_a_key_shows_none_of_it(first: int) -> None:
    lines = ["before", KEY[0], *BODY, "AQ==", KEY[-1], "fatal: bad key"]
    shown = texts(lines, first)
    assert shown[-1] == "fatal: bad key"
    assert not any(piece in text for text in shown for piece in [*BODY, "AQ=="])


def test_a_key_that_began_in_an_earlier_block_of_the_log_is_still_a_key() -> None:
    short = [f"aB{number:04d}xY" for number in range(30)]
    lines = [KEY[0], *short, "x" * (3 << 19), "y" * (3 << 19), short[0]]
    assert texts(lines, len(lines)) == [MASK]


def test_a_key_without_its_begin_line_is_known_by_its_form() -> None:
    assert texts(["x", BODY[0], BODY[1]], 2) == [MASK, MASK]


def test_an_encrypted_keys_headers_and_stray_lines_do_not_end_it() -> None:
    lines = [
        "-----BEGIN RSA PRIVATE KEY-----",
        "DEK-Info: AES-128-CBC,0A1B",
        "",
        "Agent pid 12",
        "  c2hvcnQ=",
        "done now",
    ]
    assert texts(lines) == [*lines[:4], MASK, "done now"]


def test_a_message_that_quotes_a_begin_line_does_not_blank_the_rest() -> None:
    lines = [f"error: expected {KEY[0]}", "at line 1", "at line 2", "at line 3", "at line 4", "Failed"]
    assert texts(lines) == lines


def test_a_key_without_end_is_over_after_400_lines() -> None:
    lines = [KEY[0], *["AAAA"] * 400, "Word", "Word"]
    assert texts(lines, 401) == [MASK, "Word", "Word"]


def test_a_key_on_one_line_leaves_the_next_lines_alone() -> None:
    lines = [f"{KEY[0]}\\n{BODY[0]}\\n{KEY[-1]}", "Failed"]
    assert texts(lines)[1] == "Failed"


def test_digests_on_lines_of_their_own_stay() -> None:
    lines = ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "sha512-" + BODY[0]]
    assert texts(lines) == lines


def test_an_excerpt_around_a_cause_inside_a_key_is_masked() -> None:
    lines = ["one", *KEY, "error in libcrypto"]
    quoted = excerpt(log(lines), len(lines), 1, len(lines), before=3)
    assert [line.text for line in quoted] == [MASK, MASK, KEY[-1], "error in libcrypto"]
    assert quoted[-1].is_cause
