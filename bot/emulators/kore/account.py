"""The account behind the API: its SIMs and rate plans, what is held of each, how they are found."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Protocol

from bot.emulators.kore.cards import ACCOUNT_SID, moment_of, sid, stamp
from bot.emulators.kore.fleet import Fleet
from bot.emulators.kore.http import Row, Value
from bot.struct import Struct

# an open session that was updated this shortly before the start goes on being updated
LIVE = timedelta(minutes=30)
_COUNTERS = ("packets_uploaded", "packets_downloaded")


class SimRecord(Protocol):
    """One SIM of the account. Rows are in the payload's own shape, without links and addresses."""

    @property
    def registration_code(self) -> str | None:
        """The code printed on its card."""

    @property
    def bytes_per_day(self) -> int | None:
        """How much it uses a day; None: as much as its sessions' packets make."""

    def sim(self, now: datetime, /) -> Row:
        """Return the SIM."""

    def sessions(self, now: datetime, /) -> list[Row]:
        """Return its data sessions in the order in which the API lists them."""


class Role(Struct):
    """One SIM of a story: its row, and its sessions in the order of the API, as of any moment."""

    sim: Callable[[datetime], Row]
    sessions: Callable[[datetime], list[Row]]
    registration_code: str | None = None
    bytes_per_day: int | None = None


class Plot(Role):
    """What the stand-in needs of a story: its first SIM, the `others`, and its own plan, if any."""

    rate_plan: Callable[[datetime], Row] | None = None
    others: tuple[Role, ...] = ()


class StorySim(Struct, dict=True):
    """A SIM of a story that starts at `start`: its past stays, and its open sessions grow."""

    role: Role
    start: datetime
    registration_code: str | None = None
    bytes_per_day: int | None = None

    def sim(self, now: datetime) -> Row:  # noqa: ARG002 -- it stays as it was at the start
        """Return the SIM."""
        return self._row

    def sessions(self, now: datetime) -> list[Row]:
        """Return its data sessions."""
        return [_grown(row, self.start, now) for row in self._session_rows]

    @cached_property
    def _row(self) -> Row:
        return self.role.sim(self.start)

    @cached_property
    def _session_rows(self) -> list[Row]:
        return self.role.sessions(self.start)


def story_sims(story: Plot, start: datetime) -> Iterator[StorySim]:
    """Return the SIMs of a story that starts now."""
    for role in (story, *story.others):
        yield StorySim(role, start, role.registration_code, role.bytes_per_day)


def _grown(row: Row, start: datetime, now: datetime) -> Row:
    """Return a row as of now: counters of a live session go on at the pace they had."""
    updated, begun = moment_of(row.get("last_updated")), moment_of(row.get("start"))
    if row.get("end") is not None or now <= start or not updated or not begun:
        return row
    if start - updated > LIVE or updated <= begun:
        return row
    later = updated + (now - start)
    pace = (later - begun) / (updated - begun)
    counted = {name: int(row[name] * pace) for name in _COUNTERS if isinstance(row.get(name), int)}
    return row | counted | {"last_updated": stamp(later)}


FILTERS = ("Status", "Iccid", "RatePlan", "EId", "SimRegistrationCode")
PlanAt = Callable[[datetime], Row]


