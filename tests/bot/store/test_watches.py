"""Watches in the store, on both databases."""

import pytest
from sqlalchemy import select

from bot.store.schema import NOW, watches
from bot.store.watches import WatchCounts, WatchRows

NOON = 1_767_614_400.0
FIRST = dict.fromkeys(watches.c.keys()) | {
    "id": "w1",
    "sid": "DE1",
    "name": "pump-7",
    "team": "T1",
    "person": "ana",
    "channel": "C1",
    "goal": "online",
    "started": NOON,
    "ends": NOON + 7200,
    "noticed": "{}",
    "latest": "{}",
    "checked": NOON,
    "untold": 0,
    "notices": 0,
    "cards": 0,
    "account": "",
}


def a_row(number, **changes):
    """Return another watch, of another SIM unless said."""
    return FIRST | {"id": f"w{number}", "sid": f"DE{number}", "started": NOON + number} | changes


@pytest.fixture
def rows(database):
    return WatchRows(database)


@pytest.fixture
def add(rows):
    """Add watches, each in a transaction of its own; give whether each was new."""

    async def adding(*new):
        found = []
        for row in new:
            async with rows._db.write() as tx:
                found.append(await rows.add(row, tx))
        return found

    return adding


@pytest.fixture
def advance(rows):
    """Save a step in a transaction of its own."""

    async def advancing(before, after):
        async with rows._db.write() as tx:
            return await rows.advance(before, after, tx)

    return advancing


async def kept(rows, id_="w1"):
    """Return a row without its slot."""
    return (await rows.get(id_))._asdict() | {"slot": None}


async def test_a_watch_is_kept_as_it_was_given(rows, add):
    """What goes in comes out."""
    assert [True] == await add(FIRST)
    assert FIRST == await kept(rows)


async def test_one_person_watches_one_sim_once_in_one_place(rows, add):
    """A second watch of the same is refused; another person, SIM, channel or thread is not."""
    others = [
        a_row(2, sid="DE1", person="ben"),
        a_row(3),
        a_row(4, sid="DE1", channel="C2"),
        a_row(5, sid="DE1", thread="1.5"),
    ]

    assert [True, False, True, True, True, True] == await add(FIRST, a_row(9, sid="DE1"), *others)
    assert "w1" == (await _in_slot(rows, a_row(9, sid="DE1"))).id


async def test_after_its_end_the_same_may_be_watched_again(rows, add, advance):
    """An ended watch holds no place."""
    await add(FIRST)
    await advance(FIRST, FIRST | {"ended": NOON, "ending": "expired"})

    assert None is await _in_slot(rows, FIRST)
    assert [True] == await add(a_row(2, sid="DE1"))


async def test_open_watches_are_found_by_whom_and_where_and_what(rows, add, advance):
    """By SIM, person and channel the open ones come, oldest first, and no ended one."""
    third = a_row(3, sid="DE1", person="ben", thread="1.5")
    await add(a_row(2, channel="C2"), FIRST, third, a_row(4, sid="DE1", person="eve"))
    await advance(a_row(4), a_row(4, sid="DE1", person="eve", ended=NOON))

    assert ["w1", "w3"] == [row.id for row in await rows.of_sim("DE1")]
    assert ["w1", "w2"] == [row.id for row in await rows.of_person("ana")]
    assert ["w1", "w3"] == [row.id for row in await rows.in_channel("C1")]
    assert (["DE1", "DE2"], WatchCounts(3, 2)) == (await rows.sims(), await rows.counts())


async def test_a_step_changes_what_it_is_about_and_nothing_else(rows, add, advance):
    """A look saves what was read and reported; the card and the request are others' to save."""
    await add(FIRST)
    stepped = FIRST | {
        "latest": "new",
        "checked": NOON + 30,
        "untold": 2,
        "notices": 1,
        "told": NOON,
    }
    beside = stepped | {
        "card_ts": "9.9",
        "cards": 7,
        "goal": "offline",
        "ends": NOON,
        "name": "other",
    }

    assert await advance(FIRST, beside)
    assert stepped == await kept(rows)


@pytest.mark.parametrize("request_", [{"goal": "offline"}, {"ends": NOON + 9}])
async def test_a_step_from_what_is_not_so_any_more_is_refused(rows, add, advance, request_):
    """Whoever judged a watch that was extended meanwhile ends nothing."""
    await add(FIRST)
    async with rows._db.write() as tx:
        await rows.save_request(FIRST | request_, tx)

    assert not await advance(FIRST, FIRST | {"ended": NOON})
    assert FIRST | request_ == await kept(rows)


async def test_of_two_steps_that_tell_something_one_counts(rows, add, advance):
    """A notice that was decided twice is saved once."""
    await add(FIRST)
    noticed = FIRST | {"notices": 1}

    assert [True, False] == [await advance(FIRST, noticed), await advance(FIRST, noticed)]


async def test_an_ended_watch_does_not_go_on(rows, add, advance):
    """After its end nothing moves it but its card."""
    await add(FIRST)
    over = FIRST | {"ended": NOON, "ending": "stopped", "ended_by": "ana"}
    await advance(FIRST, over)

    assert not await advance(FIRST, FIRST | {"latest": "new"})
    await rows.save_card(over | {"card_channel": "C1", "card_ts": "1.5", "drawn": "face"})
    assert ("1.5", "stopped") == ((await rows.get("w1")).card_ts, (await rows.get("w1")).ending)


@pytest.mark.parametrize(
    ("drawn", "age", "found"),
    [
        ("offline|", 60, ["w1"]),
        ("offline|stopped", 60, []),
        ("offline|", 2 * 86400, []),
        (None, 60, []),
    ],
)
async def test_a_card_that_does_not_show_the_end_is_found(rows, add, drawn, age, found):
    """Of the last day's ends those whose card says something else are to be drawn."""
    await add(FIRST | {"drawn": drawn})
    async with rows._db.write() as tx:
        now = await tx.scalar(select(NOW))
        await rows.advance(FIRST, FIRST | {"ended": now - age, "ending": "stopped"}, tx)

    assert found == await rows.undrawn()


async def test_what_ended_long_ago_is_forgotten(rows, add, advance):
    """Old ends go, open watches stay however old they are."""
    await add(FIRST, a_row(2))
    await advance(FIRST, FIRST | {"ended": NOON})

    assert 1 == await rows.forget(86400)
    assert (None, "w2") == (await rows.get("w1"), (await rows.get("w2")).id)


async def _in_slot(rows, row):
    async with rows._db.read() as tx:
        return await rows.in_slot_of(row, tx)
