"""Tags: which version they stand for, and which package."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.versions import Scheme, TagParts, tag_parts, version_of_tag


@pytest.mark.parametrize(
    ("tag", "package", "version"),
    [
        ("v1.2.3", "", "1.2.3"),
        ("1.2.3", "", "1.2.3"),
        ("refs/tags/v1.0.0+b.1", "", "1.0.0+b.1"),
        ("vv1.0.47", "", "1.0.47"),
        ("quill-v1.2.3", "quill", "1.2.3"),
        ("quill@1.2.3", "quill", "1.2.3"),
        ("@acme/core@1.2.3-rc.1", "@acme/core", "1.2.3-rc.1"),
        ("sub/dir/v2.0.0", "sub/dir", "2.0.0"),
        ("release-1.2.3", "", "1.2.3"),
        ("release/v1.2", "", "1.2"),
        ("quill-8_5_0", "quill", "8.5.0"),
        ("REL_1_2_3", "", "1.2.3"),
        ("log4q-2.17", "log4q", "2.17"),
        ("h2q-1.4.200", "h2q", "1.4.200"),
        ("python-3.12-v1.2.3", "python-3.12", "1.2.3"),
        ("quill1.2.3", "quill", "1.2.3"),
        ("rust-v0.1.0-alpha.2", "rust", "0.1.0-alpha.2"),
        ("quill-7", "quill", "7"),
        ("2024-01-15", "", "2024-01-15"),
        ("1.2.3.RELEASE", "", "1.2.3.RELEASE"),
    ],
)
def test_a_tag_is_split_into_package_and_version(tag: str, package: str, version: str) -> None:
    assert tag_parts(tag) == TagParts(package, version)


@pytest.mark.parametrize("tag", ["nightly", "latest", "", "@acme/core", "v", "release-", "x" * 5000, "a b-1.0.0"])
def test_a_tag_without_a_version_has_none(tag: str) -> None:
    assert tag_parts(tag) is None
    assert version_of_tag(Scheme.SEMVER, tag) is None


@pytest.mark.parametrize(
    ("scheme", "tag", "version"),
    [
        (Scheme.NPM, "v1.1.17", "1.1.17"),
        (Scheme.PEP440, "quill-v1.0.0-rc1", "1.0.0rc1"),
        (Scheme.GO, "sub/v1.2.3", "v1.2.3"),
        (Scheme.VERBATIM, "quill-v1.0.0", "quill-v1.0.0"),
        (Scheme.NPM, "v1.2", None),
    ],
)
def test_a_tag_gives_each_ecosystem_its_spelling(scheme: Scheme, tag: str, version: str | None) -> None:
    assert version_of_tag(scheme, tag) == version


@settings(deadline=None)
@given(
    package=st.from_regex(r"[a-z]{1,8}(?:-[a-z]{1,5})?", fullmatch=True).filter(lambda p: not p.endswith("v")),
    numbers=st.lists(st.integers(0, 999), min_size=3, max_size=3),
    form=st.sampled_from(["{p}-v{v}", "{p}@{v}", "{p}/v{v}", "{p}/{v}", "{p}-{v}", "{p}@v{v}"]),
)
def test_the_common_forms_of_monorepo_tags_are_understood(package: str, numbers: list[int], form: str) -> None:
    version = ".".join(map(str, numbers))
    found = tag_parts(form.format(p=package, v=version))
    assert found is not None
    assert found.version == version


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_survived(tag: str) -> None:
    found = tag_parts(tag)
    assert found is None or found.version
