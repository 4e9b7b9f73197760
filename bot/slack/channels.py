"""Which channels are shared with another company (Slack Connect), or are about to be.

https://docs.slack.dev/apis/slack-connect: `is_ext_shared`, and `is_pending_ext_shared` from the
invitation on: whoever accepts it reads what was written before. Needs channels:read, for private
channels groups:read; of private ones that the bot is not in Slack says nothing.
"""

from bot.clock import Clock
from bot.slack.client import SlackClient
from bot.slack.remembered import Remembered


class Channels:
    """Tells shared channels, and remembers for some minutes."""

    def __init__(self, client: SlackClient, clock: Clock) -> None:
        self._client = client
        self._shared: Remembered[bool] = Remembered("shared-channel", self._ask, clock)

    async def is_shared(self, channel: str) -> bool | None:
        """Tell whether a channel is shared; None where Slack does not say. Never raises."""
        return await self._shared.get(channel)

    def learn(self, channel: str, *, is_shared: bool) -> None:
        """Keep what an event told."""
        self._shared.learn(channel, is_shared)

    async def aclose(self) -> None:
        """Ask nothing any more."""
        await self._shared.aclose()

    async def _ask(self, channel: str) -> bool | None:
        answer = await self._client.call(
            "conversations.info", {"channel": channel}, question=True, form=True
        )
        told = answer.body.get("channel")
        if not isinstance(told, dict):
            return None
        return bool(told.get("is_ext_shared") or told.get("is_pending_ext_shared"))
