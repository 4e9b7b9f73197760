"""From what a person typed to a report: which SIM, its sessions, its state, what is wrong."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.clock import Clock
from bot.diagnosis.engine import RuleBroke, count_nothing, diagnose, diagnose_together
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rule import Case
from bot.diagnosis.state import since, state_of
from bot.diagnosis.thresholds import Thresholds
from bot.errors import BotError
from bot.kore.client import KoreClient
from bot.kore.errors import KoreError
from bot.kore.fetched import Fetched
from bot.kore.models import DataSession, Sim
from bot.sessions.allowance import Allowance, AllowanceReader
from bot.sessions.errands import errands
from bot.sessions.report import SessionReport
from bot.sessions.summary import summarise
from bot.sims.identifier import Identifier, identify

if TYPE_CHECKING:
    from bot.sims.resolver import SimResolver

Sessions = Fetched[tuple[DataSession, ...]]
AT_ONCE = 20
log = logging.getLogger(__name__)


class SessionLookup:
    """Answers what a SIM is doing. `rule_broke` is told the name of a rule that broke."""

    def __init__(  # noqa: PLR0913 -- collaborators, each once
        self,
        kore: KoreClient,
        resolver: "SimResolver",
        clock: Clock,
        thresholds: Thresholds,
        *,
        allowances: AllowanceReader | None = None,
        rule_broke: RuleBroke = count_nothing,
    ) -> None:
        self._kore = kore
        self._resolver = resolver
        self._clock = clock
        self._thresholds = thresholds
        self._allowances = allowances or AllowanceReader(kore, clock)
        self._rule_broke = rule_broke

    async def look_up(self, text: str, *, fresh: bool = False) -> SessionReport:
        """Report on the SIM that `text` names; `fresh` asks KORE past what is kept.

        Raises the errors of `identify` and of the resolver, and KoreError where the SIM itself
        cannot be read. Sessions that cannot be read make a report that says so.
        """
        identifier = identify(text)
        sim, sessions, allowance = await self._read(identifier, fresh=fresh)
        self._resolver.note(sim.value, _rows(sessions) or ())
        return self._report(text, sim, sessions, allowance)

    async def look_up_many(
        self, texts: Sequence[str], *, fresh: bool = False
    ) -> list[SessionReport | BotError]:
        """Report on each, in the order asked, and on what several of them have in common.

        What fails stands as its error in its place and keeps nothing from the others.
        """
        answers: list[SessionReport | BotError] = [BotError()] * len(texts)
        waiting = iter(enumerate(texts))

        async def work() -> None:
            for place, text in waiting:
                answers[place] = await self._report_or_error(text, fresh=fresh)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(AT_ONCE, len(texts))):
                group.create_task(work())
        return self._seen_together(answers)

    async def _report_or_error(self, text: str, *, fresh: bool) -> SessionReport | BotError:
        try:
            return await self.look_up(text, fresh=fresh)
        except BotError as error:
            return error
        except Exception:  # a fault of ours in one SIM must not cost the others their answer
            log.exception("look-up-broke")
            return BotError()

    async def _read(
        self, identifier: Identifier, *, fresh: bool
    ) -> tuple[Fetched[Sim], Sessions | KoreError, Allowance]:
        """Read all side by side, as far as the SID is known beforehand; the SIM's error wins."""
        async with errands() as under_way:
            sid = self._resolver.known_sid(identifier)
            reading = sid and under_way.begin(self._sessions(sid, fresh=fresh))
            asked = sid and self._allowances.begin_early(sid, under_way, fresh=fresh)
            sim = await self._resolver.resolve(identifier, fresh=fresh)
            if not reading or sid != sim.value.sid:
                reading = under_way.begin(self._sessions(sim.value.sid, fresh=fresh))
            if not asked or not asked.still_holds(sim.value):
                asked = self._allowances.begin(sim.value, under_way, fresh=fresh)
            return sim, await reading, await self._allowances.finish(asked)

    async def _sessions(self, sid: str, *, fresh: bool) -> Sessions | KoreError:
        """Fetch the sessions; a failure is a value, for the SIM's verdict does not need them."""
        try:
            return await self._kore.data_sessions(sid, fresh=fresh)
        except KoreError as error:
            return error

    def _report(
        self, text: str, sim: Fetched[Sim], sessions: Sessions | KoreError, allowance: Allowance
    ) -> SessionReport:
        now = self._clock.now()
        plan, usage = allowance.rate_plan, allowance.usage
        evidence = Evidence(sim.value, _rows(sessions), now, plan, usage)
        state = state_of(evidence, self._thresholds)
        parts: list[Fetched[Any]] = [sim]
        if not isinstance(sessions, KoreError):
            parts.append(sessions)
        return SessionReport(
            query=text,
            sim=sim.value,
            state=state,
            since=since(state, evidence),
            sessions=evidence.sessions,
            summary=None if evidence.sessions is None else summarise(evidence.sessions),
            findings=diagnose(evidence, self._thresholds, self._rule_broke),
            as_of=min(part.as_of for part in parts),
            made_at=now,
            stale=any(part.stale for part in parts),
            skipped_rows=sum(part.skipped_rows for part in parts),
            rate_plan=allowance.rate_plan,
            problem=_problem(sessions),
        )

    def _seen_together(
        self, answers: Iterable[SessionReport | BotError]
    ) -> list[SessionReport | BotError]:
        """Add what shows only over several SIMs."""
        every = list(answers)
        reports = [answer for answer in every if isinstance(answer, SessionReport)]
        cases = [Case(r.sim.sid, r.last_session, r.findings) for r in reports]
        findings = iter(diagnose_together(cases, self._thresholds, self._rule_broke))
        return [
            replace(answer, findings=next(findings))
            if isinstance(answer, SessionReport)
            else answer
            for answer in every
        ]


def _rows(sessions: Sessions | KoreError) -> tuple[DataSession, ...] | None:
    """Give the rows; None where none could be read, also where rows came and all were odd."""
    if isinstance(sessions, KoreError) or (sessions.skipped_rows and not sessions.value):
        return None
    return sessions.value


def _problem(sessions: Sessions | KoreError) -> str | None:
    if isinstance(sessions, KoreError):
        return sessions.sentence
    if _rows(sessions) is None:
        return f"None of the {sessions.skipped_rows} sessions that KORE sent could be read."
    return None
