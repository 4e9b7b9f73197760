"""`simsessions alert` and `digest`, over a real store and the stand-in for KORE."""

import json

import pytest

from bot.alerts.service import Alerts
from bot.app.jobs import make_incidents
from bot.digests.schedule import DigestSchedule, Frequency
from bot.digests.subscription import PauseReason, Selection, SelectionKind
from bot.digests.subscriptions import Subscriptions
from bot.store.database import Database
from bot.store.jobs import JobQueue
from bot.struct import replace
from tests.bot.alerts.alert_builders import an_alert
from tests.bot.digests.subscriptions import subscription

WELLS = an_alert(
    id="aaa111", selection=Selection(SelectionKind.PATTERN, "well-*"), webhook="oncall"
)
PUMPS = replace(WELLS, id="bbb222", name="Pumps", paused=PauseReason.ASKED)


@pytest.fixture
async def kept(database_url):
    """Two alerts in a store; give the settings that lead to it."""
    store = await Database.open(database_url)
    queue = JobQueue(store)
    alerts = Alerts(store, make_incidents(store, queue), queue)
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


TRUCKS = subscription(
    id="aaa111",
    name="Trucks",
    selection=Selection(SelectionKind.PATTERN, "truck-*"),
    schedule=DigestSchedule(Frequency.DAY),
    zone="UTC",
)
PAUSED = subscription(id="bbb222", name="Wells", channel="C0PARTNER", paused=PauseReason.ASKED)


@pytest.fixture
async def digests(database_url):
    """Two digests in a store; give the settings that lead to it."""
    store = await Database.open(database_url)
    queue = JobQueue(store)
    keep = Subscriptions(store, queue)
    await keep.add(TRUCKS)
    await keep.add(PAUSED)
    await store.aclose()
    return {"SIMSESSIONS_DATABASE_URL": database_url, "SIMSESSIONS_DATA_MAY_BE_LOST": "yes"}


async def test_the_list_of_digests(simsessions, digests):
    """Every digest is a line: which SIMs, how often, when next or why not."""
    done = await simsessions("digest", "list", **digests)

    head, trucks, wells = done.out.splitlines()
    assert 0 == done.code
    assert ["id", "channel", "name"] == head.split()[:3]
    assert "SIMs called truck-*  daily at 09:00 (UTC)" in trucks
    assert "next: 2" in trucks
    assert wells.startswith("bbb222  C0PARTNER  Wells")
    assert wells.endswith("paused")


async def test_the_list_of_digests_for_programs(simsessions, digests):
    """One JSON object a line, with times in UTC and what is unknown as null."""
    done = await simsessions("digest", "list", "--json", **digests)

    trucks, wells = map(json.loads, done.out.splitlines())
    assert ("aaa111", "0 9 * * *", None) == (trucks["id"], trucks["cron"], trucks["paused"])
    assert trucks["next_due"].endswith("T09:00:00Z")
    assert ("asked", None) == (wells["paused"], wells["next_due"])


async def test_an_empty_list_of_digests(simsessions, database_url):
    """Without digests it says where they are made."""
    await (await Database.open(database_url)).aclose()
    done = await simsessions("digest", "list", SIMSESSIONS_DATABASE_URL=database_url)

    assert (0, "There are no digests. `/simsessions digest add` in Slack makes one.\n") == (
        done.code,
        done.out,
    )


async def test_a_preview(simsessions, digests, kore):
    """The digest is printed, nothing is posted, and the next preview finds nothing kept."""
    first = await simsessions("digest", "preview", "trucks", **digests, **kore.settings)
    second = await simsessions("digest", "preview", "aaa111", **digests, **kore.settings)

    assert (0, "") == (first.code, first.err)
    assert first.out.startswith("Trucks, ")
    assert "the SIM is fine" in first.out
    assert "since" not in second.out.splitlines()[0]


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("preview nobody", (1, "There is no digest `nobody`")),
        ("preview", (2, "Missing argument")),
        ("explode", (2, "No such command")),
    ],
)
async def test_what_is_not_there(simsessions, digests, kore, typed, told):
    """A name or a word that nobody knows is said, with the number for it."""
    done = await simsessions("digest", *typed.split(), **digests, **kore.settings)

    code, words = told
    assert code == done.code
    assert words in done.err


async def test_a_run(simsessions, digests, kore, slack):
    """It is made and posted to its channel before the command ends, without a bot that runs."""
    done = await simsessions(
        "digest", "run", "Trucks", **digests, **kore.settings, **slack.settings
    )

    posted = slack.api.workspace.messages.in_channel("C0FLEETOP")
    assert (0, "Trucks is posted in C0FLEETOP.\n") == (done.code, done.out)
    assert 1 == sum(message.thread_ts is None for message in posted)
    assert "Trucks, " in posted[0].text


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_run_that_its_channel_refuses(simsessions, digests, kore, slack):
    """Why nothing was posted is said, the digest is paused, and its maker told once."""
    slack.api.faults.fail("chat.postMessage", "is_archived")
    done = await simsessions(
        "digest", "run", "Trucks", **digests, **kore.settings, **slack.settings
    )
    after = await simsessions("digest", "list", "--json", **digests)

    direct = slack.api.workspace.dm(TRUCKS.made_by).id
    (told,) = slack.api.workspace.messages.in_channel(direct)
    assert 1 == done.code
    assert "was not posted" in done.err
    assert "archived" == json.loads(after.out.splitlines()[0])["paused"]
    assert "I paused the digest Trucks" in told.text
