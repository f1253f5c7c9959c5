"""Pull requests of one repository, their files and reviews, through PyGithub.

https://docs.github.com/en/rest/pulls/reviews and https://docs.github.com/en/rest/pulls/comments
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.deliver.github_errors import in_words
from auditor.deliver.pulls import ChangedFile, LineRemark, Pull
from auditor.deliver.tracker import GitHubTracker, Remark, written_by

_READ = "pull-requests: read"
_WRITE = "pull-requests: write"


class GitHubPulls(GitHubTracker):
    """A repository on GitHub whose pull requests are reviewed. See `PullTracker`."""

    def pull(self, number: int) -> Pull:
        """See `PullTracker`."""
        with in_words(f"read pull request #{number}", _READ):
            found = self._repo().get_pull(number)
            return Pull(number, found.head.sha, found.base.sha, found.base.ref, found.html_url)

    def merge_base(self, pull: Pull) -> str:
        """See `PullTracker`. https://docs.github.com/en/rest/commits/commits#compare-two-commits"""
        with in_words(f"find where pull request #{pull.number} began", "contents: read"):
            return self._repo().compare(pull.base, pull.head, comparison_commits_per_page=1).merge_base_commit.sha

    def changed_files(self, number: int) -> Iterator[ChangedFile]:
        """See `PullTracker`."""
        with in_words(f"read the files of pull request #{number}", _READ):
            for file in self._repo().get_pull(number).get_files():
                yield ChangedFile(file.filename, file.patch or None)

    def own_line_remarks(self, number: int) -> Iterator[Remark]:
        """See `PullTracker`."""
        me = self._me()
        with in_words(f"read the review comments of #{number}", _READ):
            for comment in self._repo().get_pull(number).get_review_comments(sort="created", direction="asc"):
                if written_by(comment.user, me):
                    yield Remark(comment.id, comment.body or "", comment.node_id, comment.html_url)

    def review(self, number: int, commit: str, body: str, remarks: Sequence[LineRemark]) -> str:
        """See `PullTracker`."""
        with in_words(f"review pull request #{number}", _WRITE):
            pull = self._repo().get_pull(number)
            made = pull.create_review(
                commit=self._repo().get_commit(commit),
                body=body,
                event="COMMENT",
                comments=[
                    {"path": each.path, "line": each.line, "side": "RIGHT", "body": each.body} for each in remarks
                ],
            )
            return made.html_url

    def edit_line_remark(self, number: int, remark: Remark, body: str) -> None:
        """See `PullTracker`."""
        with in_words(f"edit a review comment of #{number}", _WRITE):
            self._repo().get_pull(number).get_review_comment(remark.id).edit(body)
