"""`simsessions audit`: who looked up which SIM."""

import json
import time

import pytest

from bot.store.database import Database
from bot.store.lookups import Lookup, Lookups


async def keep(url, *rows):
    """Put look-ups into a store as the bot would."""
    database = await Database.open(url)
    await Lookups(database).add(rows)
    await database.aclose()


def looked_up(number, **more):
    """Return a look-up of so many hours ago."""
    plain = {
        "id": str(number), "at": time.time() - 3600 * number, "request": f"00000{number}",
        "team": "T1", "person": "U1", "channel": "C1", "thread": None,
        "entry": "command sessions", "outcome": "ok", "sim": "DE1", "name": "pump-7",
    }  # fmt: skip
    return Lookup(**(plain | more))


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), ["000001", "000002", "000030"]),
        (("--since", "24h"), ["000001", "000002"]),
        (("--since", "2001-01-01"), ["000001", "000002", "000030"]),
        (("--since", "2999-01-01T00:00:00+01:00"), []),
        (("--user", "U2"), ["000002"]),
        (("--sim", "pump-7", "--channel", "C1", "--limit", "1"), ["000001"]),
    ],
)
async def test_the_newest_stand_first(simsessions, database_url, options, found):
    """Each filter narrows; both databases answer alike."""
    rows = looked_up(1), looked_up(2, person="U2"), looked_up(30, request="000030")
    await keep(database_url, *rows)

    done = await simsessions("audit", "--json", *options, SIMSESSIONS_DATABASE_URL=database_url)

    assert (0, "") == (done.code, done.err)
    assert found == [json.loads(line)["ref"] for line in done.out.splitlines()]


async def test_people_read_a_table(simsessions, database_url):
    """A store with nothing in it says so."""
    await keep(database_url)
    done = await simsessions("audit", SIMSESSIONS_DATABASE_URL=database_url)

    assert (0, "No look-up fits.\n", "") == (done.code, done.out, done.err)


@pytest.mark.parametrize(
    "typed", ["audit", "audit --json", "digest list", "digest preview Pumps", "rules --feedback"]
)
async def test_what_only_reads_makes_no_store(simsessions, kore, tmp_path, typed):
    """Where none is, that is said, with the place, and there is none afterwards."""
    done = await simsessions(*typed.split(), **kore.settings)

    assert (6, "") == (done.code, done.out)
    assert f"There is no store at {tmp_path}/data/simsessions.db yet" in done.err
    assert not (tmp_path / "data").exists()


async def test_what_only_reads_makes_no_tables(simsessions, empty_url):
    """An empty database stays empty, and a file of no bytes too."""
    settings = {"SIMSESSIONS_DATABASE_URL": empty_url, "SIMSESSIONS_DATA_MAY_BE_LOST": "yes"}
    database = Database(empty_url)
    done = await simsessions("audit", **settings)
    revision = await database.revision()
    await database.aclose()

    assert 6 == done.code
    assert revision is None


@pytest.mark.parametrize("since", ["soon", "-3h", "2026-13-01", ""])
async def test_a_wrong_date_is_refused(simsessions, since):
    """The sentence says what can be written."""
    done = await simsessions("audit", f"--since={since}")

    assert 2 == done.code
    assert "write 90min, 24h or 7d, or a date" in done.err


async def test_a_store_that_cannot_be_opened_is_said(simsessions, tmp_path):
    """One sentence, no traceback, and not 0."""
    (tmp_path / "data").write_text("no folder")

    done = await simsessions("audit")

    assert done.code
    assert done.err.startswith("simsessions: ")
    assert "Traceback" not in done.err
