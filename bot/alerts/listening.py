"""Alerts of other apps in the channels that listen: which are the same, and which are answered.

An alert that comes again within an hour is the same: the answer to the first one is brought up to
date. What is to be done is a job, one for each alert that is not the same as another.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.clock import Backoff, Clock
from bot.sims.extraction import TextPart
from bot.sims.identifier import name_key
from bot.sims.spotter import Spotted
from bot.store.channels import ListeningChannel, ListeningRows
from bot.store.database import Database
from bot.store.errors import StoreError
from bot.store.jobs import JobQueue, NewJob
from bot.struct import Struct

__all__ = ["ForeignAlert", "ForeignAlerts", "ListeningChannel", "ListeningChannels", "identity_of"]

KIND = "foreign_alert"
SAME_SECONDS = 3600.0
"""For how long an alert that comes again is the same."""
REFRESH_SECONDS = 15.0
FIRST_READ_SECONDS = 5.0
TRIES = 8
BACKOFF = Backoff(first=1.0, longest=20.0)
_STATUS = frozenset(
    {
        *("acknowledged", "alert", "alerting", "closed", "critical", "firing", "new", "nodata"),
        *("ok", "open", "opened", "pending", "problem", "recovered", "recovery", "reopened"),
        *("resolved", "triggered", "updated", "warn", "warning"),
    }
)
"""Words of a title that say how an alert stands, not which one it is."""
log = logging.getLogger(__name__)


class ForeignAlert(Struct):
    """A message of another app: where it stands, and the text of all its parts.

    `is_shared` is what the event said of whether the channel is shared with another company.
    """

    channel: str
    ts: str
    places: tuple[TextPart, ...]
    is_shared: bool | None = None


def identity_of(places: Sequence[TextPart], spotted: Spotted) -> str:
    """Return what an alert has in common with itself when it comes again: its SIMs and its title.

    Numbers, times and the words that say how it stands differ from one time to the next.
    """
    sims = {f"{spot.kind} {name_key(spot.value)}" for spot in spotted.spots if spot.taken}
    words = re.findall(r"\w+", places[0].text.partition("\n")[0].casefold()) if places else []
    title = [word for word in words if word not in _STATUS and not re.search(r"\d", word)]
    said = "\n".join([" ".join(title), *sorted(sims)])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


class ListeningChannels:
    """The channels that listen, as this process knows them; `run` keeps that fresh."""

    def __init__(self, rows: ListeningRows, clock: Clock) -> None:
        self._rows = rows
        self._clock = clock
        self._known: Mapping[str, ListeningChannel] | None = None
        self._was_read = asyncio.Event()

    def may_listen(self, channel: str) -> bool:
        """Return whether a channel listens, as far as is known: before the first read any may."""
        return self._known is None or channel in self._known

    async def of(self, channel: str) -> ListeningChannel | None:
        """Return how a channel listens, once they have been read; None where it does not."""
        try:
            async with asyncio.timeout(FIRST_READ_SECONDS):
                await self._was_read.wait()
        except TimeoutError:
            return None
        return (self._known or {}).get(channel)

    async def start(self, new: ListeningChannel) -> bool:
        """Let a channel listen; return whether it did not before. Raises StoreError."""
        is_new = await self._rows.start(new)
        await self.read()
        return is_new

    async def stop(self, channel: str) -> bool:
        """End it, and return whether the channel listened. Raises StoreError."""
        was_on = await self._rows.stop(channel)
        await self.read()
        return was_on

    async def read(self) -> None:
        """Read them anew. Raises StoreError."""
        self._known = await self._rows.every()
        self._was_read.set()

    async def run(self) -> None:
        """Read them again and again, until cancelled; without the store what is known holds."""
        while True:
            try:
                await self.read()
            except StoreError as error:
                log.debug("listening-not-read", exc_info=error)
            await self._clock.sleep(REFRESH_SECONDS if self._known is not None else 1.0)


class ForeignAlerts:
    """Writes down which alerts are to be answered."""

    def __init__(self, database: Database, queue: JobQueue, clock: Clock) -> None:
        self._db = database
        self._queue = queue
        self._clock = clock

    async def take(self, alert: ForeignAlert, spotted: Spotted) -> None:
        """Have an alert answered, or the answer brought up to date; a lost store is waited for.

        The same message twice is one, in whatever process, and so is what comes meanwhile.
        Raises StoreError after a minute and a half.
        """
        identity = identity_of(alert.places, spotted)
        key = f"{KIND} {alert.channel} {identity}"
        new = NewJob(KIND, key, _args(alert, spotted, identity))
        for tried in range(1, TRIES):
            try:
                return await self._take(new)
            except StoreError as error:
                log.warning("alert-not-taken", extra={"why": error.kind, "tried": tried})
                await self._clock.sleep(BACKOFF.after(tried))
        return await self._take(new)

    async def _take(self, new: NewJob) -> None:
        while not await self._queue.add(new):
            async with self._db.write() as tx:
                await self._queue.lock(new.key, tx)
                job = await self._queue.get(new.key, tx)
                if job is None:
                    continue  # it was long over, and has just been forgotten
                if again := _again(job.args, new.args):
                    await self._queue.add(NewJob(KIND, new.key, again), tx=tx, anew=True)
                return


def _args(alert: ForeignAlert, spotted: Spotted, identity: str) -> dict[str, Any]:
    return {
        "channel": alert.channel,
        "thread": alert.ts,
        "latest": alert.ts,
        "times": 1,
        "identity": identity,
        "texts": list(spotted.texts),
        "cut": spotted.cut,
        "is_shared": alert.is_shared,
    }


def _again(before: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what is to be done as an alert comes again; None: it is the message of before."""
    at = float(new["latest"])
    if at <= float(before["latest"]):
        return None
    if at - float(before["thread"]) > SAME_SECONDS:
        return dict(new)
    return {**before, "latest": new["latest"], "times": before["times"] + 1}
