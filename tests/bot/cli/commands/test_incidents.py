"""`simsessions incidents` in a terminal."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.app.jobs import incidents_of
from bot.store.database import Database
from bot.store.jobs import JobQueue
from bot.struct import replace
from tests.bot.alerts.test_webhook import ALERT, INCIDENT

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
    incidents = incidents_of(store, JobQueue(store))
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
    incidents = incidents_of(store, JobQueue(store))
    members = tuple(replace(each, name="pump " * 40) for each in INCIDENT.members)
    long = replace(OPEN, id="i3", title="No data " * 40, value="v" * 500, members=members)
    async with store.write() as tx:
        await incidents.save(replace(ALERT, webhook=None), None, long, tx)
    await store.aclose()
    done = await simsessions("incidents", **kept)

    assert max(map(len, done.out.splitlines())) < 200
    assert "…" in done.out
