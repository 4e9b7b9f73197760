"""Stores the digests of channels with their schedules, finds them by name, and has them made."""

import difflib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar

from bot.clock import Clock
from bot.digests.schedule import DigestSchedule, QuietHours
from bot.digests.subscription import (
    GRACE,
    KIND,
    PauseReason,
    Selection,
    Subscribed,
    Subscription,
    WhenQuiet,
)
from bot.errors import BotError, UserError
from bot.sims.identifier import name_key, quoted
from bot.slack.directory import ChannelAccess
from bot.slack.errors import Reason, cannot_post
from bot.store.database import Database, Record
from bot.store.digest_runs import DigestRuns
from bot.store.jobs import JobQueue, NewJob
from bot.store.schedules import NamedRows, Schedule, Schedules, SubscriptionRows
from bot.struct import Struct, replace


def to_row(subscription: Subscription) -> dict[str, Any]:
    """Return what is stored of a digest, by column."""
    return row_of(subscription, json.dumps(_details(subscription), separators=(",", ":")))


def from_row(row: Record) -> Subscription:
    """Read what some version stored; what is new since has its usual value."""
    stored: dict[str, Any] = json.loads(row.details)
    quiet = stored.get("quiet_hours")
    return Subscription(
        id=row.id,
        team=row.team,
        channel=row.channel,
        name=row.name,
        made_by=row.made_by,
        made_at=datetime.fromtimestamp(row.made_at, UTC),
        selection=Selection.from_json(stored["selection"]),
        schedule=DigestSchedule.from_json(stored["cadence"]),
        zone=stored.get("zone", "UTC"),
        quiet_hours=QuietHours.from_json(quiet) if quiet else None,
        when_quiet=WhenQuiet(stored.get("when_quiet", WhenQuiet.LINE)),
        grace=timedelta(seconds=stored.get("grace", GRACE.total_seconds())),
        paused=paused_in(row),
    )


def _details(subscription: Subscription) -> dict[str, object]:
    quiet = subscription.quiet_hours
    return {
        "selection": subscription.selection.to_json(),
        "cadence": subscription.schedule.to_json(),
        "zone": subscription.zone,
        "when_quiet": subscription.when_quiet.value,
        "grace": subscription.grace.total_seconds(),
    } | ({"quiet_hours": quiet.to_json()} if quiet else {})


_NEAR = 0.6
_OFFERED = 5


class NameTaken(UserError):
    """The channel has a digest of that name."""

    sentence = "This channel has a digest of that name. Give another name, or edit that one."


class NoneOfName(UserError):
    """No digest, or alert, is meant for sure; `near` are those whose names come near."""

    def __init__(self, sentence: str | None = None, near: tuple[Subscribed, ...] = ()) -> None:
        super().__init__(sentence)
        self.near = near


class NoSuchDigest(NoneOfName):
    """The digest is not there (any more)."""

    sentence = "That digest is not there any more. `/simsessions digest list` shows those that are."


N = TypeVar("N", bound=Subscribed)


