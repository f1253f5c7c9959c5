"""What single shell commands do to the state of a walk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import lru_cache

from auditor.workflows.scripts import registry_answers, shell_tests
from auditor.workflows.scripts.expansion import Alternatives, expand
from auditor.workflows.scripts.shell import parse_shell
from auditor.workflows.scripts.state import ANYTHING, UNSEEN, Dynamic, State, Value, joined, plain, shown
from auditor.workflows.scripts.tree import (
    Branch,
    Chain,
    Command,
    Negation,
    Node,
    OpaqueScriptError,
    Pipe,
    Redirect,
    Sequence,
    Statement,
)

Outcomes = list[tuple[State, bool]]

_SET_OUTPUT = re.compile(r"::set-output\s+name=([\w-]{1,200})::")
_OUTPUT_LINE = re.compile(r"([\w-]{1,200})=")
_LONG_OUTPUT = re.compile(r"([\w-]{1,200})<<")
_DECLARES = frozenset({"export", "readonly", "local", "declare", "typeset"})
_SETTERS = frozenset({"((", "read", "mapfile", "readarray", "let", "getopts", "unset"})
"""Commands that set variables named in their arguments to what is not followed."""
_QUIET = frozenset({"-q", "--quiet", "--silent", "-qF", "-Fq", "-qx", "-qE", "-Eq", "-qw"})


@dataclass(frozen=True, slots=True)
class Context:
    """What a leaf needs of the walk around it."""

    believe: bool
    notes: dict[int, str]
    capture: Callable[[Node, State], Outcomes]


def run(node: Command, state: State, to_outputs: bool, context: Context) -> Outcomes:
    """Return the states after a simple command, each with its exit status."""
    if not node.words:
        return _assigned(node.assignments, state, context, always_ok=False)
    name = node.words[0].rpartition("/")[2]
    if name in _SETTERS:
        return _set_unseen(name, node.words[1:], state)
    if name in ("eval", "source", ".", "exec") and (name != "exec" or node.redirects):
        raise OpaqueScriptError(f"`{name}` is not followed")
    if name in _DECLARES:
        pairs = [(word.partition("=")[0], word.partition("=")[2]) for word in node.words[1:] if "=" in word]
        return _assigned(tuple(pairs), state, context, always_ok=True)
    if name in ("[", "[[", "test"):
        return shell_tests.outcomes(node.words, state, lambda word: value_of(word, state, context))
    if name in ("exit", "return"):
        return [_left(node, state, name, context)]
    if name in ("break", "continue"):
        return [(state.end("loop", node.index), True)]
    if name == "set":
        return [(_options(node.words[1:], state), True)]
    if name == "printf" and "-v" in node.words[:2]:
        return _set_unseen(name, node.words[2:3], state)
    if name in ("echo", "printf") or (name == "cat" and any(each.body is not None for each in node.redirects)):
        return _print(node, name, state, to_outputs, context)
    if writes_outputs(node.redirects) or to_outputs or _names_outputs(node.words[1:]):
        return [(state.with_output(UNSEEN, ANYTHING), True), (state, False)]
    return _program(node, name, state, context)


def effort(node: Node) -> int:
    """Return how much work a node is: one, and more for a long command."""
    if isinstance(node, Command):
        written = sum(map(len, node.words)) + sum(len(word) for _, word in node.assignments)
        return 1 + (written + sum(len(each.body or "") for each in node.redirects)) // 40
    return 1 + len(node.text) // 40 if isinstance(node, Statement) else 1


def value_of(word: str, state: State, context: Context) -> Value:
    """Return a word's value; anything when it has several."""
    found = expand(word, state, lambda script, inner: substituted(script, inner, context))
    values = list(dict.fromkeys(value for value, _ in found))
    return values[0] if len(values) == 1 else ANYTHING


def substituted(script: str, state: State, context: Context) -> Alternatives:
    """Return what `$(script)` may print, with its exit status."""
    found: Alternatives = []
    for after, ok in context.capture(_parsed(script), state):
        printed = after.captured or ()
        text = plain(printed)
        found.append(((text.rstrip("\n"),) if text and text.strip("\n") else printed if text is None else (), ok))
    return list(dict.fromkeys(found))


@lru_cache(maxsize=256)
def _parsed(script: str) -> Sequence:
    return parse_shell(script)


