"""Versions: spelled as each ecosystem spells them, compared parsed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.versions import Scheme, is_prerelease, newest_first, normalised, same

NUMBERS = st.lists(st.integers(0, 12), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
WORDS = st.sampled_from(["a", "b", "rc", "beta", "alpha", "pre", "dev", "post", "sp", "SNAPSHOT", "final", "p", "x"])
TAILS = st.lists(
    st.tuples(st.sampled_from(["", "-", ".", "_", "+", "~"]), st.one_of(WORDS, st.integers(0, 11).map(str))).map(
        "".join
    ),
    max_size=4,
).map("".join)
LIKELY = st.tuples(st.sampled_from(["", "v", "1:", "V"]), NUMBERS, TAILS).map("".join)
HOSTILE = st.one_of(LIKELY, st.text(max_size=60), st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")))
EVERY_SCHEME = pytest.mark.parametrize("scheme", list(Scheme))


@pytest.mark.parametrize(
    ("scheme", "written", "spelled"),
    [
        (Scheme.SEMVER, "v1.2.3-rc.1+build.5", "1.2.3-rc.1+build.5"),
        (Scheme.NPM, "v1.2.3+build.5", "1.2.3"),
        (Scheme.NPM, "1.2", None),
        (Scheme.PUB, "1.2.3+4", "1.2.3+4"),
        (Scheme.GO, "1.2.3", "v1.2.3"),
        (Scheme.GO, "v2.0.0+incompatible", "v2.0.0+incompatible"),
        (Scheme.GO, "v2.0.0+meta", "v2.0.0"),
        (Scheme.PEP440, "1.0.0-rc1", "1.0.0rc1"),
        (Scheme.PEP440, "v2.0-beta.2", "2.0b2"),
        (Scheme.PEP440, "1.0.post1", "1.0.post1"),
        (Scheme.NUGET, "1.0", "1.0.0"),
        (Scheme.NUGET, "1.0.0.0", "1.0.0"),
        (Scheme.NUGET, "1.02.3.4-Beta+sha", "1.2.3.4-Beta"),
        (Scheme.GEM, "1.0.0-rc1", "1.0.0.pre.rc1"),
        (Scheme.GEM, "v1.0.0.rc.1", "1.0.0.rc.1"),
        (Scheme.OCI, "1.0.0+up.1", "1.0.0_up.1"),
        (Scheme.OCI, "v1.0.0", "v1.0.0"),
        (Scheme.OCI, "-bad", None),
        (Scheme.MAVEN, "1.0-SNAPSHOT", "1.0-SNAPSHOT"),
        (Scheme.PACMAN, "v1.0.0-rc1", "1.0.0_rc1"),
        (Scheme.PACMAN, "1:1.2.3-2", "1:1.2.3-2"),
        (Scheme.DEB, "v1.0.0-rc1", "1.0.0~rc1"),
        (Scheme.DEB, "2:1.0.0-1ubuntu2", "2:1.0.0-1ubuntu2"),
        (Scheme.HOMEBREW, "v1.2.3_1", "1.2.3_1"),
        (Scheme.COMPOSER, "v1.2.3", "1.2.3"),
        (Scheme.LOOSE, "v1.2.3", "1.2.3"),
        (Scheme.VERBATIM, "v1.2.3", "v1.2.3"),
    ],
)
def test_a_version_is_spelled_as_its_registry_spells_it(scheme: Scheme, written: str, spelled: str | None) -> None:
    assert normalised(scheme, written) == spelled


@pytest.mark.parametrize(
    ("scheme", "a", "b"),
    [
        (Scheme.SEMVER, "v1.0.4", "1.0.4+linux"),
        (Scheme.PEP440, "1.0", "1.0.0"),
        (Scheme.PEP440, "1.0.0-RC.1", "1.0rc1"),
        (Scheme.NUGET, "1.0", "1.0.0.0"),
        (Scheme.NUGET, "1.0.0-BETA", "1.0.0-beta"),
        (Scheme.GEM, "1.0.0-rc1", "1.0.0.pre.rc1"),
        (Scheme.GEM, "1.0", "1.0.0"),
        (Scheme.GO, "v2.0.0", "v2.0.0+incompatible"),
        (Scheme.OCI, "1.0.0+up", "1.0.0_up"),
        (Scheme.PACMAN, "1.2.3", "1:1.2.3-2"),
        (Scheme.PACMAN, "1.0.0-rc1", "1.0.0_rc1-1"),
        (Scheme.PACMAN, "1.0.0-rc1", "1.0.0.rc1-1"),
        (Scheme.DEB, "1.2.3", "1.2.3-1"),
        (Scheme.HOMEBREW, "1.2.3", "1.2.3_1"),
        (Scheme.HOMEBREW, "1.2", "1.2,345"),
        (Scheme.COMPOSER, "v1.2.3", "1.2.3.0"),
        (Scheme.LOOSE, "v1.2.3", "1.2.3"),
    ],
)
def test_two_spellings_of_one_version_are_the_same(scheme: Scheme, a: str, b: str) -> None:
    assert same(scheme, a, b)
    assert same(scheme, b, a)


@pytest.mark.parametrize(
    ("scheme", "a", "b"),
    [
        *((scheme, "1.0.4", "1.0.42") for scheme in Scheme),
        *((scheme, "1.0.4", "11.0.4") for scheme in Scheme),
        (Scheme.PUB, "1.0.0+1", "1.0.0+2"),
        (Scheme.MAVEN, "1.0", "1.0.0"),
        (Scheme.OCI, "v1.0.0", "1.0.0"),
        (Scheme.VERBATIM, "v1.0.0", "1.0.0"),
        (Scheme.PACMAN, "1.2.3-1", "1.2.3-2"),
        (Scheme.DEB, "1.2.3-1", "1.2.3-2"),
        (Scheme.HOMEBREW, "1.2.3_1", "1.2.3_2"),
        (Scheme.NPM, "latest", "latest"),
    ],
)
def test_two_versions_are_not_taken_for_one(scheme: Scheme, a: str, b: str) -> None:
    assert not same(scheme, a, b)


@pytest.mark.parametrize(
    ("scheme", "ordered"),
    [
        (Scheme.SEMVER, ("1.10.0", "1.9.0", "1.9.0-rc.10", "1.9.0-rc.9", "1.9.0-alpha")),
        (Scheme.PUB, ("1.0.0+10", "1.0.0+9", "1.0.0", "1.0.0-dev")),
        (Scheme.GO, ("v1.10.0", "v1.2.0", "v1.2.0-pre")),
        (Scheme.PEP440, ("1.0.post1", "1.0", "1.0rc1", "1.0b2", "1.0a1", "1.0.dev0")),
        (Scheme.NUGET, ("1.0.0.1", "1.0.0", "1.0.0-rc.10", "1.0.0-rc.9", "1.0.0-Alpha")),
        (Scheme.GEM, ("1.10", "1.2", "1.2.0.rc2", "1.2.0.rc1", "1.2.0.a")),
        (Scheme.MAVEN, ("1.0.1", "1.0-1", "1.0-sp", "1.0", "1.0-SNAPSHOT", "1.0-rc1", "1.0-m2", "1.0-b1", "1.0-alpha")),
        (Scheme.PACMAN, ("1:0.1-1", "1.0.1-1", "1.0-2", "1.0-1", "1.0rc-1", "1.0beta-1", "1.0a-1")),
        (Scheme.DEB, ("1:0.1", "1.0+dfsg", "1.0a", "1.0-2", "1.0-1", "1.0~rc1", "1.0~~x")),
        (Scheme.HOMEBREW, ("1.10", "1.9_2", "1.9_1", "1.9", "1.9-rc1")),
        (Scheme.COMPOSER, ("1.0.1", "1.0.0-p1", "1.0.0", "1.0.0-RC2", "1.0.0-RC1", "1.0.0-beta", "1.0.0-alpha3")),
        (Scheme.OCI, ("1.10.0", "1.9.0", "1.9.0-rc1")),
        (Scheme.LOOSE, ("2024.10", "2024.9", "2024.9-beta")),
        (Scheme.VERBATIM, ("v1.10", "v1.9")),
    ],
)
def test_versions_are_ordered_by_value_and_never_by_letter(scheme: Scheme, ordered: tuple[str, ...]) -> None:
    assert newest_first(scheme, sorted(ordered)) == ordered


def test_what_is_no_version_comes_last_in_the_order_it_came() -> None:
    assert newest_first(Scheme.SEMVER, ("latest", "1.0.0", "edge", "1.1.0")) == ("1.1.0", "1.0.0", "latest", "edge")


@pytest.mark.parametrize(
    ("scheme", "early", "final"),
    [
        (Scheme.SEMVER, "1.0.0-x", "1.0.0+x"),
        (Scheme.PEP440, "1.0.dev1", "1.0.post1"),
        (Scheme.NUGET, "1.0-beta", "1.0"),
        (Scheme.GEM, "1.0.rc1", "1.0"),
        (Scheme.MAVEN, "1.0-SNAPSHOT", "1.0.Final"),
        (Scheme.PACMAN, "1.0rc1-1", "1.0-1"),
        (Scheme.DEB, "1.0~rc1", "1.0-1"),
        (Scheme.OCI, "1.0-rc1", "1.0-alpine"),
        (Scheme.COMPOSER, "1.0-beta1", "1.0-p1"),
    ],
)
def test_prereleases_are_told_from_releases(scheme: Scheme, early: str, final: str) -> None:
    assert is_prerelease(scheme, early)
    assert not is_prerelease(scheme, final)


@EVERY_SCHEME
@settings(deadline=None)
@given(text=HOSTILE)
def test_normalising_twice_changes_nothing_more(scheme: Scheme, text: str) -> None:
    once = normalised(scheme, text)
    if once is not None:
        assert normalised(scheme, once) == once
        assert same(scheme, text, once)


@EVERY_SCHEME
@settings(deadline=None)
@given(a=LIKELY, b=LIKELY, c=LIKELY)
def test_the_order_is_total(scheme: Scheme, a: str, b: str, c: str) -> None:
    valid = [text for text in (a, b, c) if normalised(scheme, text) is not None]
    first = newest_first(scheme, valid)
    again = newest_first(scheme, reversed(first))
    # Equal versions may change places; nothing else may.
    assert all(x == y or _tied(scheme, x, y) for x, y in zip(first, again, strict=True))
    if len(valid) == 3:
        pairs = [newest_first(scheme, pair)[0] for pair in ((a, b), (b, c), (a, c))]
        if pairs[0] == a and pairs[1] == b and not (_tied(scheme, a, b) or _tied(scheme, b, c)):
            assert newest_first(scheme, (c, a))[0] == a


def _tied(scheme: Scheme, a: str, b: str) -> bool:
    return newest_first(scheme, (a, b)) != newest_first(scheme, (b, a))


@EVERY_SCHEME
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "9" * 10_000,
        "1." * 5_000,
        "1.0-" + "a" * 10_000,
        "١.٢.٣",
        "1.0.0\x1b[31m",
        "1.0\n2.0",
        "1.0 0",
        "\ud800",
    ],
)
def test_hostile_texts_are_no_versions(scheme: Scheme, text: str) -> None:
    assert normalised(scheme, text) is None
    assert not same(scheme, text, text)
    assert newest_first(scheme, [text]) == (text,)


@EVERY_SCHEME
def test_the_longest_numbers_that_are_read_do_not_hurt(scheme: Scheme) -> None:
    text = ".".join(["7" * 80] * 3)
    assert newest_first(scheme, [text, "1.0.0"])[0] in (text, "1.0.0")
