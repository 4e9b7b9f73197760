"""The endpoints: a request in, a payload out; each raises ApiError."""

from datetime import datetime
from typing import Any

from bot.emulators.kore.account import Account, SimRecord
from bot.emulators.kore.http import ApiError, Request, Row, list_page, not_found, usage_page
from bot.emulators.kore.usage import flows_of, periods_of, usage_record

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
