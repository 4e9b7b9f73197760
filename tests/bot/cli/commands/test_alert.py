"""`simsessions alert` in a terminal, over real sockets."""

import json

import pytest

from bot.alerts.repository import Alerts
from bot.app.jobs import incidents_of
from bot.digests.subscription import PauseReason, Selection, SelectionKind
from bot.store.alerts import AlertRows
from bot.store.database import Database
from bot.store.jobs import JobQueue
from bot.struct import replace
from tests.bot.alerts.alert_builders import an_alert

WELLS = an_alert(
    id="aaa111", selection=Selection(SelectionKind.PATTERN, "well-*"), webhook="oncall"
)
PUMPS = replace(WELLS, id="bbb222", name="Pumps", paused=PauseReason.ASKED)


@pytest.fixture
async def kept(database_url):
    """Two alerts in a store; give the settings that lead to it."""
    store = await Database.open(database_url)
    queue = JobQueue(store)
    alerts = Alerts(store, AlertRows(store), incidents_of(store, queue), queue)
    await alerts.add(WELLS)
    await alerts.add(PUMPS)
    await store.aclose()
    return {"SIMSESSIONS_DATABASE_URL": database_url, "SIMSESSIONS_DATA_MAY_BE_LOST": "yes"}


async def test_the_list(simsessions, kept):
    """Every alert is a line: which SIMs, how often, how it stands."""
    done = await simsessions("alert", "list", **kept)

    head, pumps, wells = done.out.splitlines()
    assert 0 == done.code
    assert ["id", "channel", "name"] == head.split()[:3]
    assert pumps.endswith("Paused")
    assert "SIMs called well-*  scanned every 5 min" in wells
    assert wells.endswith("No incident is open")


async def test_the_list_for_programs(simsessions, kept):
    """One JSON object a line; what is unknown is null."""
    done = await simsessions("alert", "list", "--json", **kept)

    pumps, wells = map(json.loads, done.out.splitlines())
    assert ("asked", None) == (pumps["paused"], wells["paused"])
    assert ("warning", "oncall", 0, None) == (
        wells["severity"],
        wells["webhook"],
        wells["open_incidents"],
        wells["scanned_at"],
    )


async def test_an_empty_list(simsessions, database_url):
    """Without alerts it says where they are made."""
    await (await Database.open(database_url)).aclose()
    done = await simsessions("alert", "list", SIMSESSIONS_DATABASE_URL=database_url)

    assert "There are no alerts. `/simsessions alert add` in Slack makes one.\n" == done.out


async def test_what_one_would_open(simsessions, kept, kore):
    """One incident of the wells that fell silent together; nothing is kept of it."""
    done = await simsessions("alert", "test", "wells", **kept, **kore.settings)
    again = await simsessions("alert", "list", **kept)

    assert (0, "") == (done.code, done.err)
    assert done.out.startswith("Wells: 5 SIMs read, 1 incident if all of this were new.")
    assert "critical" in done.out
    assert 3 == done.out.count("  well-")
    assert "No incident is open" in again.out


async def test_one_that_is_not_there(simsessions, kept, kore):
    """Its exit code is that of a mistake, and it says where all are."""
    done = await simsessions("alert", "test", "rigs", **kept, **kore.settings)

    assert 1 == done.code
    assert "simsessions alert list" in done.err
