"""No check fails on what strangers may write, and the data of the checks is well formed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.checks.knowledge import data, knowledge
from auditor.checks.registry import all_checks
from auditor.rulebook.book import Rulebook
from tests.checks_fixing import found

HEAD = "on:\n  push:\n    tags: ['v*']\njobs:\n"
JOB = "  a:\n    runs-on: ubuntu-24.04\n    steps:\n"

STRANGE = {
    "nothing but a name": "name: a\n",
    "jobs without bodies": f"{HEAD}  a:\n  b: {{}}\n  c: []\n  d: text\n",
    "steps of other kinds": (
        f"{HEAD}{JOB}      - text\n      - 1\n      - []\n      - run:\n      - uses:\n      - run: [a]\n"
    ),
    "a cycle of needs": f"{HEAD}  a:\n    needs: b\n    steps:\n      - run: npm publish\n"
    "  b:\n    needs: a\n    if: false\n",
    "needs of nobody": f"{HEAD}  a:\n    needs: [x, a]\n    if: always()\n    steps:\n      - run: npm publish\n",
    "conditions that cannot be read": (
        f"{HEAD}  a:\n    if: ${{{{ ( }}}}\n    steps:\n" + '      - if: "\'"\n        run: npm publish\n'
    ),
    "one line": "{on: push, jobs: {a: {runs-on: x, steps: [{run: npm publish || true}, {uses: 'a/b@v1'}]}}}\n",
    "anchors": (
        f"{HEAD}  a: &a\n    runs-on: ubuntu-24.04\n    steps: &s\n      - run: npm publish\n"
        "  b: *a\n  c:\n    steps: *s\n"
    ),
    "carriage returns": (HEAD + JOB + "      - run: |\n          npm publish | tee log\n").replace("\n", "\r\n"),
    "open quotations": f"{HEAD}{JOB}      - run: |\n          grep -q \"$V' <<EOF\n          npm publish \\\n",
    "expressions everywhere": (
        f"{HEAD}  ${{{{ x }}}}:\n    runs-on: ${{{{ fromJSON(x) }}}}\n    strategy:\n      matrix: ${{{{ x }}}}\n"
    ),
    "a matrix of strange values": (
        f"{HEAD}  a:\n    strategy:\n      matrix:\n        os: [1, null, {{a: b}}, [c]]\n    runs-on: ${{{{ matrix.os }}}}\n"
        "    steps:\n      - uses: actions/upload-artifact@v4\n        with:\n          name: ${{ matrix.os }}\n"
    ),
    "triggers of all kinds": "on: [push, release, workflow_call, made_up]\njobs:\n"
    + JOB
    + "      - run: npm publish\n",
    "a trigger without a body": "on:\n  push:\n  workflow_dispatch:\n    inputs:\n      version:\njobs:\n"
    + JOB
    + "      - run: x\n",
}


WORDS = [
    *("npm publish", "| tee log", "|| true", "sed -i", "s/version/", "$(", '"', "'", ";", "if", "fi", "<<EOF", "\\\\"),
    *("${{ github.ref_name }}", "${GITHUB_REF_NAME#v}", "curl -f", "grep -q", ">> $GITHUB_OUTPUT", "echo", "x=true"),
    *("gh release create", "/releases/download/", "git push", "docker push a/b:latest"),
]


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
def test_no_check_fails_on_a_strange_file(text: str, shipped_book: Rulebook) -> None:
    for check in all_checks():
        found(check, shipped_book, {"strange.yml": text})


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.sampled_from(WORDS),
        max_size=14,
    )
)
def test_no_check_fails_on_scripts_of_any_words(shipped_book: Rulebook, words: list[str]) -> None:
    script = " ".join(words) or "true"
    steps = (
        f"      - id: x\n        run: |\n          {script}\n      - if: steps.x.outputs.x\n        run: npm publish\n"
    )
    text = f"{HEAD}{JOB}{steps}"
    for check in all_checks():
        found(check, shipped_book, {"strange.yml": text})


def test_every_expression_in_the_data_compiles() -> None:
    entries: list[Any] = [*data("permissions")["commands"], *data("deprecated")["commands"], *knowledge().flags]
    patterns = [each.command if hasattr(each, "command") else each["match"] for each in entries]
    patterns += [*knowledge().questions.values(), knowledge().idempotent_pattern.pattern]
    patterns += [pattern for entry in data("permissions")["actions"] for pattern in entry.get("when", {}).values()]
    patterns += [data("other_repository")["elsewhere"], data("other_repository")["writes"]]
    for pattern in patterns:
        re.compile(pattern)


def test_the_data_names_only_platforms_that_have_rules(shipped_book: Rulebook) -> None:
    named = {
        *knowledge().one_file_per_version,
        *knowledge().container_platforms,
        *knowledge().takes_it_again,
        *knowledge().manifest_version,
        *knowledge().questions,
        *knowledge().same_question,
        *data("permissions")["platforms"],
    }
    assert named <= shipped_book.platforms.keys()


def test_everything_that_is_deprecated_says_why_and_what_to_use() -> None:
    for entry in data("deprecated")["actions"]:
        assert entry["why"]
        assert entry["page"].startswith("https://")
        assert entry.get("archived") or entry["below"] > 0
        assert entry.get("instead") or entry.get("use")
    assert all(entry["use"] and entry["why"] for entry in data("deprecated")["runners"].values())
