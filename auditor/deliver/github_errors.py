"""What GitHub refuses, in one line that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from auditor.deliver.problems import DeliverError, GoneError, LockedError, RefusedError
from auditor.logs.redact import safe_line


@contextmanager
def in_words(what: str, needs: str) -> Iterator[None]:
    """Put what PyGithub and the network raise into one line that says what to do."""
    from github import BadCredentialsException, GithubException, RateLimitExceededException
    from requests import RequestException

    try:
        yield
    except BadCredentialsException:
        raise DeliverError(f"cannot {what}: GitHub does not accept the token; give another one") from None
    except RateLimitExceededException as error:
        raise DeliverError(f"cannot {what}: GitHub's rate limit is used up{_until(error)}") from None
    except GithubException as error:
        raise _named(what, needs, error) from None
    except (RequestException, OSError, KeyError, TypeError) as error:
        raise DeliverError(f"cannot {what}: {safe_line(str(error), 200)}") from None


def _named(what: str, needs: str, error: Any) -> DeliverError:
    said = _said(error)
    if error.status == 410 and "disabled" in said.lower():
        return DeliverError(
            f"cannot {what}: issues are switched off in this repository; switch them on in its settings"
        )
    if error.status in (404, 410):
        return GoneError(f"cannot {what}: it is not there, or the token may not see it (needed: {needs})")
    if error.status in (403, 422) and "lock" in said.lower():
        return LockedError(f"cannot {what}: the conversation is locked")
    if error.status in (403, 401):
        return DeliverError(f"cannot {what}: the token may not ({said}); needed: {needs}")
    if error.status == 422:
        return RefusedError(f"cannot {what}: GitHub answered 422 ({said})")
    return DeliverError(f"cannot {what}: GitHub answered {error.status} ({said})")


def _said(error: Any) -> str:
    """GitHub's message, and the reasons below it, which are texts or objects."""
    data = error.data if isinstance(error.data, dict) else {}
    words = [str(error.message or data.get("message") or "")]
    reasons = data.get("errors")
    for reason in reasons[:3] if isinstance(reasons, list) else ():
        told = reason.get("message") if isinstance(reason, dict) else reason
        words += [told] if isinstance(told, str) and told not in words[0] else []
    return safe_line(": ".join(word for word in words if word), 300)


def _until(error: Any) -> str:
    headers = getattr(error, "headers", None)
    wait = headers.get("retry-after") if isinstance(headers, dict) else None
    return f"; come back in {int(wait)} seconds" if wait and str(wait).isdigit() else "; come back later"
