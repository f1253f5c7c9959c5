"""Whether a failing command ends its step, read from the script and its shell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.diagnose.heeding import Heeds, heeds, heeds_inside, tidies_up_last, tries
from auditor.diagnose.overcome import heed_of
from auditor.rulebook.reading import Section

BASH = "/usr/bin/bash -e {0}"
PIPEFAIL = "/usr/bin/bash --noprofile --norc -e -o pipefail {0}"
PWSH = "/usr/bin/pwsh -command \". '{0}'\""


@pytest.mark.parametrize(
    ("script", "shell", "wanted"),
    [
        ("npm publish", BASH, Heeds.YES),
        ("cd dist\nnpm publish", BASH, Heeds.YES),
        ("cargo publish || exit 1", BASH, Heeds.YES),
        ("if npm publish; then exit 0; fi\nexit 1", BASH, Heeds.LOOKS),
        ("npm publish && echo yes || { echo no; exit 1; }", BASH, Heeds.LOOKS),
        ('cargo publish || { echo "no"; exit 2; }', BASH, Heeds.YES),
        ("mvn -B deploy", BASH, Heeds.YES),
        ("npm publish > log 2>&1", BASH, Heeds.YES),
        ("curl -sSf -T a.deb https://packages.example/", BASH, Heeds.YES),
        ("curl --fail -T a.deb https://packages.example/", BASH, Heeds.YES),
        ("npm publish | tee log", PIPEFAIL, Heeds.YES),
        ("set -o pipefail\nnpm publish | tee log", BASH, Heeds.YES),
        ("npm publish | tee log", BASH, Heeds.NO),
        ("npm publish || true", BASH, Heeds.NO),
        ('npm publish || echo "exit $?"', BASH, Heeds.NO),
        ("npm publish || echo '::warning::no'", BASH, Heeds.NO),
        ("set +e\nnpm publish", BASH, Heeds.NO),
        ("npm publish &\nwait", BASH, Heeds.NO),
        ("npm publish; true", BASH, Heeds.NO),
        ('npm publish || warn "no"', BASH, Heeds.NO),
        ("git push || git push --force", BASH, Heeds.LOOKS),
        ("curl -fsS https://a.example || curl -fsS https://b.example", BASH, Heeds.LOOKS),
        ("npm publish\nexit 0", BASH, Heeds.NO),
        ("find . -name '*.tgz' -exec npm publish {} \\;", BASH, Heeds.NO),
        ('echo "state=$(npm publish)"', BASH, Heeds.NO),
        ("if npm publish; then echo yes; fi", BASH, Heeds.NO),
        ("curl -s -T a.deb https://packages.example/", BASH, Heeds.NO),
        ("npm publish", "/usr/bin/bash {0}", Heeds.NO),
        ("npm publish\nWrite-Host done", PWSH, Heeds.NO),
        ("try {\n  npm publish\n} catch { }", PWSH, Heeds.NO),
        ("npm publish", PWSH, Heeds.YES),
        ("npm publish a & npm publish b & wait", BASH, Heeds.NO),
        ("npm publish || npm publish --tag next || true", BASH, Heeds.NO),
        ("npm publish || npm publish --tag next || exit 1", BASH, Heeds.YES),
        ("cd dist && npm publish", BASH, Heeds.YES),
        ("for p in a b; do (cd $p && npm publish); done", BASH, Heeds.YES),
        ("npm publish && echo published", BASH, Heeds.YES),
        ("npm publish && echo published\necho done", BASH, Heeds.NO),
        ("for p in a b; do\n  npm publish $p && echo $p\ndone", BASH, Heeds.NO),
        ("docker push a:1\ndocker rmi a:0 || true", BASH, Heeds.YES),
        ("gh release delete v1 -y || true\ngh release create v1", BASH, Heeds.YES),
        ("npm view x version 2>&1 || true\nnpm publish", BASH, Heeds.YES),
        ("git push origin --delete v1 || true\ngit push origin v1", BASH, Heeds.YES),
        ("docker push test || true", BASH, Heeds.NO),
        ("curl -sS \\\n  --fail -T a.deb https://packages.example/", BASH, Heeds.YES),
        ("http PUT https://packages.example/a.deb @a.deb", BASH, Heeds.NO),
        ("http --check-status PUT https://packages.example/a.deb @a.deb", BASH, Heeds.YES),
        ("ansible-playbook publish.yml", BASH, Heeds.NO),
        ("python3 - <<E\ntry:\n  push()\nexcept OSError as e:\n  print(e)\nE", BASH, Heeds.NO),
        ("python3 - <<E\ntry:\n  push()\nexcept OSError:\n  raise\nE", BASH, Heeds.LOOKS),
        ("./scripts/release.sh", BASH, Heeds.UNSEEN),
        ("bash scripts/release.sh v1", BASH, Heeds.UNSEEN),
        ("python tools/ship.py", BASH, Heeds.UNSEEN),
        ("make release", BASH, Heeds.UNSEEN),
        ("npm run release", BASH, Heeds.UNSEEN),
        ("", "", Heeds.UNSEEN),
    ],
)
def test_what_becomes_of_a_failing_command(script: str, shell: str, wanted: Heeds) -> None:
    assert heeds(script, shell) is wanted


def test_an_action_does_not_show_what_it_does_with_failures() -> None:
    assert heed_of(Section("run", 1, uses="acme/publish@v1", script="npm publish", shell=BASH)) is Heeds.UNSEEN


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_is_answered(script: str, shell: str) -> None:
    assert heeds(script, shell) in Heeds


@pytest.mark.parametrize(
    ("script", "most"),
    [
        ("for i in 1 2 3; do npm publish && break; sleep 5; done", 3),
        ("for try in {1..5}; do\n  if npm publish; then exit 0; fi\ndone", 5),
        ("for n in $(seq 4); do npm publish && break; done", 4),
        ("for n in $(seq 1 4); do npm publish && break; done", 4),
        ("for package in a b; do npm publish; done", None),
        ("for i in 1 2 3; do npm publish; done", None),
        ("curl --retry 3 --retry-all-errors -fsS -T a.deb https://packages.example/", 4),
        ("curl --retry 3 -fsS -T a.deb https://packages.example/", None),
        ("npm publish", None),
    ],
)
def test_a_loop_that_ends_with_the_first_success_tries_so_often(script: str, most: int | None) -> None:
    assert tries(script) == most


@pytest.mark.parametrize(
    ("script", "swallows", "again", "wanted"),
    [
        ("npm publish", False, True, Heeds.YES),
        ("./publish.sh", False, True, Heeds.YES),
        ("npm publish", True, True, Heeds.NO),
        ("npm publish || true", False, True, Heeds.NO),
        ("npm publish", False, False, Heeds.UNSEEN),
        ("try { await publish() } catch (e) { core.warning(e) }", False, False, Heeds.NO),
        ("await publish().catch(e => core.warning(e))", False, False, Heeds.NO),
        ("try { await publish() } catch (e) { core.setFailed(e) }", False, False, Heeds.LOOKS),
    ],
)
def test_what_becomes_of_a_failure_in_a_script_that_an_action_runs(
    script: str, swallows: bool, again: bool, wanted: Heeds
) -> None:
    assert heeds_inside(script, swallows, again) is wanted


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        ("npm publish\ndocker rmi a:0 || true", True),
        ("npm publish\ndocker rmi a:0 2>&1 || echo 'was gone'\necho done", True),
        ("docker rmi a:0 || true\nnpm publish", False),
        ("npm publish || true", False),
        ("docker rmi a:0", False),
        ("", False),
    ],
)
def test_a_script_may_end_with_tidying_up_that_may_fail(script: str, wanted: bool) -> None:
    assert tidies_up_last(script) is wanted
