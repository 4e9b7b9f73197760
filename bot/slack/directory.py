"""Who is a guest: people of our own workspace who are invited to some of its channels only.

https://docs.slack.dev/reference/objects/user-object: `is_restricted` is a guest of several channels
or of one, `is_ultra_restricted` one of a single channel. Needs the scope users:read.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cachetools import TTLCache

from bot.clock import Clock
from bot.slack.client import Json, SlackClient
from bot.slack.errors import Reason, SlackError, SlackRefused, cannot_post

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
        """Return whether somebody is in one of the groups; waits for the first reading at most."""
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
            if _is_refusal(error) or self._is_old(group):
                self._members[group] = NOBODY

    def _is_old(self, group: str) -> bool:
        return self._clock.monotonic() - self._read_at.get(group, 0.0) > STALE_SECONDS


def _is_refusal(error: SlackError) -> bool:
    """Return whether Slack said no, and not that its servers are at fault."""
    return isinstance(error, SlackRefused) and error.reason is not Reason.SERVER_FAULT


async def members_of(group: str, client: SlackClient) -> frozenset[str]:
    """Ask who is in a group. Raises SlackError."""
    answer = await client.call(
        "usergroups.users.list", {"usergroup": group}, question=True, form=True
    )
    return frozenset(user for user in answer.body.get("users") or () if isinstance(user, str))


_KINDS = "public_channel,private_channel"
_PAGE = 999
_PAGES = 10


class ChannelAccess:
    """Asks Slack, each time anew. Nothing here raises a SlackError."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client

    async def trouble(self, channel: str) -> Reason | None:
        """Say what stands in the way of posting; None: nothing that Slack tells of beforehand."""
        answer = await self._asked("conversations.info", {"channel": channel})
        if isinstance(answer, SlackError):
            return cannot_post(answer)
        told = answer.get("channel") or {}
        if told.get("is_archived"):
            return Reason.ARCHIVED
        is_outside = told.get("is_member") is False and not told.get("is_im")
        return Reason.NOT_IN_CHANNEL if is_outside else None

    async def has(self, channel: str, person: str) -> bool:
        """Return whether a person is in a channel; no where Slack does not say."""
        return channel in await self.channels_of(person)

    async def channels_of(self, person: str) -> frozenset[str]:
        """Return the channels that a person is in, as far as Slack says; archived ones too."""
        found: set[str] = set()
        body = {"user": person, "types": _KINDS, "limit": str(_PAGE)}
        for _ in range(_PAGES):
            answer = await self._asked("users.conversations", body)
            if isinstance(answer, SlackError):
                break
            found.update(str(channel.get("id")) for channel in answer.get("channels") or ())
            body["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not body["cursor"]:
                break
        return frozenset(found)

    async def zone_of(self, person: str) -> str | None:
        """Return the IANA name of a person's time zone; None where Slack does not say."""
        answer = await self._asked("users.info", {"user": person})
        if isinstance(answer, SlackError):
            return None
        zone = (answer.get("user") or {}).get("tz")
        return zone if isinstance(zone, str) and zone else None

    async def _asked(self, method: str, body: Json) -> Json | SlackError:
        try:
            return (await self._client.call(method, body, question=True, form=True)).body
        except SlackError as error:
            log.info("slack-did-not-say", extra={"what": method, "why": error.outcome})
            return error


FRESH_SECONDS = 300.0
AGAIN_SECONDS = 60.0
MOST = 20_000

T = TypeVar("T")
Ask = Callable[[str], Awaitable[T | None]]


@dataclass(frozen=True, slots=True)
class _Known(Generic[T]):
    value: T
    until: float


class StaleCache(Generic[T]):
    """Answers by id; None is "Slack did not say".

    An answer is good for 5 minutes. Where Slack then fails it stands in for up to an hour, and
    Slack is asked again after a minute; nobody waits for longer than 3 seconds.
    """

    def __init__(self, what: str, ask: Ask[T], clock: Clock) -> None:
        self._what = what
        self._ask = ask
        self._clock = clock
        self._good: TTLCache[str, T] = TTLCache(MOST, STALE_SECONDS, timer=clock.monotonic)
        self._known: TTLCache[str, _Known[T | None]] = TTLCache(
            MOST, FRESH_SECONDS, timer=clock.monotonic
        )
        self._asking: dict[str, asyncio.Task[T | None]] = {}

    async def get(self, key: str) -> T | None:
        """Return what is known; ask where nothing is. Never raises SlackError."""
        known = self._known.get(key)
        if known and self._clock.monotonic() < known.until:
            return known.value
        asking = self._asking.get(key) or self._begin(key)
        done, _ = await asyncio.wait({asking}, timeout=PATIENCE_SECONDS)
        return asking.result() if done else self._good.get(key)

    def learn(self, key: str, value: T) -> None:
        """Keep what Slack said by itself."""
        self._good[key] = value
        self._keep(key, value, FRESH_SECONDS)

    async def aclose(self) -> None:
        """Ask nothing any more."""
        asking = tuple(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    def _begin(self, key: str) -> asyncio.Task[T | None]:
        task = asyncio.create_task(self._answer(key), name=f"ask-{self._what}")
        self._asking[key] = task
        task.add_done_callback(lambda _: self._asking.pop(key, None))
        return task

    async def _answer(self, key: str) -> T | None:
        try:
            value, why = await self._ask(key), "nothing of it in the answer"
        except SlackError as error:
            value, why = None, error.outcome
        if value is None:
            log.warning("slack-did-not-say", extra={"what": self._what, "why": why})
            known = self._good.get(key)
            self._keep(key, known, AGAIN_SECONDS)
            return known
        self.learn(key, value)
        return value

    def _keep(self, key: str, value: T | None, seconds: float) -> None:
        self._known[key] = _Known(value, self._clock.monotonic() + seconds)


class Channels:
    """Tells shared channels, and remembers for some minutes."""

    def __init__(self, client: SlackClient, clock: Clock) -> None:
        self._client = client
        self._shared: StaleCache[bool] = StaleCache("shared-channel", self._ask, clock)

    async def is_shared(self, channel: str) -> bool | None:
        """Return whether a channel is shared; None where Slack does not say. Never raises."""
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


class People:
    """Tells guests, and remembers for some minutes."""

    def __init__(self, client: SlackClient, clock: Clock) -> None:
        self._client = client
        self._guests: StaleCache[bool] = StaleCache("guest", self._ask, clock)

    async def is_guest(self, user: str) -> bool | None:
        """Return whether somebody is a guest; None where Slack does not say. Never raises."""
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
