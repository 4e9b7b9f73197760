"""Reads a thread above one of its messages, in one call; needs a history scope."""

from collections.abc import Mapping
from typing import Any

from bot.errors import UserError
from bot.slack.client import SlackClient, parts, text_in
from bot.slack.errors import Reason, SlackError, SlackRefused

PAGE = 1000
"""Slack's largest: replies come oldest first, and the newest are wanted too."""
_SCOPES = {"D": "im:history", "G": "groups:history"}
_PUBLIC = "channels:history"

Message = Mapping[str, Any]


class Threads:
    """Reads threads with the bot's token."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client

    async def above(self, channel: str, root: str, before: str) -> tuple[Message, ...]:
        """Return the thread's root and the replies older than `before`, oldest first.

        Raises ThreadNotRead.
        """
        about = {"channel": channel, "ts": root, "latest": before, "limit": PAGE}
        try:
            answer = await self._client.call(
                "conversations.replies", about, idempotent=True, form=True
            )
        except SlackRefused as error:
            raise ThreadNotRead(_missing_scope(error, channel)) from error
        except SlackError as error:
            raise ThreadNotRead from error
        messages = parts(answer.body, "messages")
        return tuple(each for each in messages if "" < text_in(each, "ts") < before)


def _missing_scope(error: SlackRefused, channel: str) -> str | None:
    """Return the scope to add; where Slack names several, the one for this kind of channel."""
    if error.reason is not Reason.SCOPE_MISSING:
        return None
    by_channel = _SCOPES.get(channel[:1], _PUBLIC)
    return error.needed if error.needed and "," not in error.needed else by_channel


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
