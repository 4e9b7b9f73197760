"""Two accounts: an answer says which could not be searched, and whose SIM it is about."""

import pytest

from bot.clock import SystemClock
from bot.emulators.kore.cards import Card
from bot.emulators.kore.faults import broken
from tests.accounts_rig import GLOBEX, two_accounts
from tests.waiting import until

PLAN = "WP" + "1" * 32
UNREAD = {"api_url": "http://127.0.0.1:1"}
UNSEARCHED = "I could not search globex, which may have a SIM of that name, too."
MISSING = "SIMs of globex are missing: KORE's list of them has not been read yet."


def table_of(message):
    """Return the cells of the table in a message, a row each, as they are read."""
    (table,) = [block for block in message.blocks if block["type"] == "data_table"]
    return [[cell.get("text") or cell.get("value") for cell in row] for row in table["rows"]]


def said(two):
    """Return all that stands in the newest answer; a watch's card may have come after it."""
    seen = two.whole.slack.seen_by("ana")
    answer = [message for message in seen if message.ephemeral_to][-1]
    return f"{answer.text} {answer.blocks}"


@pytest.fixture
async def both():
    """The bot with two accounts that everybody may see."""
    async with two_accounts() as running:
        yield running


ASKED = {
    "pump-7": UNSEARCHED,
    "Pump-7": UNSEARCHED,
    "history pump-7": UNSEARCHED,
    "watch pump-7": UNSEARCHED,
    "pump-7, truck-42": UNSEARCHED,
    "watch pump-7, truck-42": UNSEARCHED,
    "pump-*": MISSING,
    "watch pump-*": MISSING,
    "pump-* offline": MISSING,
}


async def test_an_account_that_cannot_be_searched_is_named():
    """It may have a SIM of the name that is answered on: whatever is asked of a name says so."""
    async with two_accounts(globex=UNREAD) as two:
        for text, note in ASKED.items():
            await two.whole.type(text)
            assert note in said(two).replace("\\'", "'"), text
            assert "✅" not in said(two), text
        report = await two.whole.view.sessions.look_up("pump-7")
        assert (GLOBEX,) == report.unsearched


async def test_who_is_on_a_plan_is_not_known_of_an_account_that_is_down(both):
    """Those of the others are told, and that its own are missing; if there are none, why."""
    both.acme.add(Card("meter-1", 1005).sim(SystemClock().now(), rate_plan_sid=PLAN), [])
    both.globex.faults.add(broken(503, times=None))

    await both.whole.type(f"plan {PLAN}")
    assert MISSING in said(both).replace("\\'", "'")
    await both.whole.type("plan gold")
    assert "KORE is down" in both.whole.answer().text


async def test_where_no_other_can_be_meant_nothing_is_said():
    """A SIM that is named by its account, or by a number, is that one."""
    async with two_accounts(globex=UNREAD) as two:
        for text in ("acme/pump-7", "acme/pump-*", "history acme/pump-7"):
            await two.whole.type(text)
            assert "globex" not in said(two), text


async def test_a_list_tells_of_a_namesake_whose_account_is_down(both):
    """Both are offered though one cannot be read; one that its list lacks is answered."""
    both.globex.faults.add(broken(503, times=None))
    await both.whole.type("pump-7")
    assert "2 SIMs are called" in both.whole.answer().text
    await both.whole.type("truck-42")
    assert "globex" not in said(both)


@pytest.mark.parametrize("between", [", ", " ", "\n", " and "])
async def test_namesakes_that_are_named_together_are_two(both, between):
    """However they are parted each is read, and watched; a name alone is neither of them."""
    await both.whole.type(f"acme/pump-7{between}globex/pump-7")
    rows = table_of(both.whole.answer())
    assert {"acme/pump-7", "globex/pump-7"} == {row[0] for row in rows[1:]}

    spot = both.whole.view.spotter.spot
    assert ("pump-7", "globex/pump-7") == (await spot(f"pump-7{between}globex/pump-7")).texts
    assert 1 == (await spot(f"acme/pump-7{between}ACME/Pump-7{between}acme/pump-7")).total


async def test_namesakes_are_watched_together(both):
    """One card for both."""
    await both.whole.type("watch acme/pump-7, globex/pump-7")

    assert "Watching 2 SIMs on one card" in said(both)


OF_WHOM = (
    ("watch globex/pump-7 until online", "Watching globex/pump-7 until it is online"),
    ("watches", "globex/pump-7"),
    ("watch globex/pump-7 until offline", "`globex/pump-7` is offline already"),
    ("watch acme/pump-7, globex/pump-7, truck-42", "acme/pump-7, globex/pump-7, acme/truck-42"),
    ("unwatch truck-42", "Stopped watching acme/truck-42."),
    ("unwatch vault-9", "You watch `globex/pump-7`, `acme/pump-7`."),
    (
        "unwatch pump-7",
        "You watch 2 SIMs called `pump-7`: `globex/pump-7`, `acme/pump-7`. Which one?",
    ),
    ("watches", "acme/pump-7"),
    ("unwatch globex/pump-7", "Stopped watching globex/pump-7."),
    ("watch globex/pump-7", "Watching globex/pump-7"),
    ("account acme", "acme"),
    ("unwatch pump-7", "Stopped watching acme/pump-7."),
    ("unwatch pump-7", "Stopped watching globex/pump-7."),
    ("account any", "any"),
    ("watch globex/pump-7", "Watching globex/pump-7"),
    ("history globex/pump-7 3", "globex/pump-7 had 3 sessions in the last 3 days"),
    ("history acme/pump-7 60", "I know nothing of acme/pump-7 from before"),
)


async def test_watches_and_a_history_say_whose_sims_they_are(both):
    """Both accounts have a SIM of that name: answers and cards name its account."""
    for text, words in OF_WHOM:
        await both.whole.type(text)
        assert words in said(both).replace("\xa0", " ").replace("*", ""), text

    def in_channel():
        return str([each.blocks for each in both.whole.slack.seen_by("ana")])

    cards = ("*acme/truck-42* is offline", "Watched *globex/pump-7* for")
    await until(lambda: all(words in in_channel() for words in cards))
    assert "Stop watching globex/pump-7" in in_channel()
