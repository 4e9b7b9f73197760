"""What is said to the bot in Slack, and what is only said near it.

A mention in a channel or thread, a direct message, and `!sim …` where that is switched on. Never
what a bot says, ourselves included, nor edits, joins and the like.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.services import Services
from bot.sims.unwrap import unlinked
from handlers.request import Request, part

PREFIX = "!sim"
_SAID = frozenset({"file_share", "thread_broadcast"})
_PREFIXED = re.compile(rf"(?s)\s*{re.escape(PREFIX)}(?!\S)(.*)")

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """Something said to the bot; `ts` names the message, `thread` the root that it replies to."""

    text: str
    team: str
    user: str
    channel: str
    ts: str
    thread: str | None
    is_direct: bool

    @property
    def key(self) -> str:
        """What a message has in common with all events about it, whatever their ids."""
        return f"{self.team}:{self.channel}:{self.ts}"

    def request(self, text: str) -> Request:
        """Give the request that is answered aloud, where it was asked."""
        return Request(
            team=self.team,
            user=self.user,
            channel=self.channel,
            text=text,
            thread=self.thread if self.is_direct else self.thread or self.ts,
            is_public=True,
            aloud=True,
        )


def question_in(body: Body, services: Services) -> Question | None:
    """Read an event; None where nothing is said to us."""
    event = part(body, "event")
    if not _is_a_persons(event, services.hearing.bot_user):
        return None
    text = _said_to_us(event, services)
    if text is None:
        return None
    return Question(
        text=unlinked(text).strip(),
        team=_text(body, "team_id"),
        user=_text(event, "user"),
        channel=_text(event, "channel"),
        ts=_text(event, "ts"),
        thread=_text(event, "thread_ts") or None,
        is_direct=event.get("channel_type") == "im",
    )


def _is_a_persons(event: Body, us: str) -> bool:
    """Tell whether a person wrote this anew: an edit may add a mention, and is none."""
    by_bot = event.get("bot_id") or event.get("bot_profile") or _text(event, "user") in {"", us}
    anew = not (event.get("edited") or event.get("hidden")) and _is_said(event.get("subtype"))
    return anew and not by_bot and bool(_text(event, "channel") and _text(event, "ts"))


def _is_said(subtype: object) -> bool:
    return subtype is None or (isinstance(subtype, str) and subtype in _SAID)


def _said_to_us(event: Body, services: Services) -> str | None:
    text, kind, hearing = _text(event, "text"), event.get("type"), services.hearing
    mention = re.compile(rf"<@{re.escape(hearing.bot_user)}(?:\|[^<>]*)?>")
    if kind == "app_mention" or (kind == "message" and event.get("channel_type") == "im"):
        return mention.sub(" ", text)
    if kind == "message" and _text(event, "channel") in hearing.prefix_channels:
        found = _PREFIXED.fullmatch(text)
        return found[1] if found else None
    return None


def _text(of: Body, name: str) -> str:
    found = of.get(name)
    return found if isinstance(found, str) else ""
