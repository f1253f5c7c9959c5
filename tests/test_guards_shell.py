"""Whether a check written in shell can say both "it is there" and "it is missing"."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.facts import WorkflowFile
from auditor.workflows.guards import Guarded, find_guards
from auditor.workflows.parse import parse_workflow

RUN = 9
"""The file line of the first script line in `guarded`."""


def guarded(script: str, condition: str = "steps.check.outputs.skip != 'true'", head: str = "shell: bash") -> Guarded:
    """Return what is known of the publish step behind a check with this script."""
    body = "\n".join("          " + line if line else "" for line in script.strip("\n").split("\n"))
    text = (
        "on: push\njobs:\n  publish:\n    steps:\n      - id: check\n        name: Check\n"
        f"        {head}\n        run: |\n{body}\n      - name: Publish\n        if: {condition}\n        run: npm publish\n"
    )
    (guard,) = find_guards(parse_workflow(WorkflowFile(path="w.yml", text=text)))
    (found,) = guard.guarded
    return found


BOTH = 'then\n  echo "skip=true" >> "$GITHUB_OUTPUT"\nelse\n  echo "skip=false" >> "$GITHUB_OUTPUT"\nfi'


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(f"if npm view acme@1.0.0 > /dev/null 2>&1; {BOTH}", id="if else"),
        pytest.param('if npm view acme@1; then\n  echo "skip=true" >> $GITHUB_OUTPUT\nfi', id="only when it exists"),
        pytest.param('SKIP=false\nif npm view acme@1; then SKIP=true; fi\necho "skip=$SKIP" >> $GITHUB_OUTPUT', id="variable"),
        pytest.param(
            'npm view a@1 && echo "skip=true" >> $GITHUB_OUTPUT || echo "skip=false" >> $GITHUB_OUTPUT', id="chain"
        ),
        pytest.param('echo "skip=$(npm view a@1 >/dev/null && echo true || echo false)" >> $GITHUB_OUTPUT', id="capture"),
        pytest.param(f'if [ "$(npm view a@1 version)" = "1" ]; {BOTH}', id="compared answer"),
        pytest.param(
            f'CODE=$(curl -so /dev/null -w "%{{http_code}}" https://acme.example/1)\nif [ "$CODE" = 200 ]; {BOTH}', id="status"
        ),
        pytest.param(f'if curl -fsSL "https://acme.example/api/v2/Packages(Id=\'a\',Version=\'1\')"; {BOTH}', id="entity"),
        pytest.param(f'if curl -s "https://acme.example/Packages()?\\$filter=Id" | grep -q "<entry>"; {BOTH}', id="feed read"),
        pytest.param(f"set +e\nnpm view a@1\nif [ $? -eq 0 ]; {BOTH}", id="set +e"),
        pytest.param(f"npm view a@1 || FOUND=no\nif [[ $FOUND != no ]]; {BOTH}", id="or assignment"),
        pytest.param('{\n  if npm view a@1; then echo "skip=true"; else echo "skip=false"; fi\n} >> $GITHUB_OUTPUT', id="group"),
        pytest.param('if npm view a@1; then echo skip=true | tee -a "$GITHUB_OUTPUT"; fi', id="tee"),
        pytest.param('if npm view a@1; then printf "skip=%s\\n" true >> "$GITHUB_OUTPUT"; fi', id="printf"),
        pytest.param(
            "if npm view a@1; then S=true; else S=false; fi\ncat >> $GITHUB_OUTPUT <<EOF\na=b\nskip=$S\nEOF", id="heredoc"
        ),
        pytest.param('if npm view a@1; then echo "::set-output name=skip::true"; fi', id="set-output"),
        pytest.param(
            'for i in 1 2 3; do\n  if curl -fs https://a.example/; then echo "skip=true" >> $GITHUB_OUTPUT; exit 0; fi\n'
            '  sleep 5\ndone\necho "skip=false" >> $GITHUB_OUTPUT',
            id="retry loop",
        ),
        pytest.param(
            'case "${{ matrix.p }}" in\n  npm|yarn)\n    if npm view a@1; then echo "skip=true" >> $GITHUB_OUTPUT; fi ;;\n'
            '  *) echo "skip=false" >> $GITHUB_OUTPUT ;;\nesac',
            id="case",
        ),
        pytest.param(f"exists() {{\n  npm view a@1 > /dev/null 2>&1\n}}\nif exists; {BOTH}", id="function"),
        pytest.param(f"if ! npm view a@1; then :; fi\nif ! (cd x && npm view a@1); {BOTH}", id="negation and subshell"),
        pytest.param(f"if git ls-remote --tags origin | grep -q v1; {BOTH}", id="pipe"),
        pytest.param(
            'while true; do\n  if npm view a@1; then echo "skip=true" >> $GITHUB_OUTPUT; fi\n  break\ndone', id="endless loop"
        ),
    ],
)  # fmt: skip
def test_a_check_that_can_say_both_is_recognised(script: str) -> None:
    found = guarded(script)
    assert (found.can_run.word, found.can_be_held.word) == ("yes", "yes")


@pytest.mark.parametrize(
    ("script", "line", "said"),
    [
        pytest.param(
            'if npm view acme@1; then\n  echo "skip=true" >> $GITHUB_OUTPUT\nelse\n  echo "skip=true" >> $GITHUB_OUTPUT\nfi',
            RUN + 3,
            "every way through the script sets `skip` to `true`",
            id="same answer twice",
        ),
        pytest.param(
            f'if curl -sfL "https://acme.example/api/v2/Packages()?\\$filter=Id eq \'acme\'" -o x; {BOTH}',
            RUN,
            "200 with an empty feed",
            id="feed",
        ),
        pytest.param(
            'url="https://acme.example/Packages()?\\$filter=Id%20eq%20\'${{ env.ID }}\'"\n'
            f'if curl -fsS -o feed.xml "$url"; {BOTH}',
            RUN + 1,
            "200 with an empty feed",
            id="feed behind a variable",
        ),
        pytest.param(
            "S=$(curl -so /dev/null -w '%{http_code}' \"https://acme.example/FindPackagesById()?id='a'\")\n"
            f'if [ "$S" -eq 200 ]; {BOTH}',
            RUN,
            "200 with an empty feed",
            id="status of a feed",
        ),
        pytest.param(
            f'BODY=$(curl -s "https://acme.example/Packages()?\\$filter=x")\nif [ -n "$BODY" ]; {BOTH}',
            RUN,
            "empty feed",
            id="body of a feed",
        ),
        pytest.param(f"if curl -s https://acme.example/1 > /dev/null; {BOTH}", RUN, "without `--fail`", id="curl without -f"),
        pytest.param(f"if curl -sSo f https://acme.example/1; {BOTH}", RUN, "without `--fail`", id="-o f is no -f"),
        pytest.param(f"if cargo search acme; {BOTH}", RUN, "succeeds when it finds nothing", id="search"),
        pytest.param(
            f"npm view acme@1 > /dev/null\nif [ $? -eq 0 ]; {BOTH}",
            RUN,
            "the step ends as failed when this command fails",
            id="bash -e",
        ),
        pytest.param(
            'npm view acme@1\necho "skip=true" >> $GITHUB_OUTPUT', RUN, "the job ends", id="no condition at all"
        ),
        pytest.param(
            'if npm view acme@1 || true; then echo "skip=true" >> $GITHUB_OUTPUT; fi', RUN, "every way", id="or true"
        ),
        pytest.param(
            'if npm view acme@1 | tee log; then echo "skip=true" >> $GITHUB_OUTPUT; fi', RUN, "every way", id="masked by a pipe"
        ),
    ],
)  # fmt: skip
def test_a_check_that_can_never_let_the_publish_step_run_is_blind(script: str, line: int, said: str) -> None:
    head = "shell: bash {0}" if "tee" in script else "shell: bash"
    found = guarded(script, head=head)
    assert found.can_run.word == "no"
    assert said in found.can_run.reason
    assert found.can_run.line == line
    assert found.can_be_held.word == "yes"


def test_pipefail_makes_a_masked_failure_visible() -> None:
    script = 'if npm view acme@1 | tee log; then echo "skip=true" >> $GITHUB_OUTPUT; fi'
    assert guarded(script, head="shell: bash").can_run.word == "yes"
    assert guarded(script, head="timeout-minutes: 1").can_run.word == "no"


def test_a_check_that_can_never_hold_back_is_recognised() -> None:
    found = guarded('npm view acme@1 || echo missing\necho "skip=false" >> $GITHUB_OUTPUT')
    assert found.can_run.word == "yes"
    assert found.can_be_held.word == "no"
    assert found.can_be_held.reason == "every way through the script sets `skip` to `false`"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('V=$(npm view acme version || true)\necho "skip=$V" >> $GITHUB_OUTPUT', "computed when the script runs"),
        ("./check.sh acme", "does not show where `skip` is set"),
        ('python - <<EOF >> "$GITHUB_OUTPUT"\nprint("skip=true")\nEOF', "computed when the script runs"),
        ("node check.js > $GITHUB_OUTPUT", "computed when the script runs"),
        ('if npm view a; then echo "skip=true" >> $GITHUB_OUTPUT', "not followed"),
        ("echo 'unclosed", "not followed"),
        ("A=(1 2)\necho skip=true >> $GITHUB_OUTPUT", "not followed"),
        ("cat <(npm view a)\necho skip=true >> $GITHUB_OUTPUT", "not followed"),
    ],
)
def test_what_cannot_be_followed_is_unknown(script: str, said: str) -> None:
    found = guarded(script)
    assert (found.can_run.word, found.can_be_held.word) == ("unknown", "unknown")
    assert said in found.can_run.reason


@pytest.mark.parametrize("shell", ["python", "cmd", "node {0}", "${{ matrix.shell }}"])
def test_other_shells_are_unknown(shell: str) -> None:
    found = guarded("echo skip=true >> $GITHUB_OUTPUT", head=f"shell: {shell}")
    assert found.can_run.word == "unknown"


def test_github_expressions_in_a_script_are_not_shell() -> None:
    script = "if npm view a@${{ steps.v.outputs['x y'] || 'z)' }} > /dev/null; " + BOTH
    assert guarded(script).can_run.word == "yes"


def test_variables_from_env_are_known() -> None:
    script = 'if [ "$MODE" = "always" ]; then echo "skip=true" >> $GITHUB_OUTPUT; fi'
    assert guarded(script, head="env: {MODE: always}").can_run.word == "no"
    assert guarded(script, head="env: {MODE: '${{ vars.MODE }}'}").can_run.word == "yes"


def test_the_values_that_let_it_run_are_listed() -> None:
    found = guarded(f"if npm view a; {BOTH}", condition="steps.check.outputs.skip != 'true'")
    assert (found.goes_on, found.held_by) == (("", "false"), ("true",))
    found = guarded(f"if npm view a; {BOTH}", condition="steps.check.outputs.skip == 'false' && vars.X")
    assert (found.goes_on, found.held_by) == (("false",), ("", "true"))


def test_a_misspelt_value_is_a_check_that_never_lets_run() -> None:
    found = guarded(f"if npm view a; {BOTH}", condition="steps.check.outputs.skip == 'no'")
    assert found.can_run.word == "no"
    assert found.can_run.reason == "every way through the script sets `skip` to `true` or `false`"


def test_output_names_are_read_without_case() -> None:
    assert guarded(f"if npm view a; {BOTH}", condition="steps.check.outputs.Skip != 'true'").can_run.word == "yes"


def test_many_branches_are_given_up_on() -> None:
    lines = [f"if test -f a{n}; then V{n}=1; else V{n}=2; fi" for n in range(20)]
    found = guarded("\n".join([*lines, 'echo "skip=true" >> $GITHUB_OUTPUT']))
    assert found.can_run.word == "unknown"
    assert "too many branches" in found.can_run.reason


@pytest.mark.parametrize(
    "script",
    [
        "(" * 500,
        "$(" * 500,
        '"$(' * 200,
        "if " * 500,
        "{ " * 500,
        "echo " + "a" * 70_000,
        "<<A " * 200 + "\n" + "x\n" * 200,
    ],
)
def test_hostile_scripts_are_refused(script: str) -> None:
    assert guarded(script + "\necho skip=true >> $GITHUB_OUTPUT").can_run.word == "unknown"


PIECES = """if then else elif fi for in do done while case esac { } ( ) ; ;; & && || | ! [ ] [[ ]] = -n $X ${X} $(a)
" ' ` \\ # > >> <<E E 2>&1 echo skip=true $GITHUB_OUTPUT exit 0 1 false true curl -f x"""
WORDS = [*PIECES.split(), "\n"]


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join) | st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_script_gets_an_answer(script: str) -> None:
    body = script.replace("\x00", "").strip() or "true"
    if not body.isprintable() and "\n" not in body:
        body = "true"
    lines = [line for line in body.split("\n") if line.isprintable()]
    found = guarded("\n".join([*lines, "echo skip=true >> $GITHUB_OUTPUT"]))
    assert found.can_run.word in ("yes", "no", "unknown")
    assert found.can_run.reason


