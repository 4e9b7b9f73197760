"""Cards and notices of several SIMs that are watched together."""

from datetime import timedelta

from bot.watches.watch import Condition, Ending, WatchOwner
from tests.databases import on_both, one_store
from tests.watch_rig import ANA, BEN, FLEET_OPS, watch_rig

kind = one_store


rig = watch_rig


WELLS = ("well-1", "well-2", "well-3")


async def begin_wells(rig, **about):
    """Watch three wells of one outage on one card."""
    owner = WatchOwner(**{"person": ANA, "channel": FLEET_OPS, "team": "T0ACMEIOT"} | about)
    reports = [await rig.lookup.look_up(name) for name in WELLS]
    begun, full = await rig.service.begin_set(owner, reports)
    assert full is None
    return begun


@on_both
async def test_a_set_has_one_card_and_one_notice(rig):
    """The card is drawn anew as its SIMs come back; the owner is mentioned when all are."""
    begun = await begin_wells(rig)
    await rig.move(60)

    (card,) = rig.seen()
    assert "0 of 3 online" in card.text

    rig.kore.events.recover(WELLS[0])
    await rig.move(120, step=30)

    assert "1 of 3 online" in rig.card().text
    assert [] == rig.notices()

    for name in WELLS[1:]:
        rig.kore.events.recover(name)
    await rig.move(180, step=30)

    assert ["✅ <@U0ANA0001> All 3 SIMs are online. Watch ended."] == rig.notices()
    assert (card.ts, 2) == (rig.card().ts, len(rig.seen()))
    assert {Ending.REACHED} == {(await rig.watch(each)).ending for each in begun}


async def test_a_set_is_stopped_by_its_button_and_its_owner_hears_who_did(rig):
    """One click of somebody else stops all of it, and one reply says so."""
    begun = await begin_wells(rig)
    await rig.move(60)
    stopped = await rig.service.stop(begun[0].watch.card_id, BEN)
    await rig.move(60)

    assert [Ending.STOPPED] * 3 == [watch.ending for watch in stopped]
    (notice,) = rig.notices()
    assert "<@U0ANA0001> 0 of 3 SIMs online. Not online: well-1, well-2, well-3." in notice
    assert "<@U0BEN0002> stopped the watch." in rig.card().text


async def test_the_end_of_a_sets_time_is_one_notice(rig):
    """However many are not back, and though nothing ran meanwhile."""
    await begin_wells(rig)
    await rig.work()
    rig.clock.move(3 * 3600)
    await rig.work_on("watch", *[f"watch:{sid}" for sid in await rig.parts.watching.rows.sims()])
    await rig.work()

    (notice,) = rig.notices()
    assert notice.endswith("Time is up.")


async def test_a_set_that_waits_for_an_outage_says_which_sim_went_offline(rig):
    """One that goes offline is told by itself; the end of the time says how all are."""
    owner = WatchOwner(person=ANA, channel=FLEET_OPS, team="T0ACMEIOT")
    reports = [await rig.lookup.look_up(name) for name in ("truck-42", "camera-4")]
    hour = timedelta(hours=1)
    await rig.service.begin_set(owner, reports, Condition.OFFLINE, hour)
    await rig.move(60)

    assert "Watching 2 SIMs for <@U0ANA0001> until they go offline" in rig.card().text
    assert "I'll ping you if one is offline for more than 2 min" in str(rig.card().blocks).replace(
        r"\xa0", " "
    )

    rig.kore.events.go_silent("truck-42")
    await rig.move(300, step=30)
    (notice,) = rig.notices()

    assert notice.startswith("🔴 <@U0ANA0001> truck-42 is now offline: ")

    rig.clock.move(3600)
    await rig.work_on("watch", *[f"watch:{sid}" for sid in await rig.parts.watching.rows.sims()])
    await rig.work()

    assert rig.notices()[1:] == [
        "⏱ <@U0ANA0001> 1 of 2 SIMs online: camera-4. Not online: truck-42. Time is up."
    ]
