"""Follows every way through a script and collects what each one sets as outputs.

How outputs are set: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
How shells are started (`bash -e`, with `-o pipefail` when `shell: bash` is written):
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from auditor.workflows.scripts import leaves
from auditor.workflows.scripts.leaves import Context
from auditor.workflows.scripts.powershell_leaves import run_statement
from auditor.workflows.scripts.state import ANYTHING, UNSEEN, State, plain
from auditor.workflows.scripts.tree import (
    Attempt,
    Branch,
    Chain,
    Choice,
    Command,
    Group,
    Loop,
    Negation,
    Node,
    OpaqueScriptError,
    Pipe,
    Sequence,
    Statement,
)

Outcomes: TypeAlias = list[tuple[State, bool]]

MOST_WAYS = 400
MOST_EFFORT = 20_000
"""Nodes visited, a long command counting as several."""
_DEEPEST_CALL = 4


@dataclass(slots=True)
class Walker:
    """Walks one script.

    `believe` uses what is known of programs that cannot fail, and `notes` says where that was used; `heed_errexit` lets
    a failing command end the script under `-e`.
    """

    believe: bool = True
    heed_errexit: bool = True
    notes: dict[int, str] = field(default_factory=dict)
    stops: set[int] = field(default_factory=set)
    """Script lines where a failing command ended the script."""
    _functions: dict[str, Node] = field(default_factory=dict)
    _effort: int = 0
    _setting: dict[int, bool] = field(default_factory=dict)
    _calls: int = 0

    def ends(self, tree: Node, start: State) -> list[State]:
        """Return every way the script may stand when it is over.

        A script whose last command fails has failed, with or without `-e`: `check && echo x=y` at its end does.
        Raises `OpaqueScriptError` when the script is not followed.
        """
        ends: dict[State, None] = {}
        last = leaves.last_index(tree)
        for state, ok in self.walk(tree, start, guarded=False, to_outputs=False):
            if not (ok or state.ended) and self.heed_errexit:
                self.stops.add(last)
                state = state.end("fail", last)
            ends[state] = None
        return list(ends)

    def walk(self, node: Node, state: State, guarded: bool, to_outputs: bool) -> Outcomes:
        """Return the states after a node, each with its exit status.

        `guarded`: a failure is being looked at, as in an `if`. `to_outputs`: what is printed becomes outputs.
        """
        self._effort += leaves.effort(node)
        if self._effort > MOST_EFFORT:
            raise OpaqueScriptError("the script has too many branches to be followed")
        if isinstance(node, Command):
            return self._stopped(self._command(node, state, guarded, to_outputs), guarded, node.index)
        if isinstance(node, Statement):
            context = Context(self.believe, self.notes, self.capture)
            return self._stopped(run_statement(node, state, context), guarded, node.index)
        if isinstance(node, Sequence):
            return self._sequence(node, state, guarded, to_outputs)
        if isinstance(node, Chain):
            return self._chain(node, state, guarded, to_outputs)
        if isinstance(node, Negation):
            inner = self.walk(node.inner, state, True, to_outputs)
            return [(after if after.ended else replace(after, last_ok=not ok), not ok) for after, ok in inner]
        if isinstance(node, Pipe):
            return self._pipe(node, state, guarded, to_outputs)
        if isinstance(node, Branch):
            return self._branch(node, state, guarded, to_outputs)
        if isinstance(node, Choice):
            return self._choice(node, state, guarded, to_outputs)
        if isinstance(node, Loop):
            return self._loop(node, state, guarded, to_outputs)
        if isinstance(node, Group):
            return self._group(node, state, guarded, to_outputs)
        if isinstance(node, Attempt):
            return self._attempt(node, state, to_outputs)
        self._functions[node.name] = node.body
        return [(state, True)]

    def _stopped(self, found: Outcomes, guarded: bool, index: int) -> Outcomes:
        """End the ways on which a command failed under `-e` and nothing looks at it."""
        ended = []
        for state, ok in found:
            if not (ok or guarded or state.ended) and state.errexit and self.heed_errexit:
                self.stops.add(index)
                ended.append((state.end("fail", index), False))
            else:
                ended.append((replace(state, last_ok=ok), ok))
        return ended

    def _merged(self, found: Iterable[tuple[State, bool]]) -> Outcomes:
        merged = list(dict.fromkeys(found))
        if len(merged) > MOST_WAYS:
            raise OpaqueScriptError("the script has too many branches to be followed")
        return merged

    def _sequence(self, node: Sequence, state: State, guarded: bool, to_outputs: bool) -> Outcomes:
        ways: Outcomes = [(state, True)]
        for item in node.items:
            following: Outcomes = []
            for before, ok in ways:
                if before.ended:
                    following.append((before, ok))
                else:
                    following.extend(self.walk(item, before, guarded, to_outputs))
            ways = self._merged(following)
        return ways

    def _chain(self, node: Chain, state: State, guarded: bool, to_outputs: bool) -> Outcomes:
        ways = self.walk(node.first, state, True, to_outputs)
        for place, (operator, part) in enumerate(node.rest, 1):
            following: Outcomes = []
            for before, ok in ways:
                if before.ended or ok is not (operator == "&&"):
                    following.append((before, ok))
                else:
                    last = place == len(node.rest)
                    following.extend(self.walk(part, before, guarded or not last, to_outputs))
            ways = self._merged(following)
        return ways

    def _pipe(self, node: Pipe, state: State, guarded: bool, to_outputs: bool) -> Outcomes:
        last = node.parts[-1]
        command = last if isinstance(last, Command) else None
        tees = command is not None and leaves.tees_outputs(command)
        if any(self._sets_outputs(part) for part in node.parts[: -2 if tees else -1]):
            raise OpaqueScriptError("outputs are set in the middle of a pipe")
        if tees:
            ways = self.walk(node.parts[-2], state, True, to_outputs=True)
            return self._merged((replace(_outside(after, state), last_ok=True), True) for after, _ in ways)
        if command is not None and leaves.only_filters(command):
            ways = [(leaves.printed_unseen(command, state), True)]
        else:
            # The parts of a pipe are subshells: what they assign is lost.
            ways = [(_outside(after, state), ok) for after, ok in self.walk(last, state, True, to_outputs)]
        if state.pipefail and not all(leaves.cannot_fail(part) for part in node.parts[:-1]):
            ways = self._merged([*ways, *((after, False) for after, _ in ways)])
        return self._stopped(ways, guarded, leaves.first_index(node))

    def _sets_outputs(self, node: Node) -> bool:
        """Tell whether outputs are set below a node, or in a function that is named there."""
        if id(node) not in self._setting:
            text = repr(node)
            named = [body for name, body in self._functions.items() if repr(name) in text]
            self._setting[id(node)] = any(leaves.mentions_outputs(each) for each in (node, *named))
        return self._setting[id(node)]

    def _branch(self, node: Branch, state: State, guarded: bool, to_outputs: bool) -> Outcomes:
        done: Outcomes = []
        remaining = [state]
        for condition, body in node.arms:
            failing: list[State] = []
            for before in remaining:
                for after, ok in self.walk(condition, before, True, to_outputs=False):
                    if after.ended:
                        done.append((after, ok))
                    elif ok:
                        done.extend(self.walk(body, after, guarded, to_outputs))
                    else:
                        failing.append(after)
            remaining = list(dict.fromkeys(failing))
        for before in remaining:
            otherwise = node.otherwise
            if otherwise is None:
                done.append((replace(before, last_ok=True), True))
            else:
                done.extend(self.walk(otherwise, before, guarded, to_outputs))
        return self._merged(done)

    def _choice(self, node: Choice, state: State, guarded: bool, to_outputs: bool) -> Outcomes:
        subject = plain(leaves.value_of(node.subject, state, Context(self.believe, self.notes, self.capture)))
        done: Outcomes = []
        for patterns, body in node.arms:
            fits = leaves.case_fits(subject, patterns)
            if fits is not False:
                done.extend(self.walk(body, state, guarded, to_outputs))
            if fits is True:
                return self._merged(done)
        return self._merged([*done, (state, True)])

    def _loop(self, node: Loop, state: State, guarded: bool, to_outputs: bool) -> Outcomes:
        """Run the body at most twice, which is enough for it to see what it set itself."""
        for name in node.variables:
            state = state.with_variable(name, ANYTHING)
        done: Outcomes = [] if node.entered else [(state, True)]
        entering = [state]
        for _ in range(2):
            following: list[State] = []
            for before in dict.fromkeys(entering):
                for inside in self._entered(node, before):
                    for after, ok in self.walk(node.body, inside, guarded, to_outputs):
                        still = replace(after, ended="", end_index=None) if after.ended == "loop" else after
                        done.append((still, ok or after.ended == "loop"))
                        if not after.ended:
                            following.append(after)
            entering = following
        return self._merged(done)

    def _entered(self, node: Loop, state: State) -> list[State]:
        if node.head is None:
            return [state]
        return [after for after, ok in self.walk(node.head, state, True, to_outputs=False) if ok and not after.ended]

    def _group(self, node: Group, state: State, guarded: bool, to_outputs: bool) -> Outcomes:
        writes = to_outputs or leaves.writes_outputs(node.redirects)
        ways = self.walk(node.body, state, guarded, writes)
        if not node.subshell:
            return ways
        closed: Outcomes = []
        for after, ok in ways:
            status = ok if not after.ended else after.ended == "ok"
            closed.append((_outside(after, state), status))
        return self._stopped(self._merged(closed), guarded, leaves.first_index(node.body))

    def _attempt(self, node: Attempt, state: State, to_outputs: bool) -> Outcomes:
        done: Outcomes = []
        for after, ok in self.walk(node.body, state, False, to_outputs):
            if after.ended == "fail" and node.handler is not None:
                caught = replace(after, ended="", end_index=None)
                done.extend(self.walk(node.handler, caught, False, to_outputs))
            else:
                done.append((after, ok))
        if node.final is None:
            return self._merged(done)
        return self._merged(
            (after, ok) if before.ended == "" else (before, ok)
            for before, _ in done
            for after, ok in self.walk(node.final, before, True, to_outputs)
        )

    def _command(self, node: Command, state: State, guarded: bool, to_outputs: bool) -> Outcomes:
        name = node.words[0] if node.words else ""
        if name in self._functions:
            return self._call(name, node, state, guarded, to_outputs)
        return leaves.run(node, state, to_outputs, Context(self.believe, self.notes, self.capture))

    def _call(self, name: str, node: Command, state: State, guarded: bool, to_outputs: bool) -> Outcomes:
        if self._calls >= _DEEPEST_CALL:
            return [(state.with_output(UNSEEN, ANYTHING), True), (state, False)]
        self._calls += 1
        writes = to_outputs or leaves.writes_outputs(node.redirects)
        ways = self.walk(self._functions[name], state, guarded, writes)
        self._calls -= 1
        return [
            (replace(after, ended="", end_index=None), after.last_ok) if after.ended == "return" else (after, ok)
            for after, ok in ways
        ]

    def capture(self, tree: Node, state: State) -> Outcomes:
        """Walk a command substitution: `-e` does not reach into it, and `captured` is what it prints."""
        inner = replace(state, errexit=False, captured=())
        return [
            (after, ok if not after.ended else after.ended == "ok") for after, ok in self.walk(tree, inner, True, False)
        ]


def _outside(after: State, before: State) -> State:
    """Return the state after a subshell: only its outputs, and what it printed, are left."""
    return replace(before, outputs=after.outputs, captured=after.captured, last_ok=after.last_ok)
