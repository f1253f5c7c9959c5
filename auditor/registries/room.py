"""What one target's questions have at hand: its registry's form, its base, a way to send, and the words for the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from auditor.logs.redact import safe_line
from auditor.model.live import LiveAnswer, Target
from auditor.model.vocabulary import LiveState
from auditor.registries.addresses import shown_url
from auditor.registries.bases import ResolvedBase, base_of
from auditor.registries.exchange import LARGEST_BODY, Manners, NoAnswerError, Reply, Request, Transport
from auditor.registries.reading import Reading, read
from auditor.registries.seam import Bases
from auditor.registries.settings import Settings
from auditor.registries.subject import Subject
from auditor.rulebook.address_templates import UnfitError
from auditor.rulebook.registry_schema import Question, Registry


@dataclass(frozen=True, slots=True)
class Room:
    """For one target. Protocol modules get it, and so do declared questions."""

    subject: Subject
    settings: Settings
    transport: Transport
    bases: Bases

    @property
    def target(self) -> Target:
        """The target."""
        return self.subject.target

    @property
    def registry(self) -> Registry:
        """What the rules declare about the registry."""
        return self.subject.registry

    @property
    def options(self) -> Mapping[str, str]:
        """The protocol's options in the rules."""
        return self.registry.options

    @property
    def base(self) -> str:
        """Where the registry is asked, without a slash at its end. Raises `NoAnswerError`."""
        return self._own().url

    @property
    def own_base(self) -> bool:
        """Whether the base is the user's choice. Raises `NoAnswerError`."""
        return self._own().own

    @property
    def page(self) -> str | None:
        """Where people see the package."""
        if self.registry.page is None:
            return None
        try:
            return self.subject.address(self.registry.page)
        except UnfitError:
            return None

    @property
    def manners(self) -> Manners:
        """How its hosts may be asked."""
        return self._manners(None)

    def _manners(self, question: Question | None) -> Manners:
        access = self.settings.access_to(self.target.platform)
        return Manners(
            platform=self.target.platform,
            hosts=tuple(host.lower() for host in self.registry.redirects),
            at_once=self.registry.at_once,
            pause=self.registry.pause if question is None or question.pause is None else question.pause,
            allow_private=access.allow_private,
        )

    async def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        token: str | None = None,
        method: str = "GET",
        largest: int = LARGEST_BODY,
    ) -> Reply:
        """Ask for an address. Raises `NoAnswerError`.

        `token` is a whole `Authorization` value for this address; without it, the user's token goes along where the
        address is on the host of the base.
        """
        return await self.send(
            Request(url, method, tuple((headers or {}).items()), manners=self.manners, token=token, largest=largest)
        )

    async def send(self, request: Request) -> Reply:
        """Send a request, with the user's token where it belongs. Raises `NoAnswerError`."""
        if request.token is None and (token := self._token(request.url)) is not None:
            request = Request(
                request.url,
                request.method,
                request.headers,
                request.body,
                request.manners,
                token,
                self.registry.token_header,
                request.largest,
            )
        try:
            return await self.transport.send(request)
        except NoAnswerError as error:
            error.url = error.url or safe_line(shown_url(request.url), 1000)
            raise

    def request(self, question: Question, page: int | None = None) -> Request | None:
        """The request of a declared question; nothing when it is not for the user's mirror.

        Raises `UnfitError` when the target does not fit into it.
        """
        base = self._base(question)
        if base is None:
            return None
        path = question.get or question.head or question.post or ""
        url = base.url + self.subject.address(path)
        if page is not None and question.next is not None and question.next.parameter is not None:
            url += ("&" if "?" in url else "?") + f"{question.next.parameter}={page}"
        headers = {name: self.subject.text(value) for name, value in question.headers.items()}
        body = None
        if question.body is not None:
            body = json.dumps(self.subject.body(question.body), separators=(",", ":")).encode()
            headers = {"Content-Type": "application/json", **headers}
        method = "GET" if question.get is not None else "HEAD" if question.head is not None else "POST"
        return Request(url, method, tuple(headers.items()), body, self._manners(question))

    def read(self, question: str | Question, *replies: Reply, cut: bool = False) -> Reading:
        """Read replies as a declared question, or the one of that id, says. Raises `NoAnswerError`, `KeyError`."""
        if isinstance(question, str):
            question = {one.id: one for one in self.registry.questions}[question]
        base = self._base(question)
        return read(question, self.subject, replies, own_base=base is not None and base.own, cut=cut)

    def live(self, reason: str = "The registry has it.", **facts: Any) -> LiveAnswer:
        """The version is there. `facts` are further fields of `LiveAnswer`."""
        return self.answer(LiveState.LIVE, reason, **facts)

    def hidden(self, reason: str, **facts: Any) -> LiveAnswer:
        """The version is there, but yanked, deprecated or unlisted."""
        return self.answer(LiveState.LIVE_HIDDEN, reason, **facts)

    def held(self, reason: str, **facts: Any) -> LiveAnswer:
        """The registry has it and does not give it out yet."""
        return self.answer(LiveState.HELD, reason, **facts)

    def absent(self, reason: str, *, package_known: bool | None = None, **facts: Any) -> LiveAnswer:
        """The registry said, in its own way, that it is not there."""
        return self.answer(LiveState.ABSENT, reason, package_known=package_known, **facts)

    def unknown(self, reason: str, *, retry_after: datetime | None = None, **facts: Any) -> LiveAnswer:
        """Nothing can be told, and why."""
        return self.answer(LiveState.UNKNOWN, reason, retry_after=retry_after, **facts)

    def answer(self, state: LiveState, reason: str, **facts: Any) -> LiveAnswer:
        """An answer about this target, with a reason that is a sentence."""
        return LiveAnswer(target=self.target, state=state, reason=sentence(reason), **{"page": self.page, **facts})

    def _own(self) -> ResolvedBase:
        found = self._base(None)
        if found is None:
            raise NoAnswerError("no registry is configured for it")
        return found

    def _base(self, question: Question | None) -> ResolvedBase | None:
        own = f"#{question.id}" if question is not None and question.base is not None else ""
        try:
            return self.bases.base(
                self.target.key + own, lambda: base_of(self.subject, self.settings, question if own else None)
            )
        except UnfitError as error:
            raise NoAnswerError(f"it cannot be asked for: {error}") from None

    def _token(self, url: str) -> str | None:
        variable = self.settings.access_to(self.target.platform).token_variable
        value = self.settings.environ.get(variable, "").strip() if variable else ""
        if not value or not value.isascii() or not value.isprintable():
            return None
        same = urlsplit(self.base)[:2] == urlsplit(url)[:2]
        return self.registry.token.replace("{token}", value) if same else None


def sentence(text: str) -> str:
    """A reason with a capital letter and a full stop, fit to be printed."""
    line = safe_line(text.strip(), 490)
    if not line:
        return ""
    first = line.split(" ", 1)[0]
    if "." not in first and first != "relaudit":
        line = line[0].upper() + line[1:]
    return line + ("" if line.endswith((".", "…", "!", "?")) else ".")
