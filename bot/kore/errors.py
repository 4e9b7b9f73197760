"""What can go wrong when KORE is asked; drawn as a tree in bot/errors.py."""

import json
from functools import partial
from typing import Any

from bot.errors import BotError

SOON = "Try again in a minute."
PROXY_WANTS_PASSWORD = "the proxy in between wants a password"  # noqa: S105 -- a sentence
SOMEBODY_ELSE = "something in between answered in its place (HTTP {})"


def read_refusal(body: bytes) -> dict[str, Any] | None:
    """Read what an API says of a refusal, which may be nothing; None for a page for people."""
    if not body.strip():
        return {}
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


class KoreError(BotError):
    """Base of all that KORE's API can do to us. `status` is the HTTP status where there was one."""

    sentence = "KORE's API did not give a usable answer."
    brief = "KORE gave no usable answer"

    def __init__(self, sentence: str | None = None, *, status: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status

    @property
    def while_it_lasts(self) -> "type[KoreUnavailable] | partial[KoreUnavailable]":
        """Return what makes the error that all get until KORE answers; give `silent_for`."""
        return KoreUnavailable


class KoreNotFound(KoreError):
    """404: KORE has no such resource."""

    sentence = "KORE knows nothing under that name."


class KoreDenied(KoreError):
    """401 or 403 also after a fresh token: the key is wrong or lacks a scope."""

    sentence = (
        "KORE refuses our key: the API client lacks read access to Programmable Wireless, or its "
        "secret is wrong. Tell an admin; `simsessions doctor` shows it."
    )
    brief = "KORE refuses our key"


class KoreRateLimited(KoreError):
    """429 until our patience ended."""

    sentence = "KORE is rate-limiting us. Try again in a minute."
    brief = "KORE is rate-limiting us"


_IS_DOWN = "KORE is down"


class KoreUnavailable(KoreError):
    """No connection, a time-out, a 5xx, or the circuit is open; `brief` says which."""

    sentence = "KORE is not answering. Try again in a minute."
    brief = "KORE is not answering"

    def __init__(
        self,
        brief: str | None = None,
        *,
        status: int | None = None,
        silent_for: float = 0,
        advice: str = SOON,
    ) -> None:
        said = self.brief = brief or self.brief
        self._advice = advice
        if silent_for >= 1:
            so_long = f"for {silent_for:.0f} s"
            if said.startswith(_IS_DOWN):
                said = said.replace(_IS_DOWN, f"KORE has been down {so_long}")
            else:
                said = f"{said}, {so_long} now" if brief else f"KORE has not answered {so_long}"
        super().__init__(f"{said}. {advice}", status=status)

    @property
    def while_it_lasts(self) -> "type[KoreUnavailable] | partial[KoreUnavailable]":
        """Return what makes it anew; mere silence has no cause to name."""
        if self.status is None and self._advice == SOON:
            return KoreUnavailable
        return partial(KoreUnavailable, self.brief, status=self.status, advice=self._advice)

    @classmethod
    def because(cls, cause: str, *, status: int | None = None) -> "KoreUnavailable":
        """Return one whose cause is on the way to KORE, which an admin can mend."""
        advice = "Tell an admin; `simsessions doctor` shows it."
        return cls(f"KORE cannot be reached: {cause}", status=status, advice=advice)


class KoreBadAnswer(KoreError):
    """An answer that is not what the API documents: not JSON, cut off, a foreign next page."""

    sentence = "KORE gave an answer that could not be read. Try again in a minute."

    @classmethod
    def unreadable(cls, body: bytes, what: str = "KORE gave an answer that") -> "KoreBadAnswer":
        """Return what is said of a body; of a page for people, whose it may be."""
        is_page = body.lstrip()[:1] == b"<"
        why = ": a web page, as of a proxy or portal in between" if is_page else ""
        return cls(f"{what} could not be read{why}. {SOON}")


class KoreBadRequest(KoreError):
    """400, 415, 422: KORE does not like what we asked; asking again would not help."""

    sentence = "KORE rejected the request. That is a bug in this bot; tell its admin."
