"""What a SIM may use and has used: fetched beside its sessions, and never waited for long."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from cachetools import LRUCache

from bot.clock import Clock
from bot.diagnosis.metering import month_start
from bot.kore.client import KoreClient
from bot.kore.errors import KoreError
from bot.kore.fetched import Fetched
from bot.kore.models import RatePlan, Sim, UsageRecord
from bot.sessions.errands import Errands

PATIENCE = 0.3
REMEMBERED = 2_000

T = TypeVar("T")
Usage = tuple[UsageRecord, ...]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Allowance:
    """None is unknown: not told, not readable, or not there in time."""

    rate_plan: RatePlan | None = None
    usage: Usage | None = None

    def is_known(self, sim: Sim) -> bool:
        """Tell whether all is there that this SIM's plan needs to be judged."""
        if self.rate_plan is None:
            return sim.rate_plan_sid is None
        return self.rate_plan.data_limit is None or self.usage is not None


@dataclass(frozen=True, slots=True)
class Asked:
    """An allowance under way for the SIM as it was last known."""

    sim: Sim
    rate_plan: asyncio.Task[RatePlan | None]
    usage: asyncio.Task[Usage | None]

    def still_holds(self, sim: Sim) -> bool:
        """Tell whether the right plan and the right month were asked for."""
        mine = (self.sim.rate_plan_sid, self.sim.date_created)
        return mine == (sim.rate_plan_sid, sim.date_created)


class AllowanceReader:
    """Asks KORE for rate plan and usage; a failure is unknown, never an error.

    An answer that comes too late is not lost: the client finishes it and keeps it for next time.
    """

    def __init__(self, kore: KoreClient, clock: Clock, patience: float = PATIENCE) -> None:
        self._kore = kore
        self._clock = clock
        self.patience = patience
        self._seen: LRUCache[str, Sim] = LRUCache(REMEMBERED)
        self._unlimited: LRUCache[str, bool] = LRUCache(REMEMBERED)

    def begin_early(self, sid: str, errands: Errands, *, fresh: bool) -> Asked | None:
        """Ask before the SIM is read, if an earlier look-up told its plan."""
        sim = self._seen.get(sid)
        return self.begin(sim, errands, fresh=fresh) if sim else None

    def begin(self, sim: Sim, errands: Errands, *, fresh: bool) -> Asked | None:
        """Ask for the plan, and for the usage unless the plan is known to have no limit."""
        self._seen[sim.sid] = sim
        if sim.rate_plan_sid is None:
            return None
        plan = errands.begin(self._rate_plan(sim.rate_plan_sid, fresh=fresh))
        return Asked(sim, plan, errands.begin(self._usage(sim, fresh=fresh)))

    async def in_time(self, asked: Asked | None) -> Allowance:
        """Give what is there after `patience` seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.patience):
                return await self.whole(asked)
        return self.so_far(asked)

    async def whole(self, asked: Asked | None) -> Allowance:
        """Wait for the plan, and for the usage where the plan has a limit to compare it with."""
        plan = await asyncio.shield(asked.rate_plan) if asked else None
        if asked and plan and plan.data_limit is not None:
            await asyncio.shield(asked.usage)
        return self.so_far(asked)

    def so_far(self, asked: Asked | None) -> Allowance:
        """Give what is there now."""
        if asked is None:
            return Allowance()
        return Allowance(_if_done(asked.rate_plan), _if_done(asked.usage))

    async def _rate_plan(self, sid: str, *, fresh: bool) -> RatePlan | None:
        plan = await _or_unknown(self._kore.rate_plan(sid, fresh=fresh))
        if plan:
            self._unlimited[sid] = plan.data_limit is None
        return plan

    async def _usage(self, sim: Sim, *, fresh: bool) -> Usage | None:
        if self._unlimited.get(sim.rate_plan_sid or ""):
            return None
        return await _or_unknown(self._usage_of_the_month(sim, fresh=fresh))

    async def _usage_of_the_month(self, sim: Sim, *, fresh: bool) -> Fetched[Usage]:
        start = month_start(sim, self._clock.now())
        return await self._kore.usage_records(sim.sid, start=start, granularity="all", fresh=fresh)


class NoAllowances(AllowanceReader):
    """Asks for none: for looks in which plan and usage are of no interest."""

    def begin(self, sim: Sim, errands: Errands, *, fresh: bool) -> Asked | None:  # noqa: ARG002 -- the name is the caller's
        """Ask nothing."""
        return None


async def _or_unknown(fetch: Coroutine[Any, Any, Fetched[T]]) -> T | None:
    try:
        return (await fetch).value
    except KoreError:
        return None
    except Exception:  # what is an extra must not cost the answer
        log.exception("allowance-broke")
        return None


def _if_done(task: asyncio.Task[T]) -> T | None:
    return task.result() if task.done() else None
