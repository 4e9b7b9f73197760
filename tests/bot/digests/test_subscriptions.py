"""Digests kept together with their schedules, on both databases."""

import json
from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace

import pytest

from bot.digests.schedule import DigestSchedule, Frequency, QuietHours
from bot.digests.subscription import (
    GRACE,
    KIND,
    ListedSim,
    PauseReason,
    Selection,
    SelectionKind,
    WhenQuiet,
)
from bot.digests.subscriptions import (
    NameTaken,
    NoSuchDigest,
    Subscriptions,
    from_row,
    pause_reason,
    problem_words,
    run_key,
    stamp,
    to_row,
)
from bot.errors import BotError
from bot.slack.errors import CANNOT_POST, SlackRefused, SlackUnreachable
from bot.store.errors import StoreNotReady
from bot.store.jobs import NewJob
from bot.struct import replace
from tests.bot.digests.subscriptions import PUMPS, subscription
from tests.builders import NOON
from tests.fakes import YEARLY

WELLS = subscription(id="2", name="Wells")


@pytest.fixture
def keep(database, queue):
    return Subscriptions(database, queue)


async def test_a_new_one_has_its_schedule(keep, schedules):
    """The engine knows its line, its zone, its grace and what to make."""
    await keep.add(PUMPS)

    found = await schedules.get(PUMPS.schedule_name)
    assert PUMPS == await keep.get(PUMPS.id)
    assert (("0 9 * * 1-5",), "Europe/Berlin", 3600.0) == (found.cron, found.zone, found.grace)
    assert (KIND, {"subscription": PUMPS.id}) == (found.kind, found.args)
    assert found.next_due is not None


async def test_a_name_that_is_taken_leaves_no_schedule(keep, schedules):
    """Both are kept or neither."""
    await keep.add(PUMPS)
    with pytest.raises(NameTaken):
        await keep.add(replace(WELLS, name="PUMPS"))

    assert await schedules.get(WELLS.schedule_name) is None
    assert (PUMPS,) == await keep.every()


async def test_another_cadence_moves_the_next_run(keep, schedules):
    """A digest that comes each minute from now on is due sooner than one that comes yearly."""
    yearly, each_minute = (DigestSchedule(Frequency.CRON, line=it) for it in (YEARLY, "* * * * *"))
    await keep.add(replace(PUMPS, schedule=yearly))
    before = (await schedules.get(PUMPS.schedule_name)).next_due
    await keep.change(replace(PUMPS, schedule=each_minute))

    after = (await schedules.get(PUMPS.schedule_name)).next_due
    assert after < before


async def test_what_cannot_be_changed(keep):
    """One that is gone is not said to have a name that is taken."""
    await keep.add(PUMPS)
    await keep.add(WELLS)

    with pytest.raises(NameTaken):
        await keep.change(replace(WELLS, name="PUMPS"))
    await keep.remove(WELLS)
    with pytest.raises(NoSuchDigest):
        await keep.change(WELLS)


async def test_a_new_name_moves_nothing(keep, schedules):
    """What is no matter of time leaves the next run where it is."""
    await keep.add(PUMPS)
    before = (await schedules.get(PUMPS.schedule_name)).next_due
    await keep.change(replace(PUMPS, name="Trucks"))

    assert before == (await schedules.get(PUMPS.schedule_name)).next_due
    assert "Trucks" == (await keep.get(PUMPS.id)).name


async def test_who_changes_one_that_is_paused_meanwhile_does_not_resume_it(keep, schedules):
    """Nor does a change pause what somebody resumed while it was filled in."""
    await keep.add(PUMPS)
    read = await keep.get(PUMPS.id)
    await keep.pause(PUMPS)
    await keep.change(replace(read, name="Trucks"))
    paused, resting = await keep.get(PUMPS.id), await schedules.get(PUMPS.schedule_name)
    await keep.resume(paused)
    await keep.change(replace(paused, name="Pumps"))

    assert ("Trucks", PauseReason.ASKED, None) == (paused.name, paused.paused, resting.next_due)
    assert None is (await keep.get(PUMPS.id)).paused
    assert (await schedules.get(PUMPS.schedule_name)).next_due is not None


async def test_pausing_and_resuming(keep, schedules):
    """A paused one is never due; resumed it comes again, and each is told to have changed once."""
    await keep.add(PUMPS)

    told = [await keep.pause(PUMPS, PauseReason.ARCHIVED), await keep.pause(PUMPS)]
    resting = await schedules.get(PUMPS.schedule_name)
    reason = (await keep.get(PUMPS.id)).paused
    told += [await keep.resume(PUMPS), await keep.resume(PUMPS)]

    assert [True, False, True, False] == told
    assert PauseReason.ARCHIVED is reason
    assert resting.next_due is None
    assert (await schedules.get(PUMPS.schedule_name)).next_due is not None
    assert None is (await keep.get(PUMPS.id)).paused


