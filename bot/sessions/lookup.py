"""Looks SIMs up: what a person typed goes in, a report comes out."""

import asyncio
import logging
from collections.abc import Sequence

from bot.clock import Clock
from bot.diagnosis.engine import RuleBroke, count_nothing
from bot.diagnosis.thresholds import Thresholds
from bot.errors import BotError
from bot.kore.client import KoreClient
from bot.sessions.allowance import Allowance, AllowanceReader
from bot.sessions.errands import Errands, errands
from bot.sessions.reading import Read, SimReader
from bot.sessions.report import SessionReport
from bot.sessions.verdict import Judge
from bot.sims.resolver import SimResolver

AT_ONCE = 20
log = logging.getLogger(__name__)


class SessionLookup:
    """Answers what a SIM is doing. `rule_broke` is told the name of a rule that broke."""

    def __init__(  # noqa: PLR0913 -- collaborators, each once
        self,
        kore: KoreClient,
        resolver: SimResolver,
        clock: Clock,
        thresholds: Thresholds,
        *,
        allowances: AllowanceReader | None = None,
        rule_broke: RuleBroke = count_nothing,
    ) -> None:
        self._clock = clock
        self._allowances = allowances or AllowanceReader(kore, clock)
        self._sims = SimReader(kore, resolver, self._allowances)
        self._judge = Judge(thresholds, rule_broke)

    async def look_up(self, text: str, *, fresh: bool = False) -> SessionReport:
        """Report on the SIM that `text` names; `fresh` asks KORE past what is kept.

        Raises the errors of `identify` and of the resolver, and KoreError where the SIM itself
        cannot be read. Sessions that cannot be read make a report that says so.
        """
        async with errands() as under_way:
            read = await self._sims.read(text, under_way, fresh=fresh)
            (allowance,) = await self._allowances.finish(read.asked)
            return self._judge.report(read, allowance, self._clock.now())

    async def look_up_many(
        self, texts: Sequence[str], *, fresh: bool = False
    ) -> list[SessionReport | BotError]:
        """Report on each, in the order asked, and on what several of them have in common.

        What fails stands as its error in its place and keeps nothing from the others.
        """
        async with errands() as under_way:
            reads = await self._read_all(texts, under_way, fresh=fresh)
            asked = [read.asked if isinstance(read, Read) else None for read in reads]
            allowances = await self._allowances.finish(*asked)
        answers = []
        for read, allowance in zip(reads, allowances, strict=True):
            answers.append(self._answer(read, allowance))
            await asyncio.sleep(0)  # whoever else waits for the loop gets it between two SIMs
        return self._judge.together(answers)

    async def _read_all(
        self, texts: Sequence[str], under_way: Errands, *, fresh: bool
    ) -> list[Read | BotError]:
        reads: list[Read | BotError] = [BotError()] * len(texts)
        waiting = iter(enumerate(texts))

        async def work() -> None:
            for place, text in waiting:
                reads[place] = await self._read(text, under_way, fresh=fresh)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(AT_ONCE, len(texts))):
                group.create_task(work())
        return reads

    async def _read(self, text: str, under_way: Errands, *, fresh: bool) -> Read | BotError:
        try:
            return await self._sims.read(text, under_way, fresh=fresh)
        except BotError as error:
            return error
        except Exception:  # a fault of ours in one SIM must not cost the others their answer
            log.exception("look-up-broke")
            return BotError()

    def _answer(self, read: Read | BotError, allowance: Allowance) -> SessionReport | BotError:
        if isinstance(read, BotError):
            return read
        try:
            return self._judge.report(read, allowance, self._clock.now())
        except Exception:  # as above
            log.exception("report-broke")
            return BotError()
