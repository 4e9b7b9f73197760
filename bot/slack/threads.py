"""The threads above a question, read with the bot's token."""

import logging
from collections.abc import Mapping
from typing import Any

from bot.errors import UserError
from bot.slack.client import Json, SlackClient, part, parts, text_in
from bot.slack.directory import ask
from bot.slack.errors import Reason, SlackError, SlackRefused

log = logging.getLogger(__name__)

PAGE = 1000
"""Slack's largest: replies come oldest first, and the newest are wanted too."""
MOST_PAGES = 10

Message = Mapping[str, Any]


class Threads:
    """Reads threads with the bot's token; what the bot itself said in them is left out.

    `us` is the bot's user id.
    """

    def __init__(self, client: SlackClient, us: str) -> None:
        self._client = client
        self._us = us

    async def above(self, channel: str, root: str, before: str) -> tuple[Message, ...]:
        """Return the thread's root and the newest replies older than `before`, oldest first.

        Raises ThreadNotRead, also where it has more than can be read: the newest are beyond that.
        """
        about: Json = {"channel": channel, "ts": root, "latest": before, "limit": PAGE}
        messages: list[Message] = []
        for _ in range(MOST_PAGES):
            try:
                answer = await ask(self._client, "conversations.replies", about)
            except SlackRefused as error:
                raise ThreadNotRead(await self._missing_scope(error, channel)) from error
            except SlackError as error:
                raise ThreadNotRead from error
            messages += parts(answer.body, "messages")
            messages = [*messages[:1], *messages[1:][-PAGE:]]
            about["cursor"] = answer.next_cursor
            if not about["cursor"]:
                break
        else:
            raise ThreadTooLong
        others = (each for each in messages if text_in(each, "user") != self._us)
        return tuple(each for each in others if "" < text_in(each, "ts") < before)

    async def lacking(self, channel: str) -> str | None:
        """Return the scope without which a channel cannot be read; None: none that Slack names."""
        try:
            await ask(self._client, "conversations.history", {"channel": channel, "limit": 1})
        except SlackRefused as error:
            return await self._missing_scope(error, channel)
        except SlackError as error:
            log.info("slack-did-not-say", extra={"what": "history", "why": error.outcome})
        return None

    async def _missing_scope(self, error: SlackRefused, channel: str) -> str | None:
        """Return the scope to add; where Slack names several, the one for this kind of channel."""
        if error.reason is not Reason.SCOPE_MISSING:
            return None
        if error.needed and "," not in error.needed:
            return error.needed
        if channel.startswith("D"):
            return "im:history"
        try:
            answer = await ask(self._client, "conversations.info", {"channel": channel})
        except SlackError as refused:
            is_private = isinstance(refused, SlackRefused) and refused.needed == "groups:read"
            return "groups:history" if is_private else "channels:history"
        about = part(answer.body, "channel")
        kinds = {"is_mpim": "mpim:history", "is_private": "groups:history"}
        return next((kinds[kind] for kind in kinds if about.get(kind)), "channels:history")


class ThreadNotRead(UserError):
    """The thread could not be read; `scope` is what the app would need for it."""

    sentence = (
        "Your message names no SIM, and I could not read this thread. Mention me with the SIM: "
        "its SID (DE…), its ICCID, its IMEI or its name."
    )

    def __init__(self, scope: str | None = None) -> None:
        with_scope = (
            "Your message names no SIM, and I may not read this thread: an admin can add the scope "
            f"`{scope}` to this app. Or mention me with the SIM itself."
        )
        super().__init__(with_scope if scope else None)
        self.scope = scope


class ThreadTooLong(ThreadNotRead):
    """The thread has more replies than are read."""

    sentence = (
        f"This thread has more than {PAGE * MOST_PAGES:,} replies, and I read no more. Mention me "
        "with the SIM: its SID (DE…), its ICCID, its IMEI or its name."
    )