@pytest.mark.parametrize(
    "script",
    [
        "N=0\n((N++))\nif [ $N -gt 0 ]; {}",
        "N=1\nfor N in $(list); do :; done\nif [ $N = 2 ]; {}",
        "N=1\nread -r N < file\nif [ $N = 2 ]; {}",
        "N=1\nunset N\nN+=$(ask)\nif [ $N = 2 ]; {}",
        "N=1\nlet N=N+1\nif [ $N = 2 ]; {}",
        "N=1\nprintf -v N %s $(ask)\nif [ $N = 2 ]; {}",
    ],
)
def test_variables_set_in_unseen_ways_may_be_anything(script: str) -> None:
    assert guarded(script.format(BOTH), head="shell: bash -l {0}").can_run.word == "yes"


@pytest.mark.parametrize("script", ["eval $X", ". ./lib.sh", "source lib.sh", "exec >> $GITHUB_OUTPUT"])
def test_scripts_that_pull_in_others_are_not_followed(script: str) -> None:
    assert guarded(script + "\necho skip=true >> $GITHUB_OUTPUT").can_run.word == "unknown"


def test_what_an_earlier_step_may_have_changed_is_not_taken_from_env() -> None:
    text = (
        "on: push\njobs:\n  p:\n    env: {MODE: never}\n    steps:\n      - run: echo MODE=always >> $GITHUB_ENV\n"
        '      - id: c\n        run: if [ "$MODE" = always ]; then echo go=yes >> $GITHUB_OUTPUT; fi\n'
        "      - if: steps.c.outputs.go == 'yes'\n        run: x\n"
    )
    (guard,) = find_guards(parse_workflow(WorkflowFile(path="w.yml", text=text)))
    assert guard.guarded[0].can_run.word == "yes"
    quiet = text.replace("echo MODE=always >> $GITHUB_ENV", "echo")
    (guard,) = find_guards(parse_workflow(WorkflowFile(path="w.yml", text=quiet)))
    assert guard.guarded[0].can_run.word == "no"


def test_a_check_that_ends_its_script_with_a_failing_chain_fails_the_step() -> None:
    found = guarded('npm view acme@1 > /dev/null && echo "skip=true" >> $GITHUB_OUTPUT')
    assert found.can_run.word == "no"
    assert found.can_run.line == RUN
    assert guarded('npm view acme@1 && echo "skip=true" >> $GITHUB_OUTPUT\nexit 0').can_run.word == "yes"
