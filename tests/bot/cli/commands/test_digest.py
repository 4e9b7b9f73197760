"""`simsessions digest` in a terminal, over real sockets."""

import json

import pytest

from bot.digests.schedule import DigestSchedule, Frequency
from bot.digests.subscription import PauseReason, Selection, SelectionKind
from bot.digests.subscriptions import Subscriptions
from bot.store.database import Database
from bot.store.jobs import JobQueue
from bot.store.schedules import Schedules
from bot.store.subscriptions import SubscriptionRows
from tests.bot.digests.subscriptions import subscription

TRUCKS = subscription(
    id="aaa111",
    name="Trucks",
    selection=Selection(SelectionKind.PATTERN, "truck-*"),
    schedule=DigestSchedule(Frequency.DAY),
    zone="UTC",
)
PAUSED = subscription(id="bbb222", name="Wells", channel="C0PARTNER", paused=PauseReason.ASKED)


@pytest.fixture
async def kept(database_url):
    """Two digests in a store; give the settings that lead to it."""
    store = await Database.open(database_url)
    queue = JobQueue(store)
    keep = Subscriptions(store, SubscriptionRows(store), Schedules(store, queue), queue)
    await keep.add(TRUCKS)
    await keep.add(PAUSED)
    await store.aclose()
    return {"SIMSESSIONS_DATABASE_URL": database_url, "SIMSESSIONS_DATA_MAY_BE_LOST": "yes"}


async def test_the_list(simsessions, kept):
    """Every digest is a line: which SIMs, how often, when next or why not."""
    done = await simsessions("digest", "list", **kept)

    head, trucks, wells = done.out.splitlines()
    assert 0 == done.code
    assert ["id", "channel", "name"] == head.split()[:3]
    assert "SIMs called truck-*  daily at 09:00 (UTC)" in trucks
    assert "next: 2" in trucks
    assert wells.startswith("bbb222  C0PARTNER  Wells")
    assert wells.endswith("paused")


async def test_the_list_for_programs(simsessions, kept):
    """One JSON object a line, with times in UTC and what is unknown as null."""
    done = await simsessions("digest", "list", "--json", **kept)

    trucks, wells = map(json.loads, done.out.splitlines())
    assert ("aaa111", "0 9 * * *", None) == (trucks["id"], trucks["cron"], trucks["paused"])
    assert trucks["next_due"].endswith("T09:00:00Z")
    assert ("asked", None) == (wells["paused"], wells["next_due"])


async def test_an_empty_list(simsessions, database_url):
    """Without digests it says where they are made."""
    await (await Database.open(database_url)).aclose()
    done = await simsessions("digest", "list", SIMSESSIONS_DATABASE_URL=database_url)

    assert (0, "There are no digests. `/simsessions digest add` in Slack makes one.\n") == (
        done.code,
        done.out,
    )


async def test_a_preview(simsessions, kept, kore):
    """
    The digest is printed, nothing is posted, and the next preview finds nothing that was kept.
    """
    first = await simsessions("digest", "preview", "trucks", **kept, **kore.settings)
    second = await simsessions("digest", "preview", "aaa111", **kept, **kore.settings)

    assert (0, "") == (first.code, first.err)
    assert first.out.startswith("Trucks, ")
    assert " attention" in first.out
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
async def test_what_is_not_there(simsessions, kept, kore, typed, told):
    """A name or a word that nobody knows is said, with the number for it."""
    done = await simsessions("digest", *typed.split(), **kept, **kore.settings)

    code, words = told
    assert code == done.code
    assert words in done.err


async def test_a_run(simsessions, kept, kore, slack):
    """It is made and posted to its channel before the command ends, without a bot that runs."""
    done = await simsessions("digest", "run", "Trucks", **kept, **kore.settings, **slack.settings)

    posted = slack.api.workspace.messages.in_channel("C0FLEETOP")
    assert (0, "Trucks is posted in C0FLEETOP.\n") == (done.code, done.out)
    assert 1 == sum(message.thread_ts is None for message in posted)
    assert "Trucks, " in posted[0].text


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_run_that_its_channel_refuses(simsessions, kept, kore, slack):
    """Why nothing was posted is said, the digest is paused, and its maker told once."""
    slack.api.faults.fail("chat.postMessage", "is_archived")
    done = await simsessions("digest", "run", "Trucks", **kept, **kore.settings, **slack.settings)
    after = await simsessions("digest", "list", "--json", **kept)

    direct = slack.api.workspace.dm(TRUCKS.made_by).id
    (told,) = slack.api.workspace.messages.in_channel(direct)
    assert 1 == done.code
    assert "was not posted" in done.err
    assert "archived" == json.loads(after.out.splitlines()[0])["paused"]
    assert "I paused the digest Trucks" in told.text
