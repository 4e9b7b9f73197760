"""Usage records: a SIM's bytes in a period, split by home, national and international networks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.emulators.kore.account import SimRecord
from bot.emulators.kore.cards import ACCOUNT_SID, moment_of, stamp
from bot.emulators.kore.http import ApiError, Request, Row

_STEPS = {"all": None, "hourly": timedelta(hours=1), "daily": timedelta(days=1)}
_MONTH = timedelta(days=30)


BYTES_PER_PACKET = 480
HOME, NATIONAL = "home", "national_roaming"
DAY = timedelta(days=1)
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Periods:
    """From `start` to `end`, cut at full hours or days (UTC), or whole where `step` is None."""

    start: datetime
    end: datetime
    step: timedelta | None

    def __len__(self) -> int:
        return 1 if self.step is None else -(-(self.end - self._first) // self.step)

    def __getitem__(self, place: int) -> Span:
        if self.step is None:
            return self.start, self.end
        begin = self._first + place * self.step
        return max(begin, self.start), min(begin + self.step, self.end)

    @property
    def _first(self) -> datetime:
        hour = self.start.replace(minute=0, second=0, microsecond=0)
        return hour.replace(hour=0) if self.step == _STEPS["daily"] else hour


def periods_of(request: Request, now: datetime) -> Periods:
    """Read a request. By default End is now, Start a month before End, Granularity all.

    Raises ApiError with 33101.
    """
    end = _moment(request, "End") or now
    start = _moment(request, "Start") or end - _MONTH
    granularity = request.params.get("Granularity", "all")
    if granularity not in _STEPS:
        raise _bad("Granularity")
    if start > end:
        raise _bad("Start")
    return Periods(start, end, _STEPS[granularity])


def _moment(request: Request, name: str) -> datetime | None:
    text = request.params.get(name)
    moment = moment_of(text)
    if text is not None and moment is None:
        raise _bad(name)
    return moment


def _bad(name: str) -> ApiError:
    return ApiError(400, 33101, f"Invalid parameter value: {name}")


@dataclass(frozen=True, slots=True)
class Flow:
    """Bytes that ran evenly from `start` to `end` on one kind of network."""

    start: datetime
    end: datetime
    kind: str
    up: int
    down: int

    def within(self, span: Span) -> tuple[int, int]:
        """Return the bytes up and down that fall into a span."""
        overlap = min(self.end, span[1]) - max(self.start, span[0])
        if overlap <= timedelta(0):
            return 0, 0
        share = overlap / (self.end - self.start)
        return round(self.up * share), round(self.down * share)


def flows_of(record: SimRecord, now: datetime) -> tuple[Flow, ...]:
    """Return a SIM's flows: a steady one where its daily use is given, else one a session."""
    daily = record.bytes_per_day
    if daily is None:
        return tuple(_from_sessions(record.sessions(now)))
    created = moment_of(record.sim(now).get("date_created")) or now - 30 * DAY
    total = round(daily * ((now - created) / DAY))
    return (Flow(created, now, HOME, total // 5, total - total // 5),)


def usage_record(flows: tuple[Flow, ...], sim_sid: str, span: Span) -> Row:
    """Return the usage record of one period."""
    used: dict[str, tuple[int, int]] = {HOME: (0, 0), NATIONAL: (0, 0)}
    for flow in flows:
        up, down = flow.within(span)
        before = used.get(flow.kind, (0, 0))
        used[flow.kind] = (before[0] + up, before[1] + down)
    home, national = _counts(used.pop(HOME)), _counts(used.pop(NATIONAL))
    abroad = [{"country_code": c} | _counts(n) for c, n in sorted(used.items()) if n != (0, 0)]
    parts = [home, national, *abroad]
    total = (sum(part["upload"] for part in parts), sum(part["download"] for part in parts))
    networks = {HOME: home, NATIONAL: national, "international_roaming": abroad}
    return {
        "account_sid": ACCOUNT_SID,
        "sim_sid": sim_sid,
        "period": {"start": stamp(span[0]), "end": stamp(span[1])},
        "data": _counts(total) | networks,
        "commands": _no_commands(),
    }


def _from_sessions(rows: list[Row]) -> Iterator[Flow]:
    for row in rows:
        start = moment_of(row.get("start"))
        end = moment_of(row.get("end")) or moment_of(row.get("last_updated"))
        up, down = row.get("packets_uploaded"), row.get("packets_downloaded")
        if not (start and end and end > start):
            continue
        if isinstance(up, int) and isinstance(down, int):
            yield Flow(start, end, _kind(row), up * BYTES_PER_PACKET, down * BYTES_PER_PACKET)


def _kind(row: Row) -> str:
    """T-Mobile USA is home to these SIMs."""
    country = row.get("operator_country") or "USA"
    if country != "USA":
        return str(country)
    return HOME if str(row.get("operator_mnc")) == "260" else NATIONAL


def _counts(used: tuple[int, int]) -> Row:
    up, down = used
    counted = {"upload": up, "download": down, "total": up + down, "units": "bytes"}
    return counted | {"billed": 0.0, "billing_units": "USD"}


def _no_commands() -> Row:
    none = {"from_sim": 0, "to_sim": 0, "total": 0, "billed": 0.0, "billing_units": "USD"}
    return none | {HOME: none, NATIONAL: none, "international_roaming": []}
