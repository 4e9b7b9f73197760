"""Learns how old the news of a session that is alive may be, per network and radio.

A session that was seen before and is seen again, still open and with news, was alive when it was
first seen, however old its news was then. That age is counted; the 99th percentile is the line.
"""

import logging
import math
from collections import Counter
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock

from bot.clock import Clock
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import Network, generation, is_low_power, network_of
from bot.errors import BotError
from bot.kore.models import DataSession
from bot.store.lookups import NewsAgeRows

SHORTEST = 60.0
PER_OCTAVE = 4
BINS = 64
"""Bins of age, each a fifth longer than the one before: from a minute to some 40 days."""
ENOUGH = 50
FEW, AS_IF_UNKNOWN = 0.05, 4 * 3600.0
"""The share of ages that may have been outages, and how old news may be where nothing is learnt."""
FADE_AT = 2000
"""Ages of one place from which on all of its counts are halved."""
MOST_PLACES = 500
MOST_SESSIONS = 20_000
REMEMBERED_FOR = 48 * 3600.0
TAUGHT_EVERY = 3600.0
"""A session teaches once an hour at most, so that one that is watched does not outweigh others."""
SAVED_EVERY = 60.0
RadioPlace = tuple[str, str]
Bin = tuple[str, str, int]
log = logging.getLogger(__name__)


class NewsAges:
    """What was learnt. Without a store nothing is, and each line is unknown.

    Scans see sessions from a thread of their own.
    """

    def __init__(self, store: NewsAgeRows | None = None) -> None:
        self._store = store
        self._lines: dict[RadioPlace, timedelta] = {}
        self._places: frozenset[RadioPlace] = frozenset()
        self._learnt: Counter[Bin] = Counter()
        self._seen: dict[int, tuple[float, float, float]] = {}
        self._lock = Lock()

    def line(self, network: Network | None, radio_link: str | None) -> timedelta | None:
        """Return how old news may be there; None until enough is known."""
        if network is None or not self._lines:
            return None
        return self._lines.get(_place(network, radio_link))

    def observe(self, evidence: Evidence, as_of: datetime) -> None:
        """Compare the open sessions of a SIM, read at `as_of`, with what they were before."""
        if self._store is None:
            return
        with self._lock:
            for session in evidence.open:
                if session.last_updated and session.start:
                    sid = session.sim_sid or evidence.sim.sid
                    known_as = hash((sid, session.start.timestamp()))
                    self._compare(known_as, session, session.last_updated, as_of.timestamp())

    def recall(self, sid: str, start: float, updated: float, looked_at: float) -> None:
        """Remember an open session as another process saw it, unless it was seen here too."""
        known_as = hash((sid, start))
        with self._lock:
            if self._store and known_as not in self._seen and self._has_room(looked_at):
                self._seen[known_as] = updated, looked_at, -math.inf

    def _compare(
        self, known_as: int, session: DataSession, last_updated: datetime, at: float
    ) -> None:
        updated = last_updated.timestamp()
        seen = self._seen.pop(known_as, None)
        was, looked_at, taught_at = seen or (updated, at, -math.inf)
        if updated > was and at - taught_at >= TAUGHT_EVERY:
            self._learn(session, looked_at - was)
            taught_at = at
        if seen is None and not self._has_room(at):
            return
        self._seen[known_as] = max(updated, was), max(at, looked_at), taught_at

    def _has_room(self, at: float) -> bool:
        """Forget what was not seen for long; what is remembered goes before what is new."""
        while self._seen:
            oldest = next(iter(self._seen))
            if at - self._seen[oldest][1] < REMEMBERED_FOR:
                break
            del self._seen[oldest]
        return len(self._seen) < MOST_SESSIONS

    def _learn(self, session: DataSession, age: float) -> None:
        network = network_of(session)
        if network is None:
            return
        place = _place(network, session.radio_link)
        places = self._places.union((n, radio) for n, radio, _ in self._learnt)
        if place in places or len(places) < MOST_PLACES:
            self._learnt[*place, _bin(age)] += 1

    async def save(self) -> None:
        """Add what was learnt to the store, and read what all have learnt. Raises StoreError."""
        if self._store is None:
            return
        with self._lock:
            learnt, self._learnt = self._learnt, Counter()
        try:
            if learnt:
                await self._store.add(learnt)
        except BaseException:
            with self._lock:
                self._learnt += learnt
            raise
        await self._read(self._store)

    async def _read(self, store: NewsAgeRows) -> None:
        counts: dict[RadioPlace, Counter[int]] = {}
        for (network, radio, number), sessions in (await store.all()).items():
            counts.setdefault((network, radio), Counter())[number] = sessions
        lines = {place: _line(bins) for place, bins in counts.items() if bins.total() >= ENOUGH}
        self._lines, self._places = lines, frozenset(counts)
        for place, bins in counts.items():
            if bins.total() > FADE_AT:
                await store.halve(*place)

    async def run(self, clock: Clock) -> None:
        """Save now and then, for ever; a broken store costs nothing but the learning."""
        while True:
            try:
                await self.save()
            except BotError as error:
                log.info("news-ages-not-saved", extra={"why": error.kind})
            await clock.sleep(SAVED_EVERY)


NOTHING_LEARNT = NewsAges()


def _place(network: Network, radio_link: str | None) -> RadioPlace:
    return f"{network.mcc}-{network.mnc}", _radio(radio_link)


@lru_cache(maxsize=1024)
def _radio(radio_link: str | None) -> str:
    """Return the generation; what sleeps by design has one of its own."""
    number = generation(radio_link) or "unknown"
    return f"{number} low power" if is_low_power(radio_link) else str(number)


def _bin(age: float) -> int:
    """Return the number of the bin; that of 0 ends at a minute."""
    return min(BINS - 1, max(0, math.ceil(PER_OCTAVE * math.log2(max(age, 1.0) / SHORTEST))))


def _line(bins: Counter[int]) -> timedelta:
    """Return the end of the bin in which the 99th percentile lies, of what is usual."""
    usual = _usual(bins)
    enough, total = math.ceil(usual.total() * 0.99), 0
    for number in sorted(usual):
        total += usual[number]
        if total >= enough:
            break
    return timedelta(seconds=SHORTEST * 2 ** (number / PER_OCTAVE))


def _usual(bins: Counter[int]) -> Counter[int]:
    """Return it without the few, of hours, that lie an octave above all others.

    They were in an outage, and came back in the session that they had: that is no cadence.
    """
    numbers, few = sorted(bins), 0
    usual = len(numbers)
    for place in range(len(numbers) - 1, 0, -1):
        few += bins[numbers[place]]
        if numbers[place] <= _bin(AS_IF_UNKNOWN) or few > bins.total() * FEW:
            break
        if numbers[place] - numbers[place - 1] > PER_OCTAVE:
            usual = place
    return Counter({number: bins[number] for number in numbers[:usual]})
