"""Opens the store, and opens it again for as long as it takes, whenever it is lost."""

import logging
from typing import Protocol

from bot.backoff import Backoff
from bot.clock import Clock
from bot.store.database import Database
from bot.store.errors import StoreDenied, StoreError

log = logging.getLogger(__name__)

BACKOFF = Backoff(first=1.0, longest=15.0)

SETTLING_SECONDS = 10.0  # for which it must be well before it is said to be back


class Observer(Protocol):
    """Learns whether the store is up."""

    def store(self, *, is_up: bool) -> None:
        """Record it."""


class Reconnector:
    """Says once in the log that the store is lost, and once that it is back."""

    def __init__(self, database: Database, clock: Clock, observer: Observer) -> None:
        self._database = database
        self._clock = clock
        self._observer = observer

    async def open(self) -> None:
        """Try once. Raises StoreDenied, which no waiting mends; `run` goes on with the rest."""
        try:
            await self._database.prepare()
        except StoreDenied:
            raise
        except StoreError:
            self._observer.store(is_up=False)
        else:
            self._observer.store(is_up=True)

    async def run(self) -> None:
        """Wait for trouble and mend it, until cancelled."""
        while True:
            await self._database.in_trouble.wait()
            await self._reconnect()
            log.info("store is back")

    async def _reconnect(self) -> None:
        tries, said = 0, ""
        while trouble := self._database.trouble:
            if trouble.kind != said:  # another reason is news
                said = trouble.kind
                _log(trouble)
            self._observer.store(is_up=False)
            tries += 1
            await self._clock.sleep(BACKOFF.after(tries))
            if await self._try():
                self._observer.store(is_up=True)
                # a disk that is full is so again with the next big write
                await self._clock.sleep(SETTLING_SECONDS)

    async def _try(self) -> bool:
        try:
            await self._database.prepare()
        except StoreError:
            log.debug("store still lost", exc_info=True)
            return False
        return True


def _log(trouble: StoreError) -> None:
    cause = trouble.__cause__
    about = f"{type(cause).__name__}: {cause}" if cause else ""
    extra = {"why": trouble.kind, "says": trouble.sentence, "cause": about}
    log.error("store lost", extra=extra)
