"""Tags that never became releases: asked for beside the audit, and never in its way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.bundle import read_bundle
from auditor.collect.github import client as client_module
from auditor.collect.github import tag_history
from auditor.collect.github.address import server
from auditor.collect.github.gather import Wanted, gathered, read_gathered
from auditor.collect.github.token import Token
from auditor.diagnose.log_needs import LogNeeds
from auditor.model.facts import ReleaseFacts
from auditor.rulebook.book import Rulebook
from tests.bundle_maker import BundleMaker
from tests.github_standin import Standin, World, faults
from tests.github_standin.synthetic import REPOSITORY, TAG, add_tag, synthetic
from tests.live_command import TOKEN, environment, in_process
from tests.registries.public import Public
from tests.registry_standin import Answer

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\..*"])
LISTS = r"/(?:tags|releases)(?:\?|$)"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_SPREAD", lambda _: 0.0)


def world() -> World:
    """A release, an older tag with a release, one with a draft only, and one without any."""
    made = synthetic(4, 1)
    repository = made.only()
    for name in ("v5.2.0", "v5.1.0", "v5.0.0"):
        add_tag(repository, name, next(iter(repository.files)))
    repository.releases += [release(TAG), release("v5.2.0"), release("v5.1.0", draft=True)]
    return made


def release(tag: str, **changes: Any) -> dict[str, Any]:
    day = "2026-03-02T09:10:00Z" if tag == TAG else "2026-01-02T09:10:00Z"
    body = {"id": len(tag), "tag_name": tag, "draft": False, "created_at": day, "published_at": day, "assets": []}
    return {**body, **changes}


def facts(github: Standin, book: Rulebook, *, history: bool = True) -> ReleaseFacts:
    where = server(None, {"GITHUB_API_URL": github.url})
    wanted = Wanted(REPOSITORY, TAG, where, Token(TOKEN, "the test"), history=history)
    with gathered(wanted, LogNeeds(book)) as found:
        return read_gathered(found, TAG).facts


def of_lists(folder: Path, **lists: Any) -> ReleaseFacts:
    """What a bundle with these lists says; text is written as it stands."""
    made = BundleMaker().folder(folder / "bundle")
    for name, value in lists.items():
        (made / f"{name}.json").write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return read_bundle(made).facts


def said(found: ReleaseFacts) -> dict[str, bool | None]:
    return {tagged.tag: tagged.released for tagged in found.tags}


def test_says_which_tags_have_a_release_and_since_when(shipped_book: Rulebook) -> None:
    with Standin(world()) as github:
        tags = {tagged.tag: tagged for tagged in facts(github, shipped_book).tags}
    assert {name: tagged.released for name, tagged in tags.items()} == {
        TAG: True,
        "v5.2.0": True,
        "v5.1.0": False,
        "v5.0.0": False,
    }
    at = tags["v5.2.0"].at
    assert at is not None
    assert at.isoformat() == "2026-01-02T09:10:00+00:00"


def test_is_not_asked_for_unless_wanted(shipped_book: Rulebook) -> None:
    with Standin(world()) as github:
        assert facts(github, shipped_book, history=False).tags == ()
        assert not github.recording.of(LISTS)


def test_costs_one_page_of_each(shipped_book: Rulebook) -> None:
    with Standin(world()) as github:
        facts(github, shipped_book)
        assert sorted(one.path.rpartition("/")[2] for one in github.recording.of(LISTS)) == ["releases", "tags"]


def test_lengthens_no_chain_of_requests(shipped_book: Rulebook) -> None:
    with Standin(world()) as github:
        facts(github, shipped_book, history=False)
        without = len(github.recording.chain())
        github.recording.clear()
        facts(github, shipped_book)
        assert len(github.recording.chain()) == without


@pytest.mark.parametrize(
    "spoil",
    [faults.server_error(), faults.limit_spent(403, 3600), faults.interstitial(), faults.not_json(), faults.resets()],
    ids=["502", "limit", "web page", "no JSON", "reset"],
)
def test_that_cannot_be_had_changes_nothing_else(shipped_book: Rulebook, spoil: faults.Spoil) -> None:
    with Standin(world()) as github:
        plain = facts(github, shipped_book, history=False)
        github.fault(LISTS, spoil, times=None)
        found = facts(github, shipped_book)
    assert found.tags == ()
    assert found.missing == plain.missing
    assert found.attempts == plain.attempts


def test_that_does_not_come_is_not_waited_for(shipped_book: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag_history, "PATIENCE", 0.05)
    with Standin(world()) as github:
        github.fault(LISTS, faults.hangs(20.0), times=None)
        found = facts(github, shipped_book)
    assert found.tags == ()
    assert found.attempts


TAGS = [{"name": "v2"}, {"name": "v1"}]


class TestABundle:
    def test_without_the_lists_is_whole(self, tmp_path: Path) -> None:
        found = of_lists(tmp_path)
        assert (found.tags, found.missing) == ((), ())

    def test_of_a_repository_without_any_release_has_none_that_is_missed(self, tmp_path: Path) -> None:
        assert said(of_lists(tmp_path, tags=TAGS, releases=[])) == {"v2": None, "v1": None}

    def test_with_a_full_page_of_releases_does_not_know_the_older_ones(self, tmp_path: Path) -> None:
        page = [release(f"v2.0.{number}") for number in range(99)]
        found = said(of_lists(tmp_path, tags=TAGS, releases=[*page, release("v2")]))
        assert (found["v2"], found["v1"]) == (True, None)

    def test_may_have_the_lists_in_pages(self, tmp_path: Path) -> None:
        pages = "".join(json.dumps([entry]) + "\n" for entry in TAGS)
        assert said(of_lists(tmp_path, tags=pages, releases=[release("v2")])) == {"v2": True, "v1": False}

    @pytest.mark.parametrize("broken", ['[{"name": "v1"', '{"message": "Not Found"}', ""])
    def test_with_a_broken_list_is_read_and_says_so(self, tmp_path: Path, broken: str) -> None:
        found = of_lists(tmp_path, tags=broken)
        assert found.tags == ()
        assert [gap.what for gap in found.missing] == ["tags.json"]

    def test_leaves_out_entries_that_are_none(self, tmp_path: Path) -> None:
        odd: list[Any] = [1, None, [], {"name": 7}, {"name": "v2\x1b[31m"}, {"name": "v1"}]
        assert said(of_lists(tmp_path, tags=odd, releases=[{"tag_name": None}, "x", release("v1")])) == {"v1": True}


def test_the_audit_names_the_tags_that_never_became_a_release(tmp_path: Path, shipped_book: Rulebook) -> None:
    with Standin(world()) as github, Public(Answer.json({"error": "Not found"}, 404)) as npm:
        config = tmp_path / "relaudit.toml"
        config.write_text(f'[registries.npm]\nurl = "{npm.url}"\nallow_private = true\n', "utf-8")
        bundle = tmp_path / "kept"
        env = {**environment(github, tmp_path), "RELAUDIT_VERIFY": "1"}
        asking = ["--repo", REPOSITORY, "--verify-only", "npm", "--config", str(config), "--no-cache"]
        live = in_process(["run", TAG, *asking, "--format", "json"], env).audit
        in_process(["fetch", TAG, *asking, "-o", str(bundle)], env)
        silent = in_process(["run", TAG, *asking, "--no-verify", "--format", "json"], env).audit
    assert live["drift"]["unreleased_tags"] == ["v5.1.0", "v5.0.0"]
    again = in_process(["run", TAG, "--from", str(bundle), "--format", "json"], {}).audit
    assert again["drift"]["unreleased_tags"] == live["drift"]["unreleased_tags"]
    assert silent["drift"] is None
    told = in_process(["run", TAG, "--from", str(bundle), "--format", "markdown"], {}).out
    assert "Tags that never became a release: `v5.1.0`, `v5.0.0`." in told
