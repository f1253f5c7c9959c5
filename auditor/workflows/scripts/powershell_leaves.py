"""What single PowerShell statements do to the state of a walk.

A cmdlet that fails ends the script, because GitHub sets `$ErrorActionPreference = 'stop'`; a program that fails does
not. `Invoke-WebRequest` throws on every answer but 2xx.
https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.utility/invoke-webrequest
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.workflows.scripts import registry_answers
from auditor.workflows.scripts.state import ANYTHING, UNSEEN, Dynamic, State, Value, dynamic, joined, plain, shown
from auditor.workflows.scripts.tree import Statement

if TYPE_CHECKING:
    from auditor.workflows.scripts.leaves import Context

Outcomes = list[tuple[State, bool]]

_ASSIGNMENT = re.compile(r"(?is)\$(?:script:|global:)?([a-z_]\w*)\s*=(?!=)\s*(.+)")
_CHANGED = re.compile(r"(?i)\$(?:script:|global:)?([a-z_]\w*)\s*(?:\+\+|--|[-+*/]?=(?!=)|,)")
_PREFERENCE = re.compile(r"(?i)\$ErrorActionPreference\s*=\s*['\"](\w+)")
_EXIT = re.compile(r"(?i)exit\b\s*(\S*)")
_WEB = re.compile(r"(?i)\b(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm)\b")
_CMDLET = re.compile(r"\b[A-Z][a-z]+-[A-Z]\w+")
_QUIET_CMDLET = re.compile(r"\b(?:Write-\w+|Out-\w+|Start-Sleep|Add-Content|Set-Content)\b")
_SILENT = re.compile(r"(?i)-(?:ErrorAction|EA)\s+(?:SilentlyContinue|Ignore|Continue)\b|-SkipHttpErrorCheck\b")
_TO_OUTPUTS = re.compile(r"(?i)\$env:GITHUB_OUTPUT\b|\$\{env:GITHUB_OUTPUT\}")
_OUTPUT = re.compile(r"""(?is)(?:(["'])([\w-]+)=(.*?)\1|(?:^|\becho\s|\bWrite-Output\s)\s*([\w-]+)=(\S+))""")
_SET_OUTPUT = re.compile(r"::set-output\s+name=([\w-]+)::([^\"'\s]*)")
_PIECE = re.compile(
    r"""(?xs) `(?P<escaped>.) | \$\{\{(?:[^}]|\}(?!\})){0,500}\}\} | \$\(\$(?P<nested>[A-Za-z_]\w{0,100})\)
    | \$\((?:[^()]|\([^()]{0,200}\)){0,300}\) | \$\{(?P<braced>[A-Za-z_]\w{0,100})\} | \$env:\w{1,100}
    | \$(?P<bare>[A-Za-z_]\w{0,100})"""
)
_TEXT = re.compile(r"""'([^']*)'|(\d+)""")
_COMPARISON = re.compile(r"(?is)\(?\$([a-z_]\w*)(\.StatusCode)?\)?\s*-(c?eq|c?ne)\s+(.+)")
_PLAIN_TEST = re.compile(r"(?i)(-not\s+|!\s*)?\(?\$([a-z_]\w*)\)?")


def run_statement(node: Statement, state: State, context: Context) -> Outcomes:
    """Return the states after a statement; a false status stands for an error that is thrown."""
    text = node.text
    if node.is_test:
        return _test(text, state)
    assignment = _ASSIGNMENT.fullmatch(text)
    for changed in _CHANGED.finditer(assignment[2] if assignment is not None else text):
        state = state.with_variable(changed[1].lower(), ANYTHING)
    old = _SET_OUTPUT.search(text)
    if old is not None:
        return [(state.with_output(old[1], _interpolated(old[2], state)), True)]
    if _TO_OUTPUTS.search(text):
        return [(_written(text, state), True)]
    preference = _PREFERENCE.match(text)
    if preference is not None:
        return [(replace(state, errexit=preference[1].lower() == "stop"), True)]
    if assignment is not None:
        return _assigned(assignment[1].lower(), assignment[2].strip(), node, state, context)
    leaving = _EXIT.match(text)
    if leaving is not None:
        return [(state.end("ok" if leaving[1] in ("", "0") else "exit", node.index), True)]
    word = re.match(r"[A-Za-z]*", text)
    first = word[0].lower() if word else ""
    if first == "throw":
        return [(state, False)]
    if first == "return":
        return [(state.end("ok", node.index), True)]
    if first in ("break", "continue"):
        return [(state.end("loop", node.index), True)]
    return _thrown(text, node, state, state, context)


def _thrown(text: str, node: Statement, after: State, before: State, context: Context) -> Outcomes:
    """A cmdlet may throw; a web request only when its address answers something else than 2xx."""
    if not _CMDLET.search(_QUIET_CMDLET.sub("", text)) and not _WEB.search(text):
        return [(after, True)]
    if _SILENT.search(text):
        return [(after, True)]
    asked = shown(_interpolated(text, before)) if context.believe and _WEB.search(text) else ""
    reason = registry_answers.always_200(asked)
    if reason is not None:
        context.notes.setdefault(node.index, reason)
        return [(after, True)]
    return [(after, True), (before, False)]


def _assigned(name: str, written: str, node: Statement, state: State, context: Context) -> Outcomes:
    value = _value(written, state)
    if value is None:
        value = ANYTHING
        if _WEB.search(written) and not re.search(r"(?i)-SkipHttpErrorCheck", written):
            value = (Dynamic(status="200", never_empty=True),)
    return _thrown(written, node, state.with_variable(name, value), state, context)


def _value(written: str, state: State) -> Value | None:
    text = _TEXT.fullmatch(written)
    if text is not None:
        found = text[1] or text[2] or ""
        return (found,) if found else ()
    if len(written) > 1 and written[0] == written[-1] == '"' and '"' not in written[1:-1].replace('`"', ""):
        return _interpolated(written[1:-1], state)
    constant = {"$true": ("True",), "$false": ("False",), "$null": ()}.get(written.lower())
    if constant is not None:
        return constant
    variable = re.fullmatch(r"\$([A-Za-z_]\w*)", written)
    return state.variable(variable[1].lower()) if variable is not None else None


def _written(text: str, state: State) -> State:
    found = _OUTPUT.search(text)
    if found is None:
        return state.with_output(UNSEEN, ANYTHING)
    if found[1] == "'":
        return state.with_output(found[2], (found[3],) if found[3] else ())
    return state.with_output(found[2] or found[4], _interpolated(found[3] if found[2] else found[5], state))


def _interpolated(text: str, state: State) -> Value:
    """Expand the variables in a double-quoted string; expressions in it may be anything."""
    made: Value = ()
    at = 0
    for piece in _PIECE.finditer(text):
        made = joined(made, (text[at : piece.start()],))
        name = piece["nested"] or piece["braced"] or piece["bare"]
        value = state.variable(name.lower()) if name else None
        escaped = piece["escaped"]
        made = joined(made, (escaped,) if escaped else ANYTHING if value is None else value)
        at = piece.end()
    return joined(made, (text[at:],))


def _test(text: str, state: State) -> Outcomes:
    answer: bool | None = None
    comparison = _COMPARISON.fullmatch(text)
    simple = _PLAIN_TEST.fullmatch(text)
    if comparison is not None:
        answer = _compared(comparison, state)
    elif simple is not None:
        answer = _filled(state.variable(simple[2].lower()))
        answer = answer if answer is None or not simple[1] else not answer
    return [(state, True), (state, False)] if answer is None else [(state, answer)]


def _compared(comparison: re.Match[str], state: State) -> bool | None:
    value = state.variable(comparison[1].lower())
    wanted = _value(comparison[4].strip(), state)
    known = None
    if value is not None:
        open_piece = dynamic(value)
        if comparison[2]:
            known = open_piece.status if open_piece is not None else None
        else:
            known = open_piece.always if open_piece is not None else plain(value)
    expected = plain(wanted) if wanted is not None else None
    if known is None or expected is None:
        return None
    return (known.lower() == expected.lower()) is comparison[3].lower().endswith("eq")


def _filled(value: Value | None) -> bool | None:
    if value is None:
        return None
    open_piece = dynamic(value)
    if open_piece is not None and open_piece.never_empty:
        return True
    text = plain(value)
    return None if text is None else text not in ("", "False", "0")
