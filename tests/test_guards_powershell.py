"""Whether a check written in PowerShell can say both "it is there" and "it is missing"."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.facts import WorkflowFile
from auditor.workflows.guards import Guarded, find_guards
from auditor.workflows.parse import parse_workflow
from auditor.workflows.scripts.powershell import parse_powershell
from auditor.workflows.scripts.tree import OpaqueScriptError

RUN = 8


def guarded(script: str, runner: str = "windows-latest") -> Guarded:
    body = "\n".join("          " + line if line else "" for line in script.strip("\n").split("\n"))
    text = (
        f"on: push\njobs:\n  publish:\n    runs-on: {runner}\n    steps:\n      - id: check\n        run: |\n{body}\n"
        "      - if: steps.check.outputs.skip != 'true'\n        run: choco push\n"
    )
    (guard,) = find_guards(parse_workflow(WorkflowFile(path="w.yml", text=text)))
    return guard.guarded[0]


FEED = "https://acme.example/api/v2/Packages()?`$filter=Id eq 'acme'"
BOTH = '{\n  "skip=true" >> $env:GITHUB_OUTPUT\n} else {\n  "skip=false" >> $env:GITHUB_OUTPUT\n}'


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(f"$found = choco search acme --exact\nif ($found -match 'acme 1') {BOTH}", id="output read"),
        pytest.param(f"choco info acme\nif ($LASTEXITCODE -eq 0) {BOTH}", id="exit code"),
        pytest.param(
            "try {\n  Invoke-RestMethod -Uri https://acme.example/1\n  echo 'skip=true' >> $env:GITHUB_OUTPUT\n}\n"
            "catch [System.Net.WebException] {\n  echo 'skip=false' >> $env:GITHUB_OUTPUT\n} finally { Write-Host done }",
            id="try catch",
        ),
        pytest.param(
            "$skip = 'false'\ntry { Invoke-WebRequest https://acme.example/1 ; $skip = 'true' } catch {}\n"
            'Add-Content -Path $env:GITHUB_OUTPUT -Value "skip=$skip"',
            id="variable",
        ),
        pytest.param(
            "$exists = $false\nif (Find-Package acme -ErrorAction SilentlyContinue) { $exists = $true }\n"
            "if ($exists) { 'skip=true' | Out-File -FilePath $env:GITHUB_OUTPUT -Append }",
            id="flag",
        ),
        pytest.param(f'$r = Invoke-RestMethod "{FEED}"\nif ($r.Count -gt 0) {BOTH}', id="feed read"),
        pytest.param(f"$a = 1 # a comment {{\n<# and {{ another #>\nif (-not (npm view acme)) {BOTH}", id="comments"),
    ],
)  # fmt: skip
def test_a_check_that_can_say_both_is_recognised(script: str) -> None:
    found = guarded(script)
    assert (found.can_run.word, found.can_be_held.word) == ("yes", "yes")


@pytest.mark.parametrize(
    ("script", "line", "said"),
    [
        pytest.param(
            f'try {{\n  Invoke-WebRequest -Uri "{FEED}" -UseBasicParsing\n  "skip=true" >> $env:GITHUB_OUTPUT\n'
            '} catch {\n  "skip=false" >> $env:GITHUB_OUTPUT\n}',
            RUN + 1,
            "200 with an empty feed",
            id="feed",
        ),
        pytest.param(
            f'$url = "{FEED}"\n$r = iwr $url\nif ($r.StatusCode -eq 200) {BOTH}', RUN + 1, "empty feed", id="status of a feed"
        ),
        pytest.param(
            f"$r = Invoke-WebRequest https://acme.example/1\nif ($r.StatusCode -eq 200) {BOTH}",
            RUN,
            "the step ends as failed when this command fails",
            id="a 404 throws",
        ),
        pytest.param(
            "if (npm view acme) {\n  'skip=true' >> $env:GITHUB_OUTPUT\n} else {\n  'skip=true' >> $env:GITHUB_OUTPUT\n}",
            RUN + 3,
            "every way through the script",
            id="same answer twice",
        ),
    ],
)  # fmt: skip
def test_a_blind_check_is_recognised(script: str, line: int, said: str) -> None:
    found = guarded(script)
    assert found.can_run.word == "no"
    assert said in found.can_run.reason
    assert found.can_run.line == line


def test_a_failing_exit_is_not_caught() -> None:
    script = (
        "try { if (npm view acme) { 'skip=true' >> $env:GITHUB_OUTPUT } else { exit 1 } } "
        "catch { 'skip=false' >> $env:GITHUB_OUTPUT }"
    )
    assert guarded(script).can_run.word == "no"


@pytest.mark.parametrize(
    "script", ["switch ($x) { 1 { } }", "function f { }", "if ($x) {", "'open", "do { } while (1)"]
)
def test_what_is_not_followed_is_unknown(script: str) -> None:
    assert guarded(script + "\n'skip=true' >> $env:GITHUB_OUTPUT").can_run.word == "unknown"


def test_elsewhere_than_on_windows_the_shell_is_bash() -> None:
    assert guarded("if npm view acme; then echo skip=true >> $GITHUB_OUTPUT; fi", "ubuntu-latest").can_run.word == "yes"


@given(st.text(alphabet="if($x){}elsetrycatch \n'\"`;#@<>[]|", max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parsed = parse_powershell(text)
    except OpaqueScriptError as error:
        refused = str(error)
    else:
        assert parsed == parse_powershell(text)
        return
    assert refused
