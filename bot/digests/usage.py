"""What SIMs have used of their plans' limits, which a scan asks for only as often as it can matter.

It is a request a SIM: KORE sums up usage by account or by SIM, not for several SIMs. So of a chunk
of a scan some SIMs at most are asked for, those first of which nothing is known this month; the
others once they may have come near a limit since, by what they used a day and send now. What was
told is kept in the SIM's row.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic_core import from_json

from bot.diagnosis.fields import Usage, month_start, used_bytes
from bot.diagnosis.rules.data_limit import FULL, MEGABYTE
from bot.kore.models import RatePlan, Sim, UsageRecord
from bot.sessions.snapshot import compact_json
from bot.store.scans import ScanRow
from bot.struct import replace

MOST_ASKED = 10
"""SIMs of a chunk, which has 100, of which the usage is asked for in one scan."""
AGAIN = 3600.0
DAY = 86_400.0
BYTES_A_PACKET = 1500
"""At most: the MTU of Ethernet, which no mobile network's exceeds."""
FASTER = 2
"""So many times as fast as before in its month a SIM may use data, beyond what its packets tell."""
_KEPT = ',"spent":['


class Spent(NamedTuple):
    """What KORE told of a SIM's month at `read_at`; times in epoch seconds, usage in bytes."""

    month: float
    read_at: float
    home: int | None = None
    national: int | None = None
    international: int | None = None
    total: int | None = None

    def used(self, kind: Usage) -> int:
        """Return the bytes that were told."""
        told = {Usage.HOME: self.home, Usage.NATIONAL: self.national}
        return told.get(kind, self.international) or 0

    def most(self, kind: Usage, limit: int, traffic: int | None, at: float) -> float:
        """Return the bytes of a limit that can be used by now; `traffic` is packets a day.

        At worst, where that is unknown, all of it in a day.
        """
        used, days = self.used(kind), (at - self.read_at) / DAY
        usual = used * DAY / max(DAY, self.read_at - self.month)
        sent = limit if traffic is None else traffic * BYTES_A_PACKET
        return used + days * max(sent, FASTER * usual)

    def records(self) -> tuple[UsageRecord, ...]:
        """Return what was told as KORE tells it."""
        told = {"home": self.home, "national_roaming": self.national}
        data: dict[str, object] = {name: {"total": n} for name, n in told.items() if n is not None}
        data["total"] = self.total
        if self.international is not None:
            data["international_roaming"] = [{"total": self.international}]
        return (UsageRecord(data=data),)


def limits_of(plan: RatePlan | None) -> dict[Usage, int]:
    """Return a plan's limits, in bytes."""
    told = plan and {
        Usage.HOME: plan.data_limit,
        Usage.NATIONAL: plan.national_roaming_data_limit,
        Usage.INTERNATIONAL: plan.international_roaming_data_limit,
    }
    return {kind: limit * MEGABYTE for kind, limit in (told or {}).items() if limit and limit > 0}


def _spent_in(row: ScanRow) -> Spent | None:
    """Return what a row keeps; None where it keeps nothing, or anything else."""
    if _KEPT not in row.row:
        return None
    try:
        spent = Spent(*from_json(row.row)["spent"])
    except (TypeError, ValueError):
        return None
    return spent if all(isinstance(each, float | int | None) for each in spent) else None


class Spending:
    """The usage of a scan's SIMs; `percent` of a limit is near it, `before` are their last rows."""

    def __init__(
        self, plans: Mapping[str, RatePlan | None], before: Iterable[ScanRow], percent: int
    ) -> None:
        self._limits = {sid: limits_of(plan) for sid, plan in plans.items()}
        self._near = min(percent, FULL) / FULL
        rows = [row for row in before if self._limits]
        self._traffic = {row.sid: row.traffic for row in rows}
        kept = ((row.sid, _spent_in(row)) for row in rows)
        self.known = {sid: spent for sid, spent in kept if spent}

    def wanting(self, sims: Sequence[Sim], now: datetime) -> list[Sim]:
        """Return those whose usage is to be asked for in this scan, the longest unknown first."""
        asked = sorted(
            (spent.read_at if (spent := self._of_this_month(sim, now)) else 0.0, place)
            for place, sim in enumerate(sims)
            if self._may_be_news(sim, now)
        )
        return [sims[place] for _, place in asked[:MOST_ASKED]]

    def told(self, sim: Sim, records: tuple[UsageRecord, ...], now: datetime) -> None:
        """Note what KORE says that a SIM has used since its month began."""
        since = month_start(sim, now)
        used = (used_bytes(records, since, kind) for kind in _KINDS)
        self.known[sim.sid] = Spent(since.timestamp(), now.timestamp(), *used)

    def usage(self, sim: Sim, now: datetime) -> tuple[UsageRecord, ...] | None:
        """Return the usage to judge a SIM by; None: it is not known."""
        spent = self._of_this_month(sim, now)
        return spent.records() if spent else None

    def kept_in(self, row: ScanRow) -> ScanRow:
        """Return a SIM's row with what is known of its month, for the next scan."""
        spent = self.known.get(row.sid)
        if spent is None:
            return row
        return replace(row, row=f"{row.row[:-1]}{_KEPT}{compact_json(spent)[1:]}}}")

    def _of_this_month(self, sim: Sim, now: datetime) -> Spent | None:
        spent = self.known.get(sim.sid)
        if spent is None or sim.date_created is None:
            return spent
        return spent if spent.month == month_start(sim, now).timestamp() else None

    def _may_be_news(self, sim: Sim, now: datetime) -> bool:
        """Return whether a line that was not reached may have been since."""
        limits, at = self._limits.get(sim.rate_plan_sid or ""), now.timestamp()
        spent = self._of_this_month(sim, now)
        if not limits or spent is None:
            return bool(limits)
        traffic = self._traffic.get(sim.sid)
        return at - spent.read_at >= AGAIN and any(
            spent.used(kind) < line <= spent.most(kind, limit, traffic, at)
            for kind, limit in limits.items()
            for line in (limit * self._near, limit)
        )


_KINDS = (Usage.HOME, Usage.NATIONAL, Usage.INTERNATIONAL, Usage.ALL)