class Account:
    """The SIMs that were added, in their order, and the generated fleet after them."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._by_sid: dict[str, SimRecord] = {}
        self._sid_of: dict[str, str] = {}
        self._overrides: dict[str, SimRecord] = {}
        self._plans: list[PlanAt] = [a_plan]

    def add(self, record: SimRecord, now: datetime) -> None:
        """Add or replace a SIM. Its SID and unique name may not change later."""
        sim = record.sim(now)
        self._by_sid[sim["sid"]] = record
        if sim.get("unique_name"):
            self._sid_of[sim["unique_name"]] = sim["sid"]

    def override(self, sid: str, record: SimRecord | None) -> None:
        """Put another record in place of a SIM's own, or, with None, take it away again.

        The SIM keeps its place in lists; one of the generated fleet is filtered by the status that
        it was made with.
        """
        if record is None:
            self._overrides.pop(sid, None)
        else:
            self._overrides[sid] = record

    def add_plan(self, plan: PlanAt) -> None:
        """Add a rate plan; it takes precedence over an older one of the same name."""
        self._plans.insert(0, plan)

    def find(self, name: str) -> SimRecord | None:
        """Find by SID or unique name."""
        known = self.by_sid(self._sid_of.get(name, name))
        generated = None if known else self._fleet.by_name(name)
        return self.by_sid(generated.card.sid) if generated else known

    def by_sid(self, sid: str) -> SimRecord | None:
        """Find by SID alone."""
        return self._overrides.get(sid) or self._by_sid.get(sid) or self._fleet.by_sid(sid)

    def plans(self, now: datetime) -> list[Row]:
        """Return all rate plans."""
        by_sid = {row["sid"]: row for row in (plan(now) for plan in reversed(self._plans))}
        return list(by_sid.values())

    def plan(self, name: str, now: datetime) -> Row | None:
        """Find a rate plan by SID or unique name."""
        rows = self.plans(now)
        return next((row for row in rows if name in {row["sid"], row.get("unique_name")}), None)

    def cut(
        self, filters: Mapping[str, str], now: datetime, first: int, last: int
    ) -> tuple[list[Row], bool]:
        """Return the SIMs from `first` to before `last` that match, and whether more follow.

        Names that are not in FILTERS are ignored.
        """
        wanted = self._wanted(filters, now)
        added = [record.sim(now) for record in self._added(wanted, now)]
        rows = added[first:last]
        start = max(first - len(added), 0)
        room = last - first - len(rows)
        generated = list(islice(self._fleet.matching(wanted, start), room + 1))
        rows += [self._current(record.sim(now), now) for record in generated[:room]]
        return rows, len(added) > last or len(generated) > room

    def _wanted(self, filters: Mapping[str, str], now: datetime) -> dict[str, str]:
        """Read the filters; a plan may be named by its unique name."""
        wanted = {name: filters[name] for name in FILTERS if name in filters}
        plan = self.plan(wanted["RatePlan"], now) if "RatePlan" in wanted else None
        return wanted | {"RatePlan": plan["sid"]} if plan else wanted

    def _current(self, row: Row, now: datetime) -> Row:
        override = self._overrides.get(row["sid"])
        return override.sim(now) if override else row

    def _added(self, wanted: Mapping[str, str], now: datetime) -> Iterator[SimRecord]:
        for own_sid, own in self._by_sid.items():
            record = self._overrides.get(own_sid, own)
            values = _filter_values(record, now)
            if all(values[name] == value for name, value in wanted.items()):
                yield record


def _filter_values(record: SimRecord, now: datetime) -> dict[str, object]:
    """Return what the filters look at."""
    sim = record.sim(now)
    return {
        "Status": sim.get("status"),
        "Iccid": sim.get("iccid"),
        "RatePlan": sim.get("rate_plan_sid"),
        "EId": sim.get("eid", sim.get("e_id")),
        "SimRegistrationCode": record.registration_code,
    }


DEFAULT_PLAN = "fleet-1gb"


def a_plan(now: datetime, name: str = DEFAULT_PLAN, **changes: Value) -> Row:
    """Return a plan of 1,000 MB a month that allows data at home and abroad."""
    made = stamp(now - timedelta(days=800))
    return {
        "sid": sid("WP", name),
        "unique_name": name,
        "account_sid": ACCOUNT_SID,
        "friendly_name": "Fleet, 1 GB",
        "data_enabled": True,
        "data_metering": "quota-1",
        "data_limit": 1000,
        "data_limit_strategy": "block",
        "messaging_enabled": True,
        "voice_enabled": False,
        "national_roaming_enabled": True,
        "national_roaming_data_limit": 1000,
        "international_roaming": ["data", "messaging"],
        "international_roaming_data_limit": 1000,
        "date_created": made,
        "date_updated": made,
    } | changes
