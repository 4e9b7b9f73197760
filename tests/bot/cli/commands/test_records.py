"""`simsessions audit`, `incidents` and `rules`, over a real store."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.app.jobs import make_incidents
from bot.clock import SystemClock
from bot.diagnosis.rule import all_rules
from bot.store.database import Database
from bot.store.jobs import JobQueue
from bot.store.lookups import Feedback, Lookup, Lookups
from bot.struct import replace
from tests.bot.alerts.test_webhook import ALERT, INCIDENT


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

    assert (0, "No look-up matches.\n", "") == (done.code, done.out, done.err)


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


NOW = datetime.now(UTC).replace(microsecond=0)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OPEN = replace(INCIDENT, id="i2", channel="C0PARTNER", opened_at=NOW, first_at=NOW - MINUTE)
OVER = replace(
    INCIDENT,
    first_at=NOW - 3 * HOUR,
    opened_at=NOW - 3 * HOUR + 4 * MINUTE,
    taken_by="U0ANA0001",
    first_taken_at=NOW - 3 * HOUR + 10 * MINUTE,
    members=tuple(replace(each, back_at=NOW - HOUR) for each in INCIDENT.members),
    resolved_at=NOW - HOUR + 5 * MINUTE,
)


@pytest.fixture
async def kept(database_url):
    """An incident that is open and one that is over; give the settings that lead there."""
    store = await Database.open(database_url)
    incidents = make_incidents(store, JobQueue(store))
    async with store.write() as tx:
        for each in (OPEN, OVER):
            await incidents.save(replace(ALERT, webhook=None), None, each, tx)
    await store.aclose()
    return {"SIMSESSIONS_DATABASE_URL": database_url, "SIMSESSIONS_DATA_MAY_BE_LOST": "yes"}


async def test_the_times_to_notice_take_and_end(simsessions, kept):
    """A line each, the newest first; what has not happened yet is a dash."""
    done = await simsessions("incidents", **kept)

    head, newest, over = done.out.splitlines()
    assert ["notice", "take", "end", "by"] == head.split()[-4:]
    assert ["open", "1", "min", "-", "-", "-"] == newest.split()[-6:]
    assert over.split()[-8:] == ["resolved", "4", "min", "6", "min", "2", "h", "U0ANA0001"]


async def test_for_programs(simsessions, kept):
    """One JSON object a line, in seconds; what is unknown is null."""
    done = await simsessions("incidents", "--json", "--channel", "C0FLEETOP", **kept)

    (over,) = map(json.loads, done.out.splitlines())
    assert (240.0, 360.0, 7200.0) == (
        over["seconds_to_notice"],
        over["seconds_to_take"],
        over["seconds_to_end"],
    )
    assert ("resolved", "critical", 7) == (over["state"], over["worst"], len(over["sims"]))


async def test_since_when(simsessions, kept):
    """What ended before is left out."""
    done = await simsessions("incidents", "--since", "30min", "--channel", "C0FLEETOP", **kept)

    assert "No incident was open in that time.\n" == done.out


async def test_a_long_title_is_cut(simsessions, database_url, kept):
    """It does not push the other columns out of sight."""
    store = await Database.open(database_url)
    incidents = make_incidents(store, JobQueue(store))
    members = tuple(replace(each, name="pump " * 40) for each in INCIDENT.members)
    long = replace(OPEN, id="i3", title="No data " * 40, value="v" * 500, members=members)
    async with store.write() as tx:
        await incidents.save(replace(ALERT, webhook=None), None, long, tx)
    await store.aclose()
    done = await simsessions("incidents", **kept)

    assert max(map(len, done.out.splitlines())) < 200
    assert "…" in done.out


async def test_every_rule_is_listed(simsessions):
    """The list has each rule, in the order of the answer, and where its thresholds are from."""
    done = await simsessions("rules", SIMSESSIONS_FLAPPING_STARTS="9")
    names = [line.split()[0] for line in done.out.splitlines() if not line.startswith(" ")]

    assert [rule.name for rule in all_rules()] == names
    assert "SIMSESSIONS_FLAPPING_STARTS=9  (set for this bot)" in done.out
    assert "Verizon" not in done.out.split("FLAPPING_STARTS=9")[1].splitlines()[0]
    assert 0 == done.code


async def test_feedback_is_counted_by_rule(simsessions, database_url):
    """The rule that was wrong most often stands first, with the latest reasons."""
    database = await Database.open(database_url)
    feedback = Feedback(database, SystemClock())
    for rule, is_right, why in (
        ("flapping", True, ""),
        ("flapping", False, "It was the antenna"),
        ("gone_silent", True, ""),
    ):
        await feedback.keep(
            team="T1", person="U1", sim="DE1", rule=rule, is_right=is_right, why=why
        )
    await database.aclose()
    done = await simsessions("rules", "--feedback", SIMSESSIONS_DATABASE_URL=database_url)

    assert [
        "flapping: 1 right, 1 wrong",
        "  - It was the antenna",
        "gone_silent: 1 right, 0 wrong",
    ] == done.out.splitlines()