async def test_removing_ends_its_runs_and_no_others(keep, schedules, queue):
    """A run that waits is cancelled; those of another digest, even of a longer id, go on."""
    await keep.add(PUMPS)
    mine, other = f"{PUMPS.schedule_name}@2026", f"{PUMPS.schedule_name}x@2026"
    await queue.add(NewJob(KIND, mine), NewJob(KIND, other))

    made_before = await keep.is_being_made(PUMPS)
    await keep.remove(PUMPS)

    assert [True, False] == [made_before, await keep.is_being_made(PUMPS)]
    assert ["cancelled", "ready"] == [(await queue.get(key)).state for key in (mine, other)]
    assert await schedules.get(PUMPS.schedule_name) is None
    assert None is await keep.find(PUMPS.id)
    with pytest.raises(NoSuchDigest):
        await keep.get(PUMPS.id)


async def test_it_is_found_by_name(keep):
    """The channel's goes before one's own of another channel."""
    mine = replace(WELLS, channel="C9", name="Pumps")
    await keep.add(PUMPS)
    await keep.add(mine)

    async def named(channel, person="U0ANA0001", name="pumps"):
        return await keep.named(name, "T0ACMEIOT", channel, person)

    assert PUMPS == await named("C0FLEETOP")
    assert mine == await named("C9")
    with pytest.raises(NoSuchDigest):
        await named("C5", person="U0BEN0001")
    with pytest.raises(NoSuchDigest, match="You made 2 of that name") as raised:
        await named("C5")
    assert {PUMPS, mine} == set(raised.value.near)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("pmps", ["Pumps"]),
        ("pump", ["Pumps"]),
        ("well", ["Wells"]),
        ("zebra", []),
        ("", [PUMPS, WELLS]),
    ],
)
def test_near_names(name, near):
    """A slip or a part of a name offers what comes near; nothing is nothing."""
    with pytest.raises(NoSuchDigest) as raised:
        Subscriptions.pick(name, (PUMPS, WELLS))

    names = [one if isinstance(one, str) else one.name for one in near]
    assert names == [one.name for one in raised.value.near]


def test_without_a_name_the_only_one_is_meant():
    """With none there is nothing to choose."""
    assert PUMPS is Subscriptions.pick(" ", (PUMPS,))
    with pytest.raises(NoSuchDigest, match="makes one"):
        Subscriptions.pick("", ())


async def test_a_store_that_is_not_there(keep, database):
    """What the store says comes through."""
    await database.aclose()

    with pytest.raises(StoreNotReady):
        await keep.every()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"paused": PauseReason.ARCHIVED},
        {"when_quiet": WhenQuiet.SKIP, "quiet_hours": QuietHours(time(22), time(7))},
        {
            "schedule": DigestSchedule(Frequency.CRON, line="0 9 1 * *"),
            "grace": timedelta(minutes=5),
        },
        {"selection": Selection(SelectionKind.LISTED, sims=(ListedSim("DE1", "pömp"),))},
    ],
    ids=str,
)
def test_it_comes_back_as_it_was(changes):
    """Nothing is lost on the way to the store and back."""
    before = subscription(**changes)

    assert before == from_row(SimpleNamespace(**to_row(before)))


def test_its_name_is_found_however_it_is_spelt():
    """Two spellings of one name are one name."""
    keys = {to_row(subscription(name=name))["name_key"] for name in ("Pumps", "PUMPS", " pumps ")}

    assert {"pumps"} == keys


def test_a_row_of_an_older_version():
    """What was not kept then has its usual value now."""
    details = {"selection": {"which": "all"}, "cadence": {"every": "day"}, "new": "thing"}
    strange = {"details": json.dumps(details), "paused": "by the moon"}
    read = from_row(SimpleNamespace(**to_row(PUMPS) | strange))

    assert Selection(SelectionKind.ALL) == read.selection
    assert ("UTC", None, WhenQuiet.LINE, GRACE) == (
        read.zone, read.quiet_hours, read.when_quiet, read.grace,
    )  # fmt: skip
    assert PauseReason.ASKED is read.paused


def test_a_run_by_hand_has_the_key_of_its_schedule():
    """A run asked for in the very second in which one is due is that one."""
    assert "2026-01-05T12:00:00Z" == stamp(datetime(2026, 1, 5, 12, tzinfo=UTC))
    assert f"digest:{PUMPS.id}@{stamp(NOON)}" == run_key(PUMPS, NOON)


@pytest.mark.parametrize("reason", sorted(CANNOT_POST))
def test_each_trouble_is_said_and_pauses(reason):
    """Whoever fills in reads what to do, and a digest that runs into it knows why it is paused."""
    assert problem_words(reason).endswith(".")
    assert problem_words(reason) == problem_words(PauseReason(reason))


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (SlackRefused("chat.postMessage", "is_archived"), PauseReason.ARCHIVED),
        (SlackRefused("chat.postMessage", "not_in_channel"), PauseReason.NOT_IN_CHANNEL),
        (SlackRefused("chat.postMessage", "fatal_error"), None),
        (SlackUnreachable("chat.postMessage", "x"), None),
        (BotError(), None),
    ],
)
def test_what_pauses(error, why):
    """Only what Slack will say again tomorrow."""
    assert why is pause_reason(error)
