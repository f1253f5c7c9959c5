"""The reading of shell scripts agrees with what bash itself does with them."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from auditor.workflows.scripts.shell import parse_shell
from auditor.workflows.scripts.state import State, plain
from auditor.workflows.scripts.walk import Walker

BASH = shutil.which("bash")

SCRIPTS = [
    'if one; then echo "out=x" >> "$GITHUB_OUTPUT"; elif two; then echo out=y >> $GITHUB_OUTPUT; fi',
    'one && echo "out=x" >> "$GITHUB_OUTPUT"',
    'one && echo "out=x" >> "$GITHUB_OUTPUT" || echo "out=y" >> "$GITHUB_OUTPUT"',
    'one || two\necho "out=x" >> "$GITHUB_OUTPUT"',
    'set +e\none\nA=$?\ntwo\necho "out=$A$?" >> "$GITHUB_OUTPUT"',
    'A=$(one && echo yes || echo no)\nB="$(two > /dev/null; echo done)"\necho "out=$A-$B" >> "$GITHUB_OUTPUT"',
    'A=x\nif one | cat; then A+=y; fi\nif cat < /dev/null | two; then A+="z"; fi\nprintf "out=%s\\n" "$A" >> "$GITHUB_OUTPUT"',
    'for A in x y; do\n  one && break\n  echo "out=$A" >> "$GITHUB_OUTPUT"\ndone\ntwo || exit 1',
    'A=x\n(A=y; one) && two\necho "out=$A" >> "$GITHUB_OUTPUT"',
    'check() {\n  if one; then return 0; fi; two\n}\nif check; then A=i; else A=o; fi\necho "out=$A" | tee -a "$GITHUB_OUTPUT"',
    'f() {\n  one\n  echo out=f >> "$GITHUB_OUTPUT"\n}\nf\n(set +e; two; true)\ntwo\nf || echo out=g >> "$GITHUB_OUTPUT"',
    'A=x\n! one && A=y\ncase "$A" in x|z) echo out=first ;; *) echo out=other ;; esac >> "$GITHUB_OUTPUT"\ntwo',
    'A=$(one)\necho "out=$A" >> "$GITHUB_OUTPUT"\nB=$(two) || B=lost\necho "out=$B" >> "$GITHUB_OUTPUT"',
    '{ one && echo out=x\n  echo "out=y"; } >> "$GITHUB_OUTPUT"',
    'cat >> "$GITHUB_OUTPUT" <<EOF\nin=1\nout=$(one && echo "a b" || echo c)\nEOF\n[[ -n "$(two && echo z)" ]]',
    'A=0\nwhile true; do\n  one && A=1\n  break\ndone\nif [ ! "$A" != 1 ]; then echo out=one >> "$GITHUB_OUTPUT"; fi',
    'echo x | while read A; do B=1; one; done\necho "out=b$B" >> "$GITHUB_OUTPUT"\nunset A\n[ -z "$A" ] && two',
]


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
@pytest.mark.parametrize("pipefail", [False, True])
@pytest.mark.parametrize("script", SCRIPTS)
def test_every_way_through_a_script_is_one_that_bash_takes(script: str, pipefail: bool, tmp_path: Path) -> None:
    """`one` and `two` stand for programs that may succeed or fail; all four cases are run."""
    ends = Walker().ends(parse_shell(script), State(variables=(("B", ()),), errexit=True, pipefail=pipefail))
    read = set()
    for end in ends:
        value = end.output("out")
        read.add(("" if value is None else plain(value), end.ended == "fail"))
    ran = {_ran(script, pipefail, tmp_path, *codes) for codes in itertools.product((0, 1), repeat=2)}
    missed = {way for way in ran if way not in read and (None, way[1]) not in read}
    assert missed == set()
    assert {way for way in read - ran if way[0] is not None and not _overlooked(script)} == set()


def _overlooked(script: str) -> bool:
    """`one` asked twice may answer differently for us, and `read` may fail: more ways are read than four runs show."""
    return any(each in script for each in ("read A", "for A", "f() {"))


def _ran(script: str, pipefail: bool, folder: Path, one: int, two: int) -> tuple[str, bool]:
    outputs = folder / f"outputs{one}{two}"
    outputs.write_text("")
    (folder / "script.sh").write_text(f"one() {{ return {one}; }}\ntwo() {{ return {two}; }}\n{script}\n")
    options = ["-o", "pipefail"] if pipefail else []
    done = subprocess.run(
        [str(BASH), "--noprofile", "--norc", "-e", *options, str(folder / "script.sh")],
        env={"GITHUB_OUTPUT": str(outputs), "PATH": os.environ.get("PATH", ""), "B": ""},
        capture_output=True,
        timeout=20,
        check=False,
    )
    values = [line.removeprefix("out=") for line in outputs.read_text().splitlines() if line.startswith("out=")]
    return (values[-1] if values else "", done.returncode != 0)
