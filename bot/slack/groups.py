"""Who is in the user groups that may ask, read in the background. Needs usergroups:read.

A group that Slack refuses to tell of lets nobody in. While Slack merely fails, those who were in it
stay in for an hour.
"""

import asyncio
import logging

from bot.clock import Clock
from bot.slack.client import SlackClient
from bot.slack.errors import SlackError, SlackRefused
from bot.slack.retry import SERVER_ERRORS

log = logging.getLogger(__name__)

REFRESH_SECONDS = 300.0
STALE_SECONDS = 3600.0
PATIENCE_SECONDS = 3.0
NOBODY: frozenset[str] = frozenset()


class UserGroups:
    """The members of the groups with these ids; `run` keeps them fresh."""

    def __init__(self, client: SlackClient, clock: Clock, groups: frozenset[str]) -> None:
        self._client = client
        self._clock = clock
        self._groups = groups
        self._members: dict[str, frozenset[str]] = {}
        self._read_at: dict[str, float] = {}
        self._first = asyncio.Event()

    async def run(self) -> None:
        """Read all groups again and again; come back at once where there are none."""
        while self._groups:
            await self.read_all()
            await self._clock.sleep(REFRESH_SECONDS)

    async def read_all(self) -> None:
        """Read each group once."""
        for group in sorted(self._groups):
            await self._read(group)
        self._first.set()

    async def has(self, user: str | None) -> bool:
        """Tell whether somebody is in one of the groups; waits for the first reading at most."""
        if self._groups and not self._first.is_set():
            await self._first_reading()
        return user is not None and any(user in members for members in self._members.values())

    async def _first_reading(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._first.wait()
        except TimeoutError:
            log.warning("groups-not-read-yet")

    async def _read(self, group: str) -> None:
        try:
            self._members[group] = await members_of(group, self._client)
            self._read_at[group] = self._clock.monotonic()
        except SlackError as error:
            extra = {"group": group, "why": error.outcome}
            log.warning("group-not-readable", extra=extra)
            if is_refusal(error) or self._is_old(group):
                self._members[group] = NOBODY

    def _is_old(self, group: str) -> bool:
        return self._clock.monotonic() - self._read_at.get(group, 0.0) > STALE_SECONDS


def is_refusal(error: SlackError) -> bool:
    """Tell a no of Slack's from a fault of its servers."""
    return isinstance(error, SlackRefused) and error.error not in SERVER_ERRORS


async def members_of(group: str, client: SlackClient) -> frozenset[str]:
    """Ask who is in a group. Raises SlackError."""
    answer = await client.call(
        "usergroups.users.list", {"usergroup": group}, question=True, form=True
    )
    return frozenset(user for user in answer.body.get("users") or () if isinstance(user, str))