class NamedRepository(Generic[N]):
    """What channels have by name: digests, or alerts. Every method raises StoreError too."""

    noun: ClassVar[str]
    no_such: ClassVar[type[NoneOfName]]

    def __init__(
        self, database: Database, rows: NamedRows, read: Callable[[Record], N], queue: JobQueue
    ) -> None:
        self._db = database
        self._named = rows
        self._read = read
        self._queue = queue

    async def find(self, id_: str) -> N | None:
        """Return one by its id; None where it is gone."""
        row = await self._named.get(id_)
        return self._read(row) if row else None

    async def get(self, id_: str) -> N:
        """Return one by its id. Raises NoneOfName."""
        if (found := await self.find(id_)) is None:
            raise self.no_such
        return found

    async def named(self, name: str, team: str, channel: str, person: str) -> N:
        """Return the channel's one of that name, else the person's own. Raises NoneOfName."""
        here = await self.in_channel(team, channel)
        mine = await self.made_by(team, person)
        return self.pick(name, here, tuple(one for one in mine if one not in here))

    async def in_channel(self, team: str, channel: str) -> tuple[N, ...]:
        """Return a channel's, by name."""
        return tuple(map(self._read, await self._named.in_channel(team, channel)))

    async def made_by(self, team: str, person: str) -> tuple[N, ...]:
        """Return those that a person made, by name."""
        return tuple(map(self._read, await self._named.made_by(team, person)))

    async def of_person(self, team: str, person: str, channels: ChannelAccess) -> tuple[N, ...]:
        """Return those that a person made, and those of the channels that they are in."""
        every = tuple(map(self._read, await self._named.of_team(team)))
        others = {one.channel for one in every if one.made_by != person}
        theirs = await channels.channels_of(person) if others else frozenset()
        return tuple(one for one in every if one.made_by == person or one.channel in theirs)

    async def every(self) -> tuple[N, ...]:
        """Return all, by name."""
        return tuple(map(self._read, await self._named.every()))

    async def chosen(self, which: str) -> N:
        """Return the one of all that has that id or name. Raises NoneOfName."""
        every, noun, name = await self.every(), self.noun, quoted(which)
        found = [one for one in every if one.id == which or name_key(one.name) == name_key(which)]
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(f"{one.id} in {one.channel}" for one in found)
            raise self.no_such(f"{len(found)} {noun}s are called {name}: {ids}. Give an id.")
        raise self.no_such(f"There is no {noun} {name}; `simsessions {noun} list` has all.")

    @classmethod
    def pick(cls, name: str, here: Sequence[N], elsewhere: Sequence[N] = ()) -> N:
        """Return the one that is meant; without a name the only one here. Raises NoneOfName."""
        noun, add = cls.noun, f"`/simsessions {cls.noun} add` makes one."
        if not name.strip():
            if len(here) == 1:
                return here[0]
            many = f"This channel has {len(here)} {noun}s. Which one?"
            none = f"This channel has no {noun}. {add}"
            raise cls.no_such(many if here else none, tuple(here[:_OFFERED]))
        for among in (here, elsewhere):
            exact = tuple(one for one in among if name_key(one.name) == name_key(name))
            if len(exact) == 1:
                return exact[0]
            if exact:
                raise cls.no_such(f"You made {len(exact)} of that name. Which one?", exact)
        near = _near(name, (*here, *elsewhere))
        those = f"`/simsessions {noun} list` shows those here; {add}"
        hint = "Did you mean one of these?" if near else those
        raise cls.no_such(f"I found no {noun} {quoted(name)} here. {hint}", near)


def _near(name: str, among: Sequence[N]) -> tuple[N, ...]:
    wanted = name_key(name)
    keys = {name_key(one.name): one for one in reversed(among)}
    alike = difflib.get_close_matches(wanted, keys, _OFFERED, _NEAR)
    parts = [spelt for spelt in keys if wanted in spelt]
    return tuple(keys[spelt] for spelt in dict.fromkeys([*alike, *parts]))[:_OFFERED]


def row_of(one: Subscribed, details: str) -> dict[str, Any]:
    """Return what is stored of one, by column."""
    return {
        "id": one.id,
        "team": one.team,
        "channel": one.channel,
        "name": one.name,
        "name_key": name_key(one.name),
        "made_by": one.made_by,
        "made_at": one.made_at.timestamp(),
        "details": details,
        "paused": one.paused and one.paused.value,
    }


def paused_in(row: Record) -> PauseReason | None:
    """Read why one is paused; a reason of a later version is as if somebody had asked."""
    if row.paused is None:
        return None
    return PauseReason(row.paused) if row.paused in set(PauseReason) else PauseReason.ASKED


class Subscriptions(NamedRepository[Subscription]):
    """The digests. Every method raises StoreError too."""

    noun, no_such = "digest", NoSuchDigest

    def __init__(self, database: Database, queue: JobQueue) -> None:
        self._rows = SubscriptionRows(database)
        super().__init__(database, self._rows, from_row, queue)
        self._schedules = Schedules(database, queue)

    async def add(self, subscription: Subscription) -> None:
        """Store a new one and its schedule. Raises NameTaken."""
        async with self._db.write() as tx:
            if not await self._rows.add(to_row(subscription), tx):
                raise NameTaken
            await self._schedules.put(schedule_of(subscription), tx)

    async def change(self, subscription: Subscription) -> None:
        """Store its changes; its next run follows its new schedule. Paused is what is paused now.

        Raises NameTaken and NoSuchDigest.
        """
        async with self._db.write() as tx:
            row = await self._rows.get(subscription.id, tx)
            if row is None:
                raise NoSuchDigest
            kept = replace(subscription, paused=paused_in(row))
            if not await self._rows.change(to_row(kept), tx):
                raise NameTaken
            await self._schedules.put(schedule_of(kept), tx)

    async def pause(self, subscription: Subscription, why: PauseReason = PauseReason.ASKED) -> bool:
        """Pause it; return whether it ran before."""
        async with self._db.write() as tx:
            changed = await self._rows.set_paused(subscription.id, why.value, tx)
            await self._schedules.pause(subscription.schedule_name, tx)
        return changed

    async def resume(self, subscription: Subscription) -> bool:
        """Resume it from now on, without missed runs; return whether it was paused."""
        async with self._db.write() as tx:
            changed = await self._rows.set_paused(subscription.id, None, tx)
            await self._schedules.resume(subscription.schedule_name, tx)
        return changed

    async def remove(self, subscription: Subscription) -> None:
        """Delete it, and cancel its run if one is under way."""
        async with self._db.write() as tx:
            await self._rows.remove(subscription.id, tx)
            await self._schedules.drop(subscription.schedule_name, tx)
            for run in await self._queue.live(KIND, _runs_of(subscription), tx):
                await self._queue.cancel(run, tx)

    async def is_being_made(self, subscription: Subscription) -> bool:
        """Return whether a run of it waits or is under way."""
        return bool(await self._queue.live(KIND, _runs_of(subscription)))


