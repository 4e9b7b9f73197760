"""The endpoints: a question in, a payload out; raises Refusal."""

from datetime import datetime

from bot.sandbox.kore_api.account import Account
from bot.sandbox.kore_api.answers import Refusal, Row, no_such
from bot.sandbox.kore_api.paging import page_of
from bot.sandbox.kore_api.question import Question
from bot.sandbox.kore_api.records import SimRecord

STATUSES = ("new", "ready", "active", "suspended", "deactivated", "canceled", "scheduled")
FILTERED = (*STATUSES, "updating")


class Resources:
    """One method an endpoint; `answer` finds the one that is meant."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def answer(self, question: Question) -> Row:
        """Give the payload of a resource. Raises Refusal."""
        match question.segments:
            case ("v1", "Sims"):
                return self._sims(question)
            case ("v1", "Sims", name):
                return self._sim(question, name)
            case ("v1", "Sims", sid, "DataSessions"):
                return self._data_sessions(question, sid)
            case _:
                raise no_such(question.raw_path)

    def _sims(self, question: Question) -> Row:
        wanted = question.params
        if wanted.get("Status", "new") not in FILTERED:
            raise Refusal(400, 33101, "Invalid parameter value: Status")

        def fits(sim: Row, record: SimRecord) -> bool:
            known = {
                "Status": sim.get("status"),
                "Iccid": sim.get("iccid"),
                "EId": sim.get("eid", sim.get("e_id")),
                "SimRegistrationCode": record.registration_code,
            }
            return all(wanted.get(name, value) == value for name, value in known.items())

        def cut(now: datetime, first: int, last: int) -> tuple[list[Row], bool]:
            rows, more = self._account.cut(fits, now, first, last)
            return [_linked(row, question.base) for row in rows], more

        return page_of(question, "sims", cut)

    def _sim(self, question: Question, name: str) -> Row:
        record = self._account.find(name)
        if record is None:
            raise no_such(question.raw_path, 33107)
        return _linked(record.sim(question.now), question.base)

    def _data_sessions(self, question: Question, sid: str) -> Row:
        record = self._account.by_sid(sid)
        if record is None:
            raise no_such(question.raw_path, 33107)

        def cut(now: datetime, first: int, last: int) -> tuple[list[Row], bool]:
            rows = record.sessions(now)
            return rows[first:last], len(rows) > last

        return page_of(question, "data_sessions", cut)


def _linked(sim: Row, base: str) -> Row:
    """Add a SIM's addresses under the host that was asked."""
    url = f"{base}/v1/Sims/{sim['sid']}"
    links = {
        "rate_plan": f"{base}/v1/RatePlans/{sim.get('rate_plan_sid')}",
        "usage_records": f"{url}/UsageRecords",
        "data_sessions": f"{url}/DataSessions",
    }
    return {**sim, "url": url, "links": links}
