"""What look-ups leave: who asked for which SIM, what they said of it, how old its news was."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, bindparam, delete, func, insert, or_, select, update

from bot.clock import Clock
from bot.store.database import Database, Rows, Transaction
from bot.store.schema import feedback, lookups, news_ages
from bot.struct import Struct, asdict

OK = "ok"
MOST = 1000


class Lookup(Struct):
    """One look-up; `at` is epoch seconds, `id` makes keeping it twice harmless.

    `person` is a Slack id, `entry` says by what (`command sessions`, `click refresh`), `request` is
    the reference in the log. `sim` is the SID, where one was found; `outcome` is `ok` or the
    error's kind. `snapshot` is JSON of how it stood, without ICCID, IMEI and cell; `account` names
    the KORE account that has the SIM.
    """

    id: str
    at: float
    request: str
    team: str
    person: str
    channel: str
    thread: str | None
    entry: str
    outcome: str
    sim: str | None = None
    name: str | None = None
    snapshot: str | None = None
    account: str = ""


class LookupFilter(Struct):
    """Which look-ups to list; what is None does not matter. `sim` is a SID or a name."""

    since: float | None = None
    person: str | None = None
    sim: str | None = None
    channel: str | None = None
    limit: int = MOST


class Lookups(Rows):
    """The look-ups of all replicas. Every method raises StoreErrors only."""

    async def add(self, rows: Sequence[Lookup], tx: Transaction | None = None) -> None:
        """Keep them; those that are there already are left alone."""
        if not rows:
            return
        statement = self._db.insert(lookups).on_conflict_do_nothing()
        await self._db.change(statement, [asdict(row) for row in rows], tx)

    async def find(self, wanted: LookupFilter) -> tuple[Lookup, ...]:
        """Return those that are wanted, newest first, at most `limit`."""
        newest_first = lookups.c.at.desc()
        return await self._found(*_which(wanted), by=newest_first, most=wanted.limit)

    async def in_thread(self, channel: str, thread: str) -> tuple[Lookup, ...]:
        """Return those of a thread that found their SIM, oldest first; at most a thousand."""
        there = lookups.c.channel == channel, lookups.c.thread == thread, lookups.c.outcome == OK
        return await self._found(*there, by=lookups.c.at, most=MOST)

    async def forget(self, before: float) -> int:
        """Delete what is older than `before`; return how many."""
        return await self._db.change(delete(lookups).where(lookups.c.at < before))

    async def _found(
        self, *which: ColumnElement[bool], by: ColumnElement[Any], most: int
    ) -> tuple[Lookup, ...]:
        statement = select(lookups).where(*which).order_by(by, lookups.c.id).limit(most)
        return tuple(Lookup(**row) for row in (await self._db.fetch(statement)).mappings())


def _which(wanted: LookupFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.since is not None:
        yield lookups.c.at >= wanted.since
    if wanted.person is not None:
        yield lookups.c.person == wanted.person
    if wanted.sim is not None:
        yield or_(lookups.c.sim == wanted.sim, lookups.c.name == wanted.sim)
    if wanted.channel is not None:
        yield lookups.c.channel == wanted.channel


RECENT = 3


class RuleFeedback(Struct):
    """How often a rule's verdicts were said to be right and wrong; `whys` of the latest wrong."""

    rule: str
    right: int
    wrong: int
    whys: tuple[str, ...] = ()


class Feedback:
    """Keeps and counts it. Every method raises StoreErrors only."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock

    async def keep(  # noqa: PLR0913 -- the columns
        self, *, team: str, person: str, sim: str, rule: str, is_right: bool, why: str
    ) -> None:
        """Keep what one person said of one verdict."""
        row = {
            "id": secrets.token_hex(8),
            "at": self._clock.now().timestamp(),
            "team": team,
            "person": person,
            "sim": sim,
            "rule": rule,
            "is_right": is_right,
            "why": why,
        }
        await self._db.change(insert(feedback), [row])

    async def by_rule(self) -> tuple[RuleFeedback, ...]:
        """Count it, the rules that were wrong most often first."""
        counts = select(feedback.c.rule, feedback.c.is_right, func.count().label("times")).group_by(
            feedback.c.rule, feedback.c.is_right
        )
        async with self._db.read() as tx:
            rows = list(await tx.execute(counts))
            whys = {rule: await tx.execute(_whys(rule)) for rule in {row.rule for row in rows}}
        judged = [_judged(rule, rows, [row[0] for row in found]) for rule, found in whys.items()]
        return tuple(sorted(judged, key=lambda each: (-each.wrong, -each.right, each.rule)))


def _whys(rule: str) -> Any:  # noqa: ANN401 -- SQLAlchemy's own
    wrong = (feedback.c.rule == rule, feedback.c.is_right.is_(False), feedback.c.why != "")
    return select(feedback.c.why).where(*wrong).order_by(feedback.c.at.desc()).limit(RECENT)


def _judged(rule: str, rows: list[Row[Any]], whys: list[str]) -> RuleFeedback:
    counted = {bool(row.is_right): row.times for row in rows if row.rule == rule}
    return RuleFeedback(rule, counted.get(True, 0), counted.get(False, 0), tuple(whys))


Bin: TypeAlias = tuple[str, str, int]
"""A network, a radio, and the number of a bin."""
MOST_ROWS = 50_000


class NewsAgeRows(Rows):
    """The counts of all replicas. Every method raises StoreErrors only."""

    async def add(self, counts: Mapping[Bin, int]) -> None:
        """Add to the counts."""
        new = self._db.insert(news_ages)
        total = news_ages.c.sessions + new.excluded.sessions
        adding = new.on_conflict_do_update(
            index_elements=["network", "radio", "bin"], set_={"sessions": total}
        )
        values = [  # all in one order, so that two writers never wait crosswise
            {"network": network, "radio": radio, "bin": number, "sessions": count}
            for (network, radio, number), count in sorted(counts.items())
        ]
        await self._db.change(adding, values)

    async def all(self) -> dict[Bin, int]:
        """Return the counts, at most MOST_ROWS."""
        return {(r.network, r.radio, r.bin): r.sessions for r in await self._db.fetch(_ALL)}

    async def halve(self, network: str, radio: str) -> None:
        """Let what was counted there fade; what was seen once is forgotten."""
        which = {"of": network, "by": radio}
        async with self._db.write() as tx:
            await tx.execute(_HALVE, which)
            await tx.execute(_DROP_EMPTY, which, last=True)


_ALL = (
    select(news_ages)
    .order_by(news_ages.c.network, news_ages.c.radio, news_ages.c.bin)
    .limit(MOST_ROWS)
)
_THERE = (news_ages.c.network == bindparam("of"), news_ages.c.radio == bindparam("by"))
_HALVE = update(news_ages).where(*_THERE).values(sessions=news_ages.c.sessions // 2)
_DROP_EMPTY = delete(news_ages).where(*_THERE, news_ages.c.sessions == 0)
