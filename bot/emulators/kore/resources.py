"""The endpoints: a request in, a payload out; each raises ApiError.

A usage record is a SIM's bytes in a period, split by home, national and international networks.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from bot.emulators.kore.account import Account, SimRecord
from bot.emulators.kore.cards import ACCOUNT_SID, moment_of, stamp
from bot.emulators.kore.http import ApiError, Request, Row, list_page, not_found, usage_page
from bot.struct import Struct

_STEPS = {"all": None, "hourly": timedelta(hours=1), "daily": timedelta(days=1)}
_MONTH = timedelta(days=30)


BYTES_PER_PACKET = 480
HOME, NATIONAL = "home", "national_roaming"
DAY = timedelta(days=1)
Span = tuple[datetime, datetime]


class Periods(Struct):
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


class Flow(Struct):
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


NO_SUCH_SIM, NO_SUCH_PLAN = 33107, 33108
FILTERED_STATUSES = frozenset(
    {"new", "ready", "active", "suspended", "deactivated", "canceled", "scheduled", "updating"}
)
_DEPRECATED = {
    f"{kind}_{what}": value
    for kind in ("voice", "voice_fallback", "sms", "sms_fallback")
    for what, value in (("url", None), ("method", "POST"))
}


class Resources:
    """One method an endpoint; `answer` finds the one that is meant."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def answer(self, request: Request) -> Row:
        """Return the payload of a resource. Raises ApiError."""
        match request.segments:
            case ("v1", "Sims"):
                return self._sims(request)
            case ("v1", "Sims", name):
                return self._sim(request, name)
            case ("v1", "Sims", sid, "DataSessions"):
                return self._data_sessions(request, sid)
            case ("v1", "Sims", sid, "UsageRecords"):
                return self._usage_records(request, sid)
            case ("v1", "RatePlans"):
                return self._rate_plans(request)
            case ("v1", "RatePlans", name):
                return self._rate_plan(request, name)
            case _:
                raise not_found(request.raw_path)

    def _sims(self, request: Request) -> Row:
        filters = request.params
        if filters.get("Status", "new") not in FILTERED_STATUSES:
            raise ApiError(400, 33101, "Invalid parameter value: Status")

        def cut(now: datetime, first: int, last: int) -> tuple[list[Row], bool]:
            rows, more = self._account.cut(filters, now, first, last)
            return [_linked_sim(row, request.base) for row in rows], more

        return list_page(request, "sims", cut)

    def _sim(self, request: Request, name: str) -> Row:
        record = self._account.find(name)
        if record is None:
            raise not_found(request.raw_path, NO_SUCH_SIM)
        return _linked_sim(record.sim(request.now), request.base)

    def _data_sessions(self, request: Request, sid: str) -> Row:
        record = self._record(request, sid)

        def cut(now: datetime, first: int, last: int) -> tuple[list[Row], bool]:
            rows = record.sessions(now)
            return rows[first:last], len(rows) > last

        return list_page(request, "data_sessions", cut)

    def _usage_records(self, request: Request, sid: str) -> Row:
        record = self._record(request, sid)

        def cut(now: datetime, first: int, last: int) -> tuple[list[Row], bool]:
            periods, flows = periods_of(request, now), flows_of(record, now)
            places = range(len(periods))[first:last]
            rows = [usage_record(flows, sid, periods[place]) for place in places]
            return rows, len(periods) > last

        return usage_page(request, "usage_records", cut)

    def _rate_plans(self, request: Request) -> Row:
        def cut(now: datetime, first: int, last: int) -> tuple[list[Row], bool]:
            rows = [_linked_plan(plan, request.base) for plan in self._account.plans(now)]
            return rows[first:last], len(rows) > last

        return list_page(request, "rate_plans", cut)

    def _rate_plan(self, request: Request, name: str) -> Row:
        plan = self._account.plan(name, request.now)
        if plan is None:
            raise not_found(request.raw_path, NO_SUCH_PLAN)
        return _linked_plan(plan, request.base)

    def _record(self, request: Request, sid: str) -> SimRecord:
        """Find by SID alone: only the SIM itself may be asked for by its unique name."""
        record = self._account.by_sid(sid)
        if record is None:
            raise not_found(request.raw_path, NO_SUCH_SIM)
        return record


def _linked_sim(sim: Row, base: str) -> Row:
    """Add a SIM's addresses under the host that was asked, and what the API has deprecated."""
    url = f"{base}/v1/Sims/{sim['sid']}"
    plan = sim.get("rate_plan_sid")
    links: dict[str, Any] = {"rate_plan": f"{base}/v1/RatePlans/{plan}"} if plan else {}
    links |= {"usage_records": f"{url}/UsageRecords", "data_sessions": f"{url}/DataSessions"}
    return {**_DEPRECATED, **sim, "url": url, "links": links}


def _linked_plan(plan: Row, base: str) -> Row:
    return {**plan, "url": f"{base}/v1/RatePlans/{plan['sid']}"}
