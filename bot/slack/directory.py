"""What Slack says of people, channels, threads and user groups: asked for, remembered, kept fresh.

Nothing that is asked here raises a SlackError, but for `members_of`: what Slack does not say is
unknown, and unknown is not no. A thread that cannot be read is a ThreadNotRead.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from math import inf
from typing import Any, Generic, TypeVar

from cachetools import TTLCache

from bot.clock import Clock
from bot.errors import without_traceback
from bot.slack.client import Json, SlackClient, SlackResponse, items, part, parts, text_in
from bot.slack.errors import (
    Reason,
    SlackError,
    SlackOutcomeUnknown,
    SlackRefused,
    ThreadNotRead,
    ThreadTooLong,
    cannot_post,
)
from bot.struct import Struct

log = logging.getLogger(__name__)

FRESH_SECONDS = 300.0
RETRY_SECONDS = 60.0
STALE_SECONDS = 3600.0
PATIENCE_SECONDS = 3.0
MAX_ENTRIES = 20_000

T = TypeVar("T")
Fetch = Callable[[str], Awaitable[T | None]]


class _Entry(Struct, Generic[T]):
    value: T
    expires: float


class StaleCache(Generic[T]):
    """Answers by id; None is "Slack did not say".

    An answer is good for 5 minutes. Where Slack then fails it stands in for up to an hour, and
    Slack is asked again after a minute; nobody waits for longer than 3 seconds.
    """

    def __init__(self, what: str, fetch: Fetch[T], clock: Clock) -> None:
        self._what = what
        self._fetch = fetch
        self._clock = clock
        self._stale: TTLCache[str, T] = TTLCache(MAX_ENTRIES, STALE_SECONDS, timer=clock.monotonic)
        self._entries: TTLCache[str, _Entry[T | None]] = TTLCache(
            MAX_ENTRIES, FRESH_SECONDS, timer=clock.monotonic
        )
        self._fetching: dict[str, asyncio.Task[T | None]] = {}

    async def get(self, key: str) -> T | None:
        """Return what is known; ask where nothing is."""
        entry = self._entries.get(key)
        if entry and self._clock.monotonic() < entry.expires:
            return entry.value
        task = self._fetching.get(key) or self._start(key)
        done, _ = await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        return task.result() if done else self._stale.get(key)

    def learn(self, key: str, value: T) -> None:
        """Keep what Slack said by itself."""
        self._stale[key] = value
        self._keep(key, value, FRESH_SECONDS)

    async def aclose(self) -> None:
        """Ask nothing any more."""
        tasks = tuple(self._fetching.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, key: str) -> asyncio.Task[T | None]:
        task = asyncio.create_task(self._refresh(key), name=f"fetch-{self._what}")
        self._fetching[key] = task
        task.add_done_callback(lambda _: self._fetching.pop(key, None))
        return task

    async def _refresh(self, key: str) -> T | None:
        try:
            value, why = await self._fetch(key), "nothing of it in the answer"
        except SlackError as error:
            value, why = None, error.outcome
        if value is not None:
            self.learn(key, value)
            return value
        log.warning("slack-did-not-say", extra={"what": self._what, "why": why})
        stale = self._stale.get(key)
        self._keep(key, stale, RETRY_SECONDS)
        return stale

    def _keep(self, key: str, value: T | None, seconds: float) -> None:
        self._entries[key] = _Entry(value, self._clock.monotonic() + seconds)


class People(StaleCache[bool]):
    """Who is a guest: invited to some channels of our own workspace only.

    https://docs.slack.dev/reference/objects/user-object: `is_restricted` is a guest of one or
    several channels, `is_ultra_restricted` of a single one. Needs the scope users:read.
    """

    def __init__(self, client: SlackClient, clock: Clock) -> None:
        flags = ("is_restricted", "is_ultra_restricted")
        super().__init__("guest", partial(_any_of, client, "users.info", "user", flags), clock)

    async def is_guest(self, user: str) -> bool | None:
        """Return whether somebody is a guest; None where Slack does not say."""
        return await self.get(user)


class Channels(StaleCache[bool]):
    """Which channels are shared with another company, or are about to be."""

    def __init__(self, client: SlackClient, clock: Clock) -> None:
        flags = ("is_ext_shared", "is_pending_ext_shared")
        fetch = partial(_any_of, client, "conversations.info", "channel", flags)
        super().__init__("shared-channel", fetch, clock)

    async def is_shared(self, channel: str) -> bool | None:
        """Return whether a channel is shared; None where Slack does not say."""
        return await self.get(channel)


async def _any_of(
    client: SlackClient, method: str, what: str, flags: tuple[str, str], id_: str
) -> bool | None:
    """Return whether Slack says one of two things of what has this id; None: it says nothing."""
    about = part((await ask(client, method, {what: id_})).body, what)
    return any(map(about.get, flags)) if about else None


async def ask(client: SlackClient, method: str, body: Json) -> SlackResponse:
    """Ask what changes nothing. Raises SlackError."""
    return await client.call(method, body, idempotent=True, form=True)


async def link_to(client: SlackClient, channel: str, ts: str) -> str:
    """Return the address of a message; "" where Slack gives none."""
    try:
        about = {"channel": channel, "message_ts": ts}
        return text_in((await ask(client, "chat.getPermalink", about)).body, "permalink")
    except SlackError as error:
        log.info("slack-did-not-say", extra={"what": "permalink", "why": error.outcome})
        return ""


_CHANNEL_TYPES = "public_channel,private_channel"
_PAGE = 999
_MAX_PAGES = 10


class ChannelAccess:
    """Who may read and write where; Slack is asked each time anew."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client

    async def post_fault(self, channel: str) -> Reason | None:
        """Return what keeps the bot from posting; None: nothing that Slack says beforehand."""
        answer = await self._answer("conversations.info", {"channel": channel})
        if isinstance(answer, SlackError):
            return cannot_post(answer)
        about = part(answer.body, "channel")
        if about.get("is_archived"):
            return Reason.ARCHIVED
        is_member = about.get("is_member") is not False or about.get("is_im")
        return None if is_member else Reason.NOT_IN_CHANNEL

    async def is_unknown(self, channel: str) -> bool:
        """Return whether the bot is not in a channel, so that Slack may hide who is."""
        return await self.post_fault(channel) is Reason.NOT_IN_CHANNEL

    async def is_member(self, channel: str, person: str) -> bool:
        """Return whether a person is in a channel; no where Slack does not say."""
        return channel in await self.channels_of(person)

    async def is_outside(self, channel: str, person: str) -> bool:
        """Return whether Slack says that a person is not in a channel; no where it does not say."""
        found, is_all = await self._channels_of(person)
        return is_all and channel not in found

    async def channels_of(self, person: str) -> frozenset[str]:
        """Return the channels that a person is in, as far as Slack says; archived ones too."""
        return (await self._channels_of(person))[0]

    async def _channels_of(self, person: str) -> tuple[frozenset[str], bool]:
        """Return them, and whether those are all."""
        found: set[str] = set()
        body = {"user": person, "types": _CHANNEL_TYPES, "limit": str(_PAGE)}
        for _ in range(_MAX_PAGES):
            answer = await self._answer("users.conversations", body)
            if isinstance(answer, SlackError):
                break
            found.update(text_in(channel, "id") for channel in parts(answer.body, "channels"))
            body["cursor"] = answer.next_cursor
            if not body["cursor"]:
                return frozenset(found - {""}), isinstance(answer.body.get("channels"), list)
        return frozenset(found - {""}), False

    async def link_to(self, channel: str, ts: str) -> str:
        """Return the address of a message; "" where Slack gives none."""
        return await link_to(self._client, channel, ts)

    async def zone_of(self, person: str) -> str | None:
        """Return the IANA name of a person's time zone; None where Slack does not say."""
        answer = await self._answer("users.info", {"user": person})
        if isinstance(answer, SlackError):
            return None
        return text_in(part(answer.body, "user"), "tz") or None

    async def groups(self) -> tuple[tuple[str, str], ...]:
        """Return the workspace's user groups, id and handle; none where Slack does not say."""
        answer = await self._answer("usergroups.list", {})
        if isinstance(answer, SlackError):
            return ()
        groups = parts(answer.body, "usergroups")
        return tuple((text_in(each, "id"), text_in(each, "handle")) for each in groups)

    async def names_of(self, ids: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Return each group's or person's id and name as people type it, as far as Slack says."""
        wanted = set(filter(None, ids))
        found = {id_: handle for id_, handle in await self.groups() if id_ in wanted}
        for person in wanted - found.keys():
            answer = await self._answer("users.info", {"user": person})
            if not isinstance(answer, SlackError):
                found[person] = text_in(part(answer.body, "user"), "name")
        return tuple((id_, f"@{name}") for id_, name in found.items() if name)

    async def _answer(self, method: str, body: Json) -> SlackResponse | SlackError:
        try:
            return await ask(self._client, method, body)
        except SlackError as error:
            log.info("slack-did-not-say", extra={"what": method, "why": error.outcome})
            return without_traceback(error)


THREAD_PAGE = 1000
"""Slack's largest: replies come oldest first, and the newest are wanted too."""
MOST_THREAD_PAGES = 10


class Threads:
    """Reads threads with the bot's token; what the bot itself said in them is left out.

    `us` is the bot's user id.
    """

    def __init__(self, client: SlackClient, us: str) -> None:
        self._client = client
        self._us = us

    async def above(self, channel: str, root: str, before: str) -> tuple[Mapping[str, Any], ...]:
        """Return the thread's root and the newest replies older than `before`, oldest first.

        Raises ThreadNotRead, also where it has more than can be read: the newest are beyond that.
        """
        about: Json = {"channel": channel, "ts": root, "latest": before, "limit": THREAD_PAGE}
        messages: list[Mapping[str, Any]] = []
        for _ in range(MOST_THREAD_PAGES):
            try:
                answer = await ask(self._client, "conversations.replies", about)
            except SlackRefused as error:
                raise ThreadNotRead(await self._missing_scope(error, channel)) from error
            except SlackError as error:
                raise ThreadNotRead from error
            messages += parts(answer.body, "messages")
            messages = [*messages[:1], *messages[1:][-THREAD_PAGE:]]
            about["cursor"] = answer.next_cursor
            if not about["cursor"]:
                break
        else:
            raise ThreadTooLong
        others = (each for each in messages if text_in(each, "user") != self._us)
        return tuple(each for each in others if "" < text_in(each, "ts") < before)

    async def missing_scope(self, channel: str) -> str | None:
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


REFRESH_SECONDS = 300.0
AGAIN_SECONDS = 15.0
MEMBERS_STALE_SECONDS = 86_400.0
"""For how long a fault passes: longer than any outage of Slack's, and no longer than a day."""
NOBODY: frozenset[str] = frozenset()


class UserGroups:
    """The members of the groups with these ids; `run` keeps them fresh."""

    def __init__(self, client: SlackClient, clock: Clock, groups: frozenset[str]) -> None:
        self._client = client
        self._clock = clock
        self._groups = groups
        self._members: dict[str, frozenset[str]] = {}
        self._read_at: dict[str, float] = {}
        self._was_read = asyncio.Event()
        if not groups:
            self._was_read.set()

    async def run(self) -> None:
        """Read all groups again and again; come back at once where there are none."""
        while self._groups:
            is_whole = await self.read_all()
            await self._clock.sleep(REFRESH_SECONDS if is_whole else AGAIN_SECONDS)

    async def read_all(self) -> bool:
        """Read each group once; return whether Slack gave a clear answer for all."""
        answers = [await self._read(group) for group in sorted(self._groups)]
        self._was_read.set()
        return all(answers)

    async def has(self, user: str | None, among: frozenset[str]) -> bool:
        """Return whether somebody is in one of these groups, once they have been read at all."""
        if among and not self._was_read.is_set():
            await self._wait_for_first_read()
        return user is not None and any(user in self._members.get(g, NOBODY) for g in among)

    async def _wait_for_first_read(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._was_read.wait()
        except TimeoutError:
            log.warning("groups-not-read-yet")

    async def _read(self, group: str) -> bool:
        try:
            self._members[group] = await members_of(group, self._client)
            self._read_at[group] = self._clock.monotonic()
        except SlackError as error:
            age = self._clock.monotonic() - self._read_at.get(group, -inf)
            if isinstance(error, SlackRefused) or age > MEMBERS_STALE_SECONDS:
                self._members[group] = NOBODY
            about = {"group": group, "why": error.outcome, "age": age}
            log.warning("group-not-readable", extra=about | {"kept": len(self._members[group])})
            return isinstance(error, SlackRefused)
        return True


async def members_of(group: str, client: SlackClient) -> frozenset[str]:
    """Return who is in a group. Raises SlackError, also where the answer has no list of them."""
    method = "usergroups.users.list"
    answer = await ask(client, method, {"usergroup": group})
    if not isinstance(answer.body.get("users"), list):
        raise SlackOutcomeUnknown(method, "unreadable_answer")
    return frozenset(user for user in items(answer.body, "users") if isinstance(user, str))
