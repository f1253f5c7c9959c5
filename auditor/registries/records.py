"""The records of an answer: what each says about one version, and whether it is the version that was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from auditor.logs.redact import safe_line
from auditor.model.live import LiveFile, Provenance
from auditor.registries.conditions import View, first_that_holds, holds
from auditor.registries.subject import Subject
from auditor.registries.times import time_of
from auditor.rulebook.answer_paths import Node, nodes
from auditor.rulebook.answer_schema import BuiltFrom, Entry, Files
from auditor.rulebook.registry_schema import Question

MOST_VERSIONS = 200
"""Versions that an answer keeps."""
LONGEST_VERSION = 200
MOST_FILES = 2_000
_RUN = re.compile(r"(?:^|/actions/runs/)(?P<run>\d{1,18})(?:/attempts/(?P<attempt>\d{1,6}))?$")
_DIGEST = re.compile(r"(?P<algorithm>md5|sha1|sha256|sha384|sha512)[:-](?P<value>[A-Za-z0-9+/=_-]{20,128})")
_HEX = re.compile(r"[0-9a-fA-F]{32,128}")


@dataclass(frozen=True, slots=True)
class Record:
    """One record of an answer. `hidden` and `held` are the reasons, where there are any."""

    version: str | None
    is_asked: bool
    hidden: str | None = None
    held: str | None = None
    published_at: datetime | None = None
    files: tuple[LiveFile, ...] = field(default=(), repr=False)
    provenance: Provenance | None = None


def records_of(question: Question, subject: Subject, view: View) -> tuple[int, list[Record]]:
    """How many records the answer has, and those of the package that could be read."""
    if question.entry is None:
        return 0, []
    path = question.entries
    if path is None:
        path = "[]" if question.answer in ("ndjson", "text") else ""
    places = nodes(path, view.node, view.root, view.fill)
    if question.answer == "xml":
        # What is not there is an empty text in XML.
        places = [place for place in places if place.value not in ("", {}, [])]
    return len(places), [
        record
        for place in places
        if (record := _record(question, question.entry, subject, _at(view, place))) is not None
    ]


def _at(view: View, place: Node) -> View:
    return View(place, view.root, view.headers, view.fill)


def _record(question: Question, entry: Entry, subject: Subject, view: View) -> Record | None:
    if any(holds(condition, view) for condition in entry.unless):
        return None
    if entry.name is not None:
        name = view.text(entry.name)
        if name is None or not subject.is_name(name):
            return None
    if entry.version is None:
        if not all(holds(condition, view) for condition in entry.proof):
            return None
        version, asked = subject.target.version, True
    else:
        read = _version(entry, view)
        if read is None:
            return None
        version, asked = read, subject.is_version(read)
    hidden, held = first_that_holds(entry.hidden, view), first_that_holds(entry.held, view)
    published_at = time_of(view.text(entry.published_at))
    return Record(
        version,
        asked,
        hidden[1] if hidden else None,
        held[1] if held else None,
        # Old feeds date what is not listed 1900-01-01.
        published_at if published_at is not None and published_at.year > 1970 else None,
        tuple(_files(entry, subject, view)) if asked else (),
        _provenance(entry.provenance, view) if asked and entry.provenance else None,
    )


def _version(entry: Entry, view: View) -> str | None:
    """The version as the registry writes it; nothing when it is no text that a version can be."""
    text = view.text(entry.version)
    if text is None or len(text) > LONGEST_VERSION or not text.isprintable():
        return None
    if entry.version_form is None:
        return text
    match = re.fullmatch(entry.version_form, text)
    return match["version"] if match is not None else None


def _files(entry: Entry, subject: Subject, view: View) -> Iterator[LiveFile]:
    for rule in entry.files:
        for place in nodes(rule.each, view.node, view.root, view.fill)[:MOST_FILES]:
            file = _file(rule, subject, _at(view, place))
            if file is not None:
                yield file


def _file(rule: Files, subject: Subject, view: View) -> LiveFile | None:
    if any(holds(condition, view) for condition in rule.unless):
        return None
    if rule.name is None:
        name = subject.key(rule.name_as or "")
    else:
        paths = (rule.name,) if isinstance(rule.name, str) else rule.name
        name = "/".join(text for path in paths if (text := view.text(path)))
    if not name or "\0" in name:
        return None
    return LiveFile(
        name=safe_line(name, 300),
        size=count(view.text(rule.size)),
        digest=digest(view.text(rule.digest), rule.algorithm),
        uploaded_at=time_of(view.text(rule.uploaded_at)),
        downloads=count(view.text(rule.downloads)),
        hidden=first_that_holds(rule.hidden, view) is not None,
    )


def digest(text: str | None, algorithm: str | None = None) -> str | None:
    """A digest as `algorithm:hex`; Subresource Integrity (`sha512-…`, Base64) is turned into hexadecimal."""
    if text is None:
        return None
    if match := _DIGEST.fullmatch(text.strip()):
        algorithm, text = match["algorithm"], match["value"]
    if algorithm is None:
        return None
    if _HEX.fullmatch(text):
        return f"{algorithm}:{text.lower()}"
    from base64 import b64decode

    try:
        return f"{algorithm}:{b64decode(text, validate=True).hex()}"
    except ValueError:
        return None


def count(text: str | None) -> int | None:
    """A number of things or bytes, which some registries write as `7.0`; nothing for what is none."""
    text = (text or "").strip().removesuffix(".0")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _provenance(rule: BuiltFrom, view: View) -> Provenance | None:
    run = _RUN.search(view.text(rule.run) or "")
    parts = {
        name: safe_line(text, 300)
        for name, path in (("repository", rule.repository), ("commit", rule.commit), ("workflow", rule.workflow))
        if (text := view.text(path))
    }
    if not parts and run is None:
        return None
    return Provenance(
        **parts,
        run_id=int(run["run"]) if run else None,
        attempt=int(run["attempt"]) if run and run["attempt"] else None,
    )