def _set_unseen(name: str, words: Iterable[str], state: State) -> Outcomes:
    for word in words:
        for variable in re.findall(r"[A-Za-z_]\w*", word):
            state = state.with_variable(variable, () if name == "unset" else ANYTHING)
    return [(state, True)] if name == "unset" else [(state, True), (state, False)]


def _assigned(pairs: Iterable[tuple[str, str]], state: State, context: Context, always_ok: bool) -> Outcomes:
    ways: Outcomes = [(state, True)]
    for name, word in pairs:
        appends = name.endswith("+")
        name = name.removesuffix("+")
        ways = [
            (
                before.with_variable(name, joined(before.variable(name) or ANYTHING, value) if appends else value),
                True if status is None or always_ok else status,
            )
            for before, _ in ways
            for value, status in expand(word, before, lambda script, inner: substituted(script, inner, context))
        ]
    return list(dict.fromkeys(ways))


def _left(node: Command, state: State, name: str, context: Context) -> tuple[State, bool]:
    code = plain(value_of(node.words[1], state, context)) if len(node.words) > 1 else None
    ok = code == "0" if code is not None else (state.last_ok if len(node.words) == 1 else False)
    if name == "return":
        return replace(state.end("return", node.index), last_ok=ok), ok
    return state.end("ok" if ok else "fail", node.index), ok


def _options(words: Iterable[str], state: State) -> State:
    for word in words:
        if word == "pipefail":
            state = replace(state, pipefail=True)
        elif re.fullmatch(r"[-+][a-zA-Z]+", word) and "e" in word:
            state = replace(state, errexit=word[0] == "-")
    return state


def _print(node: Command, name: str, state: State, to_outputs: bool, context: Context) -> Outcomes:
    writes = writes_outputs(node.redirects) or (to_outputs and not _redirected_away(node.redirects))
    bodies = [each for each in node.redirects if each.body is not None]
    texts: list[Value] = [()]
    if name == "cat":
        body = bodies[0].body or ""
        literal = bodies[0].target[:1] in "'\"\\"
        texts = [(body,)] if literal else _expanded(f'"{_escaped(body)}"', state, context)
    else:
        words = [word for word in node.words[1:] if not re.fullmatch(r"-[neE]+", word)]
        for place, word in enumerate(words):
            texts = [
                joined(text, (" ",) if place else (), more)
                for text in texts
                for more in _expanded(word, state, context)
            ]
            texts = list(dict.fromkeys(texts))[:16]
        if name == "printf":
            texts = [_formatted(words, state, context)]
    return list(dict.fromkeys((_noted(text, state, writes), True) for text in texts))


def _escaped(body: str) -> str:
    return body.replace('"', '\\"')


def _expanded(word: str, state: State, context: Context) -> list[Value]:
    return [value for value, _ in expand(word, state, lambda script, inner: substituted(script, inner, context))]


def _formatted(words: list[str], state: State, context: Context) -> Value:
    """`printf`: each `%s` takes the next argument."""
    if not words:
        return ()
    pattern = plain(value_of(words[0], state, context))
    if pattern is None:
        return ANYTHING
    made: Value = ()
    rest = list(words[1:])
    for place, piece in enumerate(re.split(r"%[-\w.]{0,10}?[sd]", pattern.replace("\\n", "\n"))):
        if place:
            made = joined(made, value_of(rest.pop(0), state, context) if rest else ())
        made = joined(made, (piece,) if piece else ())
    return made


def _noted(text: Value, state: State, writes: bool) -> State:
    """Read printed text as outputs: `name=value` lines when it goes to the file, `::set-output` in any case."""
    first = text[0] if text and isinstance(text[0], str) else ""
    old = _SET_OUTPUT.match(first)
    if old is not None:
        return state.with_output(old[1], joined((first[old.end() :],), text[1:]))
    if not writes:
        return state.printed(joined(text, ("\n",)))
    for line in _lines(text):
        head = line[0] if line and isinstance(line[0], str) else ""
        named = _OUTPUT_LINE.match(head)
        if named is not None:
            rest = head[named.end() :]
            state = state.with_output(named[1], joined((rest,) if rest else (), line[1:]))
        elif long := _LONG_OUTPUT.match(head):
            state = state.with_output(long[1], ANYTHING)
        elif line and not head:
            state = state.with_output(UNSEEN, ANYTHING)
    return state


