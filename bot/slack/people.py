"""Who is a guest: people of our own workspace who are invited to some of its channels only.

https://docs.slack.dev/reference/objects/user-object: `is_restricted` is a guest of several channels
or of one, `is_ultra_restricted` one of a single channel. Needs the scope users:read.
"""

from bot.clock import Clock
from bot.slack.client import SlackClient
from bot.slack.remembered import Remembered


class People:
    """Tells guests, and remembers for some minutes."""

    def __init__(self, client: SlackClient, clock: Clock) -> None:
        self._client = client
        self._guests: Remembered[bool] = Remembered("guest", self._ask, clock)

    async def is_guest(self, user: str) -> bool | None:
        """Tell whether somebody is a guest; None where Slack does not say. Never raises."""
        return await self._guests.get(user)

    async def aclose(self) -> None:
        """Ask nothing any more."""
        await self._guests.aclose()

    async def _ask(self, user: str) -> bool | None:
        answer = await self._client.call("users.info", {"user": user}, question=True, form=True)
        person = answer.body.get("user")
        if not isinstance(person, dict):
            return None
        return bool(person.get("is_restricted") or person.get("is_ultra_restricted"))
