"""The account behind the API: its SIMs and rate plans, and how they are found."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice

from bot.sandbox.kore_api.answers import Row
from bot.sandbox.kore_api.records import SimRecord

Wanted = Callable[[Row, SimRecord], bool]


class Account:
    """SIMs by SID and by unique name."""

    def __init__(self) -> None:
        self._by_sid: dict[str, SimRecord] = {}
        self._sid_of: dict[str, str] = {}

    def add(self, record: SimRecord, now: datetime) -> None:
        """Put a SIM in, or another in its place. Its SID and unique name may not change later."""
        sim = record.sim(now)
        self._by_sid[sim["sid"]] = record
        if sim.get("unique_name"):
            self._sid_of[sim["unique_name"]] = sim["sid"]

    def find(self, name: str) -> SimRecord | None:
        """Find by SID or unique name."""
        return self.by_sid(self._sid_of.get(name, name))

    def by_sid(self, sid: str) -> SimRecord | None:
        """Find by SID alone."""
        return self._by_sid.get(sid)

    def cut(self, wanted: Wanted, now: datetime, first: int, last: int) -> tuple[list[Row], bool]:
        """Give the SIMs from `first` to before `last` of those wanted, and whether more follow."""
        rows = list(islice(self._matching(wanted, now), first, last + 1))
        size = last - first
        return rows[:size], len(rows) > size

    def _matching(self, wanted: Wanted, now: datetime) -> Iterator[Row]:
        for record in self._by_sid.values():
            sim = record.sim(now)
            if wanted(sim, record):
                yield sim