def _runs_of(subscription: Subscription) -> str:
    """Return what the keys of its runs begin with."""
    return f"{subscription.schedule_name}@"


def schedule_of(subscription: Subscription) -> Schedule:
    """Return its schedule for the job engine."""
    return Schedule(
        name=subscription.schedule_name,
        kind=KIND,
        args={"subscription": subscription.id},
        cron=(subscription.schedule.cron,),
        zone=subscription.zone,
        grace=subscription.grace.total_seconds(),
        paused=subscription.paused is not None,
    )


PREVIEW = "digest_preview"
"""The kind of job that makes a digest for one person and keeps nothing of it."""


class DigestService(Struct):
    """`min_interval` is the shortest time between two runs, `grace` how late one may be made up."""

    subscriptions: Subscriptions
    channels: ChannelAccess
    runs: DigestRuns
    queue: JobQueue
    clock: Clock
    team: str
    min_interval: timedelta
    grace: timedelta

    async def of_person(self, person: str) -> tuple[Subscription, ...]:
        """Return the digests that a person made, and those of the channels that they are in."""
        return await self.subscriptions.of_person(self.team, person, self.channels)

    async def percents(self) -> dict[str, int]:
        """Return how far each digest is that is being made now, by subscription."""
        return {one: at.percent for one, at in (await self.runs.progress()).items()}

    async def post_now(self, one: Subscription) -> bool:
        """Start a run that posts it now; False while one is under way. Raises StoreError."""
        if await self.subscriptions.is_being_made(one):
            return False
        due = self.clock.now().replace(microsecond=0)
        args = {"subscription": one.id, "due": due.timestamp(), "now": True}
        return await self.queue.add(NewJob(KIND, run_key(one, due), args)) == 1

    async def preview(self, one: Subscription, person: str, accounts: frozenset[str]) -> None:
        """Start a run for one person alone, who may see these accounts. Raises StoreError."""
        due = self.clock.now().replace(microsecond=0)
        args = {"subscription": one.id, "person": person, "due": due.timestamp()}
        args["accounts"] = sorted(accounts)
        await self.queue.add(NewJob(PREVIEW, f"{PREVIEW}:{one.id}:{person}@{stamp(due)}", args))


class EveryDigest(Struct):
    """The digests whose scans an agent's token may see: all, as it may look up every SIM."""

    subscriptions: Subscriptions
    runs: DigestRuns
    team: str = ""

    async def of_person(self, _person: str) -> tuple[Subscription, ...]:
        """Return all of them. Raises StoreError."""
        return await self.subscriptions.every()


def run_key(one: Subscription, due: datetime) -> str:
    """Return the key of a run's job: that of the schedule at that time."""
    return f"{one.schedule_name}@{stamp(due)}"


def stamp(moment: datetime) -> str:
    """Write a moment as keys do: UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


_TOLD = {
    Reason.ARCHIVED: "That channel is archived. Choose another.",
    Reason.NOT_IN_CHANNEL: "I am not in that channel. Invite me there (`/invite @simsessions`), "
    "then save again.",
    Reason.NOT_ALLOWED: "I may not post in that channel. Choose another, or ask its admins.",
}


def problem_words(why: Reason | PauseReason) -> str:
    """Say what is wrong with a channel that is chosen, and what to do."""
    return _TOLD[Reason(why)]


def pause_reason(error: BotError) -> PauseReason | None:
    """Return why a digest whose post was refused so is paused; None: it is tried again."""
    reason = cannot_post(error)
    return PauseReason(reason.value) if reason else None
