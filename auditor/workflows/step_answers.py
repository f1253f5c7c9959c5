"""Which values a step can give its outputs, and by which ways, read off its script."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from auditor.model.workflow import Script, Workflow, WorkflowJob, WorkflowStep
from auditor.workflows.scripts.powershell import parse_powershell
from auditor.workflows.scripts.shell import parse_shell
from auditor.workflows.scripts.state import State, Value, plain
from auditor.workflows.scripts.tree import OpaqueScriptError, Sequence
from auditor.workflows.scripts.walk import Walker

OUTCOMES = ("outcome", "conclusion")
"""What a step context has besides outputs. https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#steps-context"""


@dataclass(frozen=True, slots=True)
class End:
    """One way a step may end: the value of the output asked for (nothing when only running it would tell)."""

    value: str | None
    failed: bool


@dataclass(frozen=True, slots=True)
class Ends:
    """All ways a step may end; `notes` and `stops` say where ways were ruled out."""

    ends: tuple[End, ...] = ()
    why_unknown: str = ""
    """Why nothing is known about the ways, when that is so."""
    notes: dict[int, str] = field(default_factory=dict)
    """Script line (from 0) → why the command there cannot fail for want of an answer."""
    stops: tuple[int, ...] = ()
    """Script lines where a failing command ends the step."""


class StepAnswers:
    """The script of one step, read once and walked under different assumptions."""

    def __init__(self, workflow: Workflow, job: WorkflowJob, step: WorkflowStep) -> None:
        self.step = step
        self._why = ""
        self._tree: Sequence | None = None
        self._start = State(variables=_seed(workflow, job, step))
        self._states: dict[tuple[bool, bool], tuple[Walker, list[State]]] = {}
        shell = shell_of(job, step)
        if step.run is None:
            self._why = "an action gives this answer; what it does is not in the workflow file"
            return
        try:
            self._tree = self._parse(step.run, shell)
        except OpaqueScriptError as error:
            self._why = f"the script is not followed: {error}"

    def _parse(self, script: Script, shell: str) -> Sequence | None:
        first = shell.split()[0] if shell.split() else ""
        name = first.rpartition("/")[2].removesuffix(".exe")
        if name in ("pwsh", "powershell"):
            # `env:` is read as `$env:NAME` there, which is no plain variable.
            self._start = State(errexit=True)
            return parse_powershell(script.text)
        if name not in ("bash", "sh", "dash", "zsh", "default"):
            self._why = f"scripts of the shell `{name[:40]}` are not followed"
            return None
        written = " " in shell.strip()
        errexit = not written or any(re.fullmatch(r"-[a-z]*e[a-z]*", word) for word in shell.split()[1:])
        pipefail = name == "bash" and (not written or "pipefail" in shell)
        self._start = State(variables=self._start.variables, errexit=errexit, pipefail=pipefail)
        return parse_shell(script.text)

    def ends(self, output: str, *, believe: bool = True, errexit: bool = True) -> Ends:
        """Return how the step may end.

        `output` is an output's name, or one of `OUTCOMES`. `believe` and `errexit` can be switched off to see whether
        it is them that rule an answer out: what is known of programs that cannot fail, and that a failing command ends
        the script.
        """
        if self._tree is None:
            if output in OUTCOMES:
                return Ends((self._outcome(output, failed=False), self._outcome(output, failed=True)))
            return Ends(why_unknown=self._why)
        try:
            walker, states = self._walk(self._tree, believe, errexit)
        except OpaqueScriptError as error:
            return Ends(why_unknown=f"the script is not followed: {error}")
        if output not in OUTCOMES and not (self._written(output) or any(state.output(output) for state in states)):
            return Ends(why_unknown=f"the script does not show where `{output}` is set")
        found = dict.fromkeys(self._end(state, output) for state in states)
        return Ends(tuple(found), notes=walker.notes, stops=tuple(sorted(walker.stops)))

    def _written(self, output: str) -> bool:
        text = self.step.run.text if self.step.run is not None else ""
        return re.search(rf"(?i)(?<![\w-]){re.escape(output)}(?:=|::|<<)", text) is not None

    def spelled(self, output: str) -> str:
        """Return an output's name as the script spells it; conditions read it without case."""
        if self._tree is not None and self.ends(output).ends:
            for state in self._walk(self._tree, believe=True, errexit=True)[1]:
                for name, _ in state.outputs:
                    if name.lower() == output.lower():
                        return name
        return output

    def _walk(self, tree: Sequence, believe: bool, errexit: bool) -> tuple[Walker, list[State]]:
        key = (believe, errexit)
        if key not in self._states:
            walker = Walker(believe=believe, heed_errexit=errexit)
            self._states[key] = (walker, walker.ends(tree, self._start))
        return self._states[key]

    def _end(self, state: State, output: str) -> End:
        failed = state.ended in ("fail", "exit") or (state.ended == "return" and not state.last_ok)
        if output in OUTCOMES:
            return self._outcome(output, failed)
        value: Value | None = state.output(output)
        return End("" if value is None else plain(value), failed)

    def _outcome(self, output: str, failed: bool) -> End:
        hidden = output == "conclusion" and continues(self.step)
        return End("failure" if failed and not hidden else "success", failed)


def continues(step: WorkflowStep) -> bool:
    """Tell whether the job goes on after the step failed."""
    text = step.continue_on_error.text.strip().lower() if step.continue_on_error is not None else ""
    return text in ("true", "${{ true }}")


def shell_of(job: WorkflowJob, step: WorkflowStep) -> str:
    """Return the shell a step runs in as written, or `default` (`bash -e`), or `pwsh` on Windows runners."""
    written = step.shell or job.shell
    if written is not None and written.text.strip():
        text = written.text.strip()
        return "sh -e {0}" if text == "sh" else text
    labels = [label.text.lower() for label in job.runs_on]
    if any(label.startswith("windows") for label in labels):
        return "pwsh"
    return "default -e {0}"


def _seed(workflow: Workflow, job: WorkflowJob, step: WorkflowStep) -> tuple[tuple[str, Value], ...]:
    """The variables that `env:` gives as plain text, unless an earlier step may have changed them."""
    changed = any("GITHUB_ENV" in each.run.text for each in job.steps if each.run is not None)
    merged = dict(step.env) if changed else {**workflow.env, **job.env, **step.env}
    known = {name: text.text for name, text in merged.items() if "${{" not in text.text}
    return tuple(sorted((name, (text,) if text else ()) for name, text in known.items()))
