"""How many things a script publishes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.diagnose.several import MANY, things


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        ("for p in core macros cli; do\n  (cd crates/$p && cargo publish) || echo no\ndone", 3),
        ("for p in dist/*; do gem push $p; done", MANY),
        ("for p in $(ls dist); do gem push dist/${p}; done", MANY),
        ("while read -r p; do npm publish $p; done < list", MANY),
        ("ls *.tgz | xargs -n1 npm publish", MANY),
        ("find . -name '*.tgz' -exec npm publish {} \\;", MANY),
        ("foreach ($p in Get-ChildItem *.nupkg) { dotnet nuget push $p }", MANY),
        ("docker push acme/a:1 & docker push acme/a:latest & wait", 2),
        ("gem push a-1.gem\ngem push b-1.gem\ngem push c-1.gem", 3),
    ],
)
def test_a_loop_over_things_and_a_row_of_commands_publish_several(script: str, wanted: int) -> None:
    assert things(script) == wanted


@pytest.mark.parametrize(
    "script",
    [
        "npm publish",
        "for i in 1 2 3; do npm publish && break; done",
        "for i in $(seq 5); do npm publish; done",
        "for mirror in a b; do npm publish --registry $mirror && break; done",
        "for p in a b; do npm publish ./$p || npm publish ./$p; done",
        "for p in a b; do echo $p; done\nnpm publish",
        "until npm publish; do sleep 5; done",
        "npm publish || npm publish --tag next",
        "if npm publish; then\n  echo yes\nelse\n  npm publish --tag next\nfi",
        "gh release create v1\ngh release upload v1 a.tgz",
        "npm ci\nnpm publish",
        "",
    ],
)
def test_what_tries_one_thing_more_than_once_publishes_one(script: str) -> None:
    assert things(script) == 1


@given(st.text(max_size=300))
def test_any_script_publishes_at_least_one_thing(script: str) -> None:
    assert things(script) >= 1
