"""What a digest leaves in the store, a SIM: rows of its last two runs, and the days of history.

docs/scaling.md reckons with these figures. The stub's SIMs have 50 sessions of the last 30 days.
"""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

import uvloop
from rounds import a_file, report
from scan import IN_FLIGHT, make_due, scanning, until
from slack import slack_stub
from sqlalchemy import text
from stub import stub

from bot.store.database import Database
from bot.store.digest_runs import ENDS
from tests.postgres_server import PostgresServer

SIMS = 2000
RUNS = 2
MONTHS = 2
"""Those that 30 days lie in."""
ROW, MONTH = 700, 800
"""Bytes a SIM that docs/scaling.md reckons with: its row of one run, and a month of its days."""
SLACK = 1.25


@asynccontextmanager
async def scanned(store: str) -> AsyncIterator[Database]:
    """Make two digests of all SIMs and give the store they are in."""
    with ExitStack() as stack:
        slack = stack.enter_context(slack_stub())
        kore = stack.enter_context(stub(sims=SIMS, recent=True))
        async with scanning(slack, kore, store, IN_FLIGHT) as database:
            for _ in range(RUNS):
                await until(database, await make_due(database), *ENDS)
            yield database


async def in_postgres() -> None:
    """Weigh the tables with their indexes."""
    with PostgresServer() as server:
        async with scanned(server.url()) as database, database.read() as tx:
            weights = {}
            for table, parts in (("scan_rows", RUNS), ("sim_days", MONTHS)):
                whole = await tx.scalar(text(f"SELECT pg_total_relation_size('{table}')"))
                weights[table] = whole / SIMS / parts
    report("postgresql: a SIM's row of one run", weights["scan_rows"], ROW * SLACK, "bytes")
    report("postgresql: a month of a SIM's days", weights["sim_days"], MONTH * SLACK, "bytes")


async def in_sqlite() -> None:
    """Weigh the file as a whole."""
    with a_file() as store:
        async with scanned(store) as database:
            async with database.write() as tx:
                pages = await tx.scalar(text("PRAGMA page_count"))
                size = await tx.scalar(text("PRAGMA page_size"))
            whole = pages * size / SIMS
    most = (RUNS * ROW + MONTHS * MONTH) * SLACK
    report("sqlite: rows of two runs and two months of a SIM", whole, most, "bytes")


async def main() -> None:
    """Weigh both."""
    await in_postgres()
    await in_sqlite()


if __name__ == "__main__":
    uvloop.run(main())
