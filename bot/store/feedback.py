"""What people said of verdicts: right or wrong, and why; counted by rule."""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, insert, select

from bot.clock import Clock
from bot.store.database import Database
from bot.store.schema import feedback as table

RECENT = 3


@dataclass(frozen=True, slots=True)
class Judged:
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
        async with self._db.joining(None) as tx:
            await tx.execute(insert(table), [row])

    async def by_rule(self) -> tuple[Judged, ...]:
        """Count it, the rules that were wrong most often first."""
        counts = select(table.c.rule, table.c.is_right, func.count().label("times")).group_by(
            table.c.rule, table.c.is_right
        )
        async with self._db.read() as tx:
            rows = list(await tx.execute(counts))
            whys = {rule: await tx.execute(_whys(rule)) for rule in {row.rule for row in rows}}
        judged = [_judged(rule, rows, [row[0] for row in found]) for rule, found in whys.items()]
        return tuple(sorted(judged, key=lambda each: (-each.wrong, -each.right, each.rule)))


def _whys(rule: str) -> Any:  # noqa: ANN401 -- SQLAlchemy's own
    wrong = (table.c.rule == rule, table.c.is_right.is_(False), table.c.why != "")
    return select(table.c.why).where(*wrong).order_by(table.c.at.desc()).limit(RECENT)


def _judged(rule: str, rows: list[Row[Any]], whys: list[str]) -> Judged:
    counted = {bool(row.is_right): row.times for row in rows if row.rule == rule}
    return Judged(rule, counted.get(True, 0), counted.get(False, 0), tuple(whys))