def _lines(text: Value) -> list[Value]:
    lines: list[Value] = [()]
    for piece in text:
        if isinstance(piece, Dynamic):
            lines[-1] = joined(lines[-1], (piece,))
            continue
        for place, part in enumerate(piece.split("\n")):
            if place:
                lines.append(())
            lines[-1] = joined(lines[-1], (part,) if part else ())
    return lines


def _program(node: Command, name: str, state: State, context: Context) -> Outcomes:
    """Any other program: it may succeed or fail, unless it is known not to fail for want of an answer."""
    words = [shown(value_of(word, state, context)) if "$" in word else word for word in node.words]
    reason = (
        registry_answers.cannot_fail(words) or registry_answers.cannot_fail(node.words) if context.believe else None
    )
    after = _printed_by(node, name, words, state, context)
    if registry_answers.harmless(name):
        return [(after, True)]
    if name == "false":
        return [(after, False)]
    if reason is not None:
        context.notes.setdefault(node.index, reason)
        return [(after, True)]
    return [(after, True), (after, False)]


def _printed_by(node: Command, name: str, words: list[str], state: State, context: Context) -> State:
    if state.captured is None or _redirected_away(node.redirects) or (name == "grep" and _QUIET & set(words)):
        return state
    found = registry_answers.always_200(" ".join(words)) if context.believe and name in ("curl", "wget") else None
    if found is None:
        return state.printed(ANYTHING)
    context.notes.setdefault(node.index, found)
    if registry_answers.status_only(words):
        return state.printed((Dynamic(always="200", never_empty=True, reason=found),))
    return state.printed((Dynamic(never_empty="feed" in found, reason=found),))


def printed_unseen(command: Command, state: State) -> State:
    """Return the state after a filter printed what it was fed."""
    return state if _redirected_away(command.redirects) else state.printed(ANYTHING)


def _plain_target(redirect: Redirect) -> str:
    return redirect.target.replace('"', "").replace("{", "").replace("}", "")


def writes_outputs(redirects: Iterable[Redirect]) -> bool:
    """Tell whether standard output is appended to the file of outputs."""
    return any(each.operator in (">>", ">", "1>>") and _plain_target(each) == "$GITHUB_OUTPUT" for each in redirects)


def _redirected_away(redirects: Iterable[Redirect]) -> bool:
    return any(each.operator.lstrip("1&") in (">", ">>") and not each.operator.startswith("2") for each in redirects)


def _names_outputs(words: Iterable[str]) -> bool:
    return any("GITHUB_OUTPUT" in word or "set-output" in word for word in words)


def mentions_outputs(node: Node) -> bool:
    """Tell whether outputs are set anywhere below a node."""
    return "GITHUB_OUTPUT" in repr(node) or "set-output" in repr(node)


def tees_outputs(command: Command) -> bool:
    """Tell whether a command is `tee -a "$GITHUB_OUTPUT"`."""
    return bool(command.words) and command.words[0] == "tee" and _names_outputs(command.words[1:])


def only_filters(command: Command) -> bool:
    """Tell whether a command at the end of a pipe always succeeds and sets nothing."""
    return (
        bool(command.words)
        and registry_answers.only_filters(command.words[0])
        and not writes_outputs(command.redirects)
        and not _names_outputs(command.words)
    )


def cannot_fail(node: Node) -> bool:
    """Tell whether a part of a pipe always succeeds."""
    return isinstance(node, Command) and bool(node.words) and registry_answers.harmless(node.words[0])


def first_index(node: Node) -> int:
    """Return the script line a node starts on."""
    if isinstance(node, (Sequence, Pipe)):
        parts = node.items if isinstance(node, Sequence) else node.parts
        return first_index(parts[0]) if parts else 0
    if isinstance(node, Chain):
        return first_index(node.first)
    if isinstance(node, Negation):
        return first_index(node.inner)
    if isinstance(node, Branch):
        return first_index(node.arms[0][0])
    return getattr(node, "index", 0)


def last_index(node: Node) -> int:
    """Return the script line the last statement of a script starts on."""
    while isinstance(node, Sequence) and node.items:
        node = node.items[-1]
    return first_index(node)


def case_fits(subject: str | None, patterns: Iterable[str]) -> bool | None:
    """Tell whether a `case` arm is taken; nothing when it may be."""
    unquoted = [pattern.replace('"', "").replace("'", "") for pattern in patterns]
    if "*" in unquoted:
        return True
    if subject is None or any(re.search(r"[$`\\\[]", pattern) for pattern in unquoted):
        return None
    return any(fnmatchcase(subject, pattern) for pattern in unquoted)
