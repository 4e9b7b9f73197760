"""Looks SIMs up: what a person typed goes in, a report comes out."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.clock import Clock
from bot.diagnosis.engine import RuleBroke, count_nothing
from bot.diagnosis.thresholds import Thresholds
from bot.errors import BotError
from bot.kore.client import KoreClient
from bot.sessions.allowance import Allowance, AllowanceReader
from bot.sessions.batch import Batch, Told, keep_nobody_posted
from bot.sessions.errands import errands
from bot.sessions.reading import Read, SimReader
from bot.sessions.report import SessionReport
from bot.sessions.verdict import Judge
from bot.sims.resolver import SimResolver


def tell_nobody() -> None:
    """Do nothing when a SIM is done."""


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
        self._allowances = allowances or AllowanceReader(kore, clock)
        self._sims = SimReader(kore, resolver, self._allowances)
        self._clock = clock
        self._judge = Judge(thresholds, rule_broke)

    async def look_up(self, text: str, *, fresh: bool = False) -> SessionReport:
        """Report on the SIM that `text` names; `fresh` asks KORE past what is kept.

        Raises the errors of `identify` and of the resolver, and KoreError where the SIM itself
        cannot be read. Sessions that cannot be read make a report that says so.
        """
        async with errands() as under_way:
            read = await self._sims.read(text, under_way, fresh=fresh)
            allowance = await self._allowances.in_time(read.asked)
            return self._judge.report(read, allowance, self._clock.now())

    async def look_up_many(  # noqa: PLR0913 -- one way to ask for many
        self,
        texts: Sequence[str],
        *,
        fresh: bool = False,
        newest_only: bool = False,
        within: float | None = None,
        done: Callable[[], None] = tell_nobody,
        told: Told = keep_nobody_posted,
    ) -> list[SessionReport | BotError]:
        """Report on each, in the order asked, and on what several of them have in common.

        What fails stands as its error in its place and keeps nothing from the others. With
        `newest_only` each report keeps its newest session only, so that thousands fit into memory.
        What is not read `within` so many seconds is TookTooLong. `done` is called after each,
        `told` with the place and the answer of each as soon as it is read: before it is known what
        they have in common.
        """

        def judge(read: Read, allowance: Allowance) -> SessionReport:
            report = self._judge.report(read, allowance, self._clock.now())
            kept = report.sessions[:1] if report.sessions and newest_only else report.sessions
            return replace(report, sessions=kept)

        async with errands() as under_way:
            batch = Batch(self._sims, self._allowances, under_way, judge, told)
            answers = await batch.answer(texts, fresh=fresh, done=done, within=within)
        return self._judge.together(answers)
