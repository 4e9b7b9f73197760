"""What alerts find beyond silence: clones, impossible travel, data limits."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.alerts.incident import redacted_incident
from bot.demo.stories.habits import never_seen
from bot.demo.stories.plans import data_limit_near, data_limit_reached
from bot.demo.stories.sims import TWIN, impossible_travel, twin_imei
from bot.diagnosis.rule import Severity
from bot.digests.subscription import Selection, SelectionKind
from bot.emulators.kore.cards import Card
from bot.emulators.kore.faults import Fault
from tests.databases import on_both


def put_in(rig, story, *others, began=None, times=1, **more):
    """Put a story's SIM in, as it stands now, and others that stand beside it.

    `began` is when it was first put in: its metering month stays, also over midnight. It sends so
    many `times` the story's packets.
    """
    now = rig.parts.clock.now()
    sent = ("packets_uploaded", "packets_downloaded")
    rows = [row | {name: row[name] * times for name in sent} for row in story.sessions(now)]
    rig.kore.add(story.sim(began or now), rows, **more)
    for role in others:
        rig.kore.add(role.sim(now), role.sessions(now))


@on_both
async def test_a_cloned_device_is_one_incident(rig):
    """Two SIMs live with one IMEI have one card with one mention, over when one is out of it."""
    await rig.add()
    await rig.move(6)
    put_in(rig, twin_imei, *twin_imei.others)
    await rig.move(16)
    (incident,) = await rig.incidents()
    now = rig.parts.clock.now()
    rig.kore.add(TWIN.sim(now), TWIN.always_on(now, hours=1))
    await rig.move(16)
    (over,) = await rig.incidents()

    assert {"router-11", "router-12"} == {member.name for member in incident.members}
    assert ("twin_imei", 1) == (incident.rule, len(rig.mentions()))
    assert not over.is_open


async def test_a_clone_outside_the_alert_is_named(rig):
    """Where a scan of more SIMs tells it; without its numbers for those who may not see them."""
    await rig.add(id="a0", name="All", causes=("flapping",))
    await rig.add(selection=Selection(SelectionKind.PATTERN, "router-11"))
    await rig.move(6)
    put_in(rig, twin_imei)
    now, twin = rig.parts.clock.now(), twin_imei.others[0]
    named = {"unique_name": "clone 8901260012345678909"}
    rig.kore.add(twin.sim(now) | named, twin.sessions(now))
    await rig.move(16)
    (incident,) = await rig.incidents()
    (card,) = rig.seen()

    assert ["router-11"] == [member.name for member in incident.members]
    assert "with the IMEI of clone 8901260012345678909" in str(card.blocks)
    assert ["clone redacted"] == [m.twin for m in redacted_incident(incident).members]


async def test_what_the_window_shows_is_not_counted_again(rig):
    """Days are kept, not times: a SIM that is hardly known is no better known by its own days."""
    card, now = Card("new-1", 980), rig.parts.clock.now()
    noon, minute = now.replace(hour=15) - timedelta(days=2), timedelta(minutes=1)
    starts = [noon + 10 * turn * minute for turn in (3, 2, 1, 0)]
    rig.kore.add(card.sim(now), [card.session(start, start + 4 * minute) for start in starts])
    await rig.add()
    await rig.move(6)

    assert [] == await rig.incidents()


async def test_a_sim_in_two_places_is_an_incident(rig):
    """Where towers stand is read of a SIM that changed its area."""
    await rig.add()
    await rig.move(6)
    put_in(rig, impossible_travel)
    await rig.move(6)

    assert [("impossible_travel", ["tracker-8"])] == [
        (each.rule, [member.name for member in each.members]) for each in await rig.incidents()
    ]


def asked_usage(rig):
    """Return how often usage was asked for."""
    return sum(each.path.endswith("/UsageRecords") for each in rig.kore.requests)


async def test_a_data_limit_that_is_reached_is_an_incident(rig):
    """Usage is read of each SIM once, and again when it may be near its limit; one card tells."""
    began = rig.parts.clock.now()
    put_in(rig, data_limit_near, bytes_per_day=39_900_000)
    await rig.add()
    await rig.move(20)
    quiet, early = rig.cards(), asked_usage(rig)
    put_in(rig, data_limit_near, began=began, bytes_per_day=43_000_000)
    await rig.move(90, step=5)
    near, asked = await rig.incidents(), asked_usage(rig)
    put_in(rig, data_limit_near, began=began, times=500, bytes_per_day=60_000_000)
    await rig.move(80, step=5)
    (full,) = await rig.incidents()

    assert ([], 6) == (quiet, early)
    assert [("data_limit", Severity.WARNING)] == [(each.rule, each.severity) for each in near]
    assert 1 == asked - early
    assert (Severity.CRITICAL, 1) == (full.severity, len(rig.mentions()))
    assert "Data limit reached" in rig.cards()[0]


async def test_a_limit_that_was_reached_before_is_not_told(rig):
    """Also where its usage could not be read with the first scan; it is asked for hourly then."""
    put_in(rig, data_limit_reached, bytes_per_day=52_000_000)
    usage = Fault(path="/UsageRecords", status=503, times=None)
    rig.kore.faults.add(usage)
    await rig.add()
    await rig.move(50, step=5)
    asked = asked_usage(rig)
    _, before = await rig.parts.alerting.alerts.with_state("a1")
    rig.kore.faults.clear()
    await rig.move(30, step=5)
    _, state = await rig.parts.alerting.alerts.with_state("a1")

    assert 6 == asked
    assert "DE" not in before.to_json()
    assert ["data_limit"] == [ill.family for ill in state.ill.values()]
    assert [] == await rig.incidents()


@on_both
async def test_a_limit_is_not_over_because_usage_cannot_be_read(rig):
    """What was told goes on in the rows; without those an incident waits until it is told again."""
    await rig.add()
    await rig.move(6)
    put_in(rig, data_limit_near, bytes_per_day=60_000_000)
    await rig.move(6)
    rig.kore.faults.add(Fault(path="/UsageRecords", status=503, times=None))
    await rig.move(30, step=5)
    async with rig.database.write() as tx:
        await tx.execute(text("DELETE FROM scan_rows"))
    await rig.move(30, step=5)
    (one,) = await rig.incidents()

    assert ("data_limit", True) == (one.rule, one.is_open)


async def test_what_is_graver_once_usage_is_known_was_so_before(rig):
    """A SIM that was never seen is critical only where it used nothing: that is no news."""
    put_in(rig, never_seen)
    usage = Fault(path="/UsageRecords", status=503, times=None)
    rig.kore.faults.add(usage)
    await rig.add()
    await rig.move(6)
    _, before = await rig.parts.alerting.alerts.with_state("a1")
    rig.kore.faults.clear()
    await rig.move(65, step=5)
    _, after = await rig.parts.alerting.alerts.with_state("a1")

    assert [Severity.WARNING] == [ill.severity for ill in before.ill.values()]
    assert [Severity.CRITICAL] == [ill.severity for ill in after.ill.values()]
    assert [] == await rig.incidents()


@pytest.mark.parametrize("causes", [(), ("gone_silent",)], ids=["of all", "of silence"])
async def test_a_stuck_change_that_explains_a_silence_brings_no_sim_back(rig, causes):
    """It is down in its incident until it is heard of, whether or not such changes are told."""
    card, now, hour = Card("pump-90", 981), rig.parts.clock.now(), timedelta(hours=1)
    last = now - 60 * hour
    rows = [card.session(last - (n + 1) * hour, last - n * hour) for n in range(0, 400, 2)]
    here = card.session(now - hour, None, updated=now)
    rig.kore.add(card.sim(now), [here, *rows])
    await rig.add(causes=causes)
    await rig.move(6)
    rig.kore.add(card.sim(now), rows)
    await rig.move(6)
    rig.kore.add(card.sim(now, touched=60 * hour, status="updating"), rows)
    await rig.move(16)
    (kept,) = await rig.incidents()
    now = rig.parts.clock.now()
    rig.kore.add(card.sim(now), [card.session(now - hour / 60, None, updated=now), *rows])
    await rig.move(8)
    (over,) = await rig.incidents()

    assert [("pump-90", True)] == [(member.name, member.is_down) for member in kept.members]
    assert (True, False) == (kept.is_open, over.is_open)
