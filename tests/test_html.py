"""The page: valid, accessible, self-contained, and nothing foreign in it is anything but text."""

from __future__ import annotations

import re
from pathlib import Path

import html5lib
import pytest

from auditor.collect.bundle import read_bundle
from auditor.diagnose.release import audit, state
from auditor.model.audit import Audit
from auditor.model.vocabulary import LiveState
from auditor.report.html import html
from auditor.rulebook.book import Rulebook
from tests.browser import axe_violations, browser, scroll_width
from tests.test_verdicts import SAMPLES, answer, judged

NAMES = sorted(folder.name for folder in SAMPLES.iterdir() if (folder / "bundle.json").is_file())
HOSTILE = '</script><script>alert(1)</script><img src=x onerror=alert(1)>"\'><a href="javascript:alert(1)">x</a>'


def with_live() -> Audit:
    return state(
        judged("contextlite-v1.0.35", "v1.0.35"),
        [
            answer("npm", LiveState.LIVE, page="https://npm.example/contextlite"),
            answer("chocolatey", LiveState.ABSENT),
            answer("aur", LiveState.LIVE),
            answer("pypi", LiveState.HELD),
            answer("crates", LiveState.UNKNOWN),
        ],
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_is_valid_html(name: str, shipped_book: Rulebook) -> None:
    collected = read_bundle(SAMPLES / name, None)
    page = html(audit(collected, shipped_book))
    html5lib.HTMLParser(strict=True).parse(page)


def test_the_page_asks_nobody_for_anything() -> None:
    tree = html5lib.parse(html(with_live()), namespaceHTMLElements=False)
    for element in tree.iter():
        assert element.tag not in ("img", "iframe", "object", "embed", "base", "form", "link")
        assert not {"src", "srcset", "style", "action"} & set(element.attrib)
        assert not [name for name in element.attrib if str(name).startswith("on")]
    policy = next(e for e in tree.iter("meta") if e.get("http-equiv") == "Content-Security-Policy").get("content", "")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def _with_hostile_text(found: Audit) -> Audit:
    """The same audit with something hostile in every free text a stranger could have written."""
    jobs = tuple(
        job.model_copy(update={"name": HOSTILE, "workflow": HOSTILE, "url": "javascript:alert(1)"})
        for job in found.jobs
    )
    causes = tuple(
        cause.model_copy(
            update={
                "title": f"`{HOSTILE}`: {HOSTILE}",
                "evidence": cause.evidence.model_copy(
                    update={"text": HOSTILE, "url": "data:text/html,<script>", "excerpt": (), "step": HOSTILE}
                )
                if cause.evidence
                else None,
            }
        )
        for cause in found.root_causes
    )
    platforms = tuple(p.model_copy(update={"cause": HOSTILE, "note": f"`{HOSTILE}`"}) for p in found.platforms)
    targets = tuple(
        t.model_copy(update={"answer": t.answer.model_copy(update={"reason": HOSTILE, "page": "javascript:1"})})
        for t in found.targets
    )
    return found.model_copy(
        update={
            "repository": HOSTILE,
            "tag": HOSTILE,
            "jobs": jobs,
            "root_causes": causes,
            "platforms": platforms,
            "targets": targets,
        }
    )


def test_foreign_text_makes_no_element_no_attribute_and_no_address() -> None:
    found = with_live()
    plain, attacked = html(found), html(_with_hostile_text(found))
    html5lib.HTMLParser(strict=True).parse(attacked)

    def shape(page: str) -> list[str]:
        tree = html5lib.parse(page, namespaceHTMLElements=False)
        return [e.tag for e in tree.iter() if e.tag in ("script", "img", "style", "svg", "iframe")]

    def addresses(page: str) -> list[str]:
        tree = html5lib.parse(page, namespaceHTMLElements=False)
        return [e.get("href", "") for e in tree.iter("a")]

    assert shape(attacked) == shape(plain)
    assert all(re.match(r"https://|#cause-", address) for address in addresses(attacked))


def test_tables_without_platforms_are_still_a_page(shipped_book: Rulebook) -> None:
    found = with_live()
    bare = found.model_copy(
        update={
            "platforms": (),
            "targets": (),
            "jobs": (),
            "root_causes": (),
            "plan": (),
            "notes": (),
            "tally": found.tally.model_copy(update={"platforms": 0, "shipped": 0}),
        }
    )
    html5lib.HTMLParser(strict=True).parse(html(bare))


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_to_mend(tmp_path: Path, dark: bool) -> None:
    page = tmp_path / "report.html"
    page.write_text(html(with_live()), "utf-8")
    assert axe_violations(browser(), page, dark=dark) == []


@pytest.mark.browser
def test_nothing_sticks_out_on_a_phone(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(html(with_live()), "utf-8")
    assert scroll_width(browser(), page, width=360) <= 360
