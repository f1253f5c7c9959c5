"""Issues, comments and pull requests of one repository, read and written through PyGithub.

https://docs.github.com/en/rest/issues and https://docs.github.com/en/rest/pulls
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from auditor import __version__
from auditor.deliver.github_errors import in_words
from auditor.deliver.problems import DeliverError
from auditor.logs.redact import safe_line

if TYPE_CHECKING:
    from github.Issue import Issue
    from github.Repository import Repository

State = Literal["open", "closed"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """An issue that our own account opened."""

    number: int
    title: str
    body: str
    state: State
    locked: bool
    url: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment that our own account wrote; `node_id` names it in GitHub's GraphQL API."""

    id: int
    body: str
    node_id: str
    url: str


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What an issue shall be. `milestone` is a title."""

    title: str
    body: str
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: str | None = None


class Tracker(Protocol):
    """Where issues and comments are. Everything raises `DeliverError`."""

    def own_tickets(self) -> Iterator[Ticket]:
        """Every issue that we opened, open or closed, newest first, from all pages."""

    def open_ticket(self, new: NewTicket) -> Ticket:
        """Open an issue."""

    def edit_ticket(
        self, number: int, *, title: str | None = None, body: str | None = None, state: State | None = None
    ) -> None:
        """Change what is given of an issue; nothing else."""

    def own_remarks(self, number: int) -> Iterator[Remark]:
        """Every comment that we wrote on an issue or pull request, oldest first, from all pages."""

    def remark(self, number: int, body: str) -> Remark:
        """Comment on an issue or pull request."""

    def edit_remark(self, number: int, remark: Remark, body: str) -> None:
        """Change a comment. Raises `GoneError` when it was deleted."""

    def hide_remark(self, remark: Remark) -> None:
        """Minimise a comment as outdated."""

    def pulls_of(self, commit: str) -> tuple[int, ...]:
        """Numbers of the pull requests that a commit came from, the merged one first."""

    def pull_from(self, owner: str, branch: str, commit: str) -> int | None:
        """The number of the open pull request from that owner's branch that ends at the commit, also out of a fork."""


class GitHubTracker:
    """A repository on GitHub; `api` is the REST API's base URL. Connect once, use from one thread."""

    def __init__(self, repository: str, token: str, api: str, *, timeout: float = 30.0, pause: float = 0.25) -> None:
        from github import Auth, Github
        from urllib3.util.retry import Retry

        self._name = repository
        self._github = Github(
            auth=Auth.Token(token),
            base_url=api,
            timeout=int(timeout),
            per_page=100,
            user_agent=f"relaudit/{__version__}",
            retry=Retry(total=2, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504), allowed_methods=("GET",)),
            lazy=True,
            seconds_between_requests=0,
            seconds_between_writes=pause,
        )
        self._repository: Repository | None = None
        self._login: str | None = None

    def own_tickets(self) -> Iterator[Ticket]:
        """See `Tracker`."""
        me = self._me()
        with in_words("read the issues", "issues: read"):
            # PyGithub takes a login too, whatever its annotation says.
            for issue in self._repo().get_issues(
                state="all", creator=cast("Any", me), sort="created", direction="desc"
            ):
                if issue.pull_request is None and written_by(issue.user, me):
                    yield _ticket(issue)

    def open_ticket(self, new: NewTicket) -> Ticket:
        """See `Tracker`."""
        with in_words("open an issue", "issues: write"):
            given: dict[str, Any] = {"title": new.title, "body": new.body}
            if new.labels:
                given["labels"] = list(new.labels)
            if new.assignees:
                given["assignees"] = list(new.assignees)
            if new.milestone is not None:
                given["milestone"] = self._milestone(new.milestone)
            return _ticket(self._repo().create_issue(**given))

    def _milestone(self, title: str) -> Any:
        for milestone in self._repo().get_milestones(state="open"):
            if milestone.title == title:
                return milestone
        raise DeliverError(f"the repository has no open milestone {safe_line(title, 100)!r}: make it, or leave it out")

    def edit_ticket(
        self, number: int, *, title: str | None = None, body: str | None = None, state: State | None = None
    ) -> None:
        """See `Tracker`."""
        changes: dict[str, Any] = {"title": title, "body": body, "state": state}
        if state is not None:
            changes["state_reason"] = "completed" if state == "closed" else "reopened"
        with in_words(f"edit issue #{number}", "issues: write"):
            self._issue(number).edit(**{name: value for name, value in changes.items() if value is not None})

    def own_remarks(self, number: int) -> Iterator[Remark]:
        """See `Tracker`."""
        me = self._me()
        with in_words(f"read the comments of #{number}", "issues: read"):
            for comment in self._issue(number).get_comments():
                if written_by(comment.user, me):
                    yield Remark(comment.id, comment.body or "", comment.node_id, comment.html_url)

    def remark(self, number: int, body: str) -> Remark:
        """See `Tracker`."""
        with in_words(f"comment on #{number}", "issues: write, or pull-requests: write"):
            made = self._issue(number).create_comment(body)
            return Remark(made.id, made.body or "", made.node_id, made.html_url)

    def edit_remark(self, number: int, remark: Remark, body: str) -> None:
        """See `Tracker`."""
        with in_words(f"edit a comment of #{number}", "issues: write, or pull-requests: write"):
            self._issue(number).get_comment(remark.id).edit(body)

    def hide_remark(self, remark: Remark) -> None:
        """See `Tracker`. https://docs.github.com/en/graphql/reference/mutations#minimizecomment"""
        query = (
            "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) "
            "{ minimizedComment { isMinimized } } }"
        )
        with in_words("hide an outdated comment", "pull-requests: write"):
            self._github.requester.graphql_query(query, {"id": remark.node_id})

    def pulls_of(self, commit: str) -> tuple[int, ...]:
        """See `Tracker`."""
        with in_words("look for the pull request of the tag's commit", "pull-requests: read"):
            found = list(self._repo().get_commit(commit).get_pulls())
        found.sort(key=lambda pull: (pull.merge_commit_sha != commit, not pull.merged_at, pull.number))
        return tuple(pull.number for pull in found)

    def pull_from(self, owner: str, branch: str, commit: str) -> int | None:
        """See `Tracker`. https://docs.github.com/en/rest/pulls/pulls#list-pull-requests"""
        with in_words("look for the pull request of the checked commit", "pull-requests: read"):
            found = [
                pull.number
                for pull in self._repo().get_pulls(state="open", head=f"{owner}:{branch}")
                if pull.head.sha == commit
            ]
        return min(found, default=None)

    def _repo(self) -> Repository:
        if self._repository is None:
            self._repository = self._github.get_repo(self._name)
        return self._repository

    def _issue(self, number: int) -> Issue:
        return self._repo().get_issue(number)

    def _me(self) -> str:
        """Our own login. GITHUB_TOKEN may not ask `/user`, but everybody may ask who the viewer is."""
        if self._login is None:
            with in_words("ask GitHub whose token this is", "a token that GitHub accepts"):
                _, answer = self._github.requester.graphql_query("query { viewer { login } }", {})
                self._login = str(answer["data"]["viewer"]["login"])
        return self._login


def _ticket(issue: Issue) -> Ticket:
    state: State = "closed" if issue.state == "closed" else "open"
    return Ticket(issue.number, issue.title, issue.body or "", state, bool(issue.locked), issue.html_url)


def written_by(user: Any, login: str) -> bool:
    """Whether this user, as PyGithub gives it, has that login."""
    return user is not None and str(user.login).lower() == login.lower()
