"""What handlers need to create, change and run digests."""

from datetime import UTC, datetime, timedelta

from bot.clock import Clock
from bot.digests.subscription import KIND, PauseReason, Subscription
from bot.digests.subscriptions import Subscriptions
from bot.errors import BotError
from bot.slack.directory import ChannelAccess
from bot.slack.errors import Reason, cannot_post
from bot.store.digest_runs import DigestRuns
from bot.store.jobs import JobQueue, NewJob
from bot.struct import Struct

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
        every = await self.subscriptions.of_team(self.team)
        others = {one.channel for one in every if one.made_by != person}
        theirs = await self.channels.channels_of(person) if others else frozenset()
        return tuple(one for one in every if one.made_by == person or one.channel in theirs)

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
