"""A stand-in of GitHub: raw files of repositories, and the search for open pull requests."""

from __future__ import annotations

from tests.registries.public import Public
from tests.registry_standin import Answer, Seen

NOT_FOUND = Answer.text("404: Not Found", 404)


class Repositories(Public):
    """Answers GitHub's search for pull requests with the titles that are open."""

    def __init__(self, *titles: str, otherwise: Answer = NOT_FOUND, status: int = 200) -> None:
        super().__init__(otherwise)
        self.titles = titles
        self.status = status

    def answer(self, seen: Seen) -> Answer:
        if seen.path.startswith("/search/issues"):
            self.seen.append(seen)
            items = [
                {
                    "number": 100 + number,
                    "title": title,
                    "state": "open",
                    "html_url": f"https://github.com/a/b/pull/{100 + number}",
                    "created_at": "2026-03-01T10:00:00Z",
                }
                for number, title in enumerate(self.titles)
            ]
            return Answer.json({"total_count": len(items), "incomplete_results": False, "items": items}, self.status)
        return super().answer(seen)
