"""Alerts and incidents in the store, with the jobs that scan and post for them, on both."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.alerts.alert import AlertState, Maintenance, Mute
from bot.alerts.incident import redacted_incident, take
from bot.alerts.incident_repository import MOST_CARDS, Incidents, NoSuchIncident
from bot.alerts.service import AlertNameTaken, Alerts, NoSuchAlert
from bot.diagnosis.rule import Severity
from bot.digests.schedule import QuietHours
from bot.digests.subscription import ListedSim, PauseReason, Selection, SelectionKind
from bot.store.jobs import JobQueue
from bot.struct import replace
from tests.bot.alerts.alert_builders import ANA, BEN, HOUR, MINUTE, NOON, Day, an_alert, silent


class Store:
    """The repositories, and what they told others."""

    def __init__(self, database):
        self.database = database
        self.queue = JobQueue(database)
        self.events = []
        self.incidents = Incidents(database, self.queue, self._on_events)
        self.alerts = Alerts(database, self.incidents, self.queue)

    async def _on_events(self, alert, incident, events, tx):
        self.events += [(alert.id, incident.id, event.kind.value) for event in events]

    async def save(self, alert, *incidents):
        """Save new incidents; give them as they are stored."""
        async with self.database.write() as tx:
            return [await self.incidents.save(alert, None, each, tx) for each in incidents]

    async def state_of(self, key):
        job = await self.queue.get(key)
        return job and job.state


@pytest.fixture
def store(database):
    return Store(database)


def an_incident(id_="i1", **changes):
    """Return an incident of one SIM that opened just now."""
    day = Day()
    day.scan(0)
    day.scan(5, silent("DE1"))
    now = datetime.now(UTC)
    changes = {"id": id_, "opened_at": now, "first_at": now - HOUR} | changes
    return replace(day.incidents["i1"], **changes)


@pytest.mark.parametrize(
    "alert",
    [
        an_alert(),
        an_alert(
            selection=Selection(SelectionKind.LISTED, sims=(ListedSim("DE1", "pump-7"),)),
            causes=("gone_silent",),
            hold=timedelta(minutes=10),
            quiet_hours=QuietHours(NOON.time(), (NOON + HOUR).time()),
            maintenance=(Maintenance(NOON, NOON + HOUR),),
            mention_second=("S2",),
            interval=5 * MINUTE,
            mutes=(Mute("DE1", ANA, NOON, NOON + HOUR, "being moved"),),
            paused=PauseReason.ARCHIVED,
        ),
    ],
)
async def test_an_alert_comes_back_as_it_was(store, alert):
    """All that an alert says is stored; while it is not paused its job is there."""
    await store.alerts.add(alert)

    assert alert == await store.alerts.get("a1")
    assert (alert,) == await store.alerts.in_channel(alert.team, alert.channel)
    assert (None if alert.paused else "ready") == await store.state_of("alert:a1")


async def test_a_name_is_taken_once_in_a_channel(store):
    """Names differ by more than their case; another channel may have the same."""
    await store.alerts.add(an_alert())
    await store.alerts.add(an_alert(id="a2", channel="C2"))

    with pytest.raises(AlertNameTaken):
        await store.alerts.add(an_alert(id="a3", name="WELLS"))
    with pytest.raises(AlertNameTaken):
        await store.alerts.change(an_alert(id="a2"))
    with pytest.raises(NoSuchAlert):
        await store.alerts.change(an_alert(id="a9", name="Other"))


async def test_pause_and_resume_end_and_begin_its_job(store):
    """A paused alert has no job; a resumed one has."""
    await store.alerts.add(an_alert())
    paused = await store.alerts.pause(an_alert()), await store.alerts.pause(an_alert())
    resting = await store.state_of("alert:a1")
    resumed = await store.alerts.resume(an_alert())

    assert ((True, False), "cancelled", True) == (paused, resting, resumed)
    assert "ready" == await store.state_of("alert:a1")


async def test_who_changes_one_that_is_paused_meanwhile_does_not_resume_it(store):
    """It keeps its pause, and gets no job."""
    await store.alerts.add(an_alert())
    await store.alerts.pause(an_alert(), PauseReason.ARCHIVED)
    await store.alerts.change(an_alert(name="Others"))
    changed = await store.alerts.get("a1")

    assert ("Others", PauseReason.ARCHIVED) == (changed.name, changed.paused)
    assert "cancelled" == await store.state_of("alert:a1")


async def test_other_sims_are_looked_at_as_if_anew(store):
    """After a change of what it looks for, the next scan opens nothing; after another it may."""
    primed = []
    for changed in (an_alert(name="Others"), an_alert(least=Severity.CRITICAL)):
        await store.alerts.remove(an_alert(), ANA, NOON)
        await store.alerts.add(an_alert())
        async with store.database.write() as tx:
            await store.alerts.save_state("a1", AlertState({}, primed=True), tx)
        await store.alerts.change(changed)
        _, state = await store.alerts.with_state("a1")
        primed.append(state.primed)

    assert [True, False] == primed


async def test_an_incident_comes_back_as_it_was(store):
    """All of an incident is stored, its events are told to others, and its job is there."""
    await store.alerts.add(an_alert())
    await store.save(an_alert(), an_incident())
    stored = await store.incidents.get("i1")

    assert ("i1", ["well-1"], None) == (
        stored.incident.id,
        [member.name for member in stored.incident.down],
        stored.card,
    )
    assert [("a1", "i1", "opened")] == store.events
    assert "ready" == await store.state_of("incident:i1")


async def test_two_people_at_once_lose_nothing(store):
    """Whatever people do with an incident at the same time, all of it is in its story."""
    await store.alerts.add(an_alert())
    await store.save(an_alert(), an_incident())
    people = [ANA, BEN, "U3", "U4"]
    await asyncio.gather(
        *(store.alerts.act("i1", lambda _, i, by=by: take(i, by, NOON)) for by in people)
    )
    incident = (await store.incidents.get("i1")).incident

    assert set(people) == {event.by for event in incident.events if event.by}
    assert [1, 2, 3, 4, 5] == [event.n for event in incident.events]


async def test_a_muted_sim_is_muted_in_its_alert(store):
    """A mute goes into the alert and takes the SIM out of the incident."""
    await store.alerts.add(an_alert())
    await store.save(an_alert(), an_incident())
    muted = Mute("DE1", ANA, NOON, NOON + HOUR, "being moved")
    await store.alerts.mute("i1", muted)

    assert (muted,) == (await store.alerts.get("a1")).mutes
    assert () == (await store.incidents.get("i1")).incident.down


async def test_a_reason_is_shown_without_long_numbers(store):
    """Who muted a SIM may have seen its card; who reads of it may not."""
    await store.alerts.add(an_alert())
    await store.save(an_alert(), an_incident())
    await store.alerts.mute("i1", Mute("DE1", ANA, NOON, NOON + HOUR, "card x8988239000012345678"))
    incident = redacted_incident((await store.incidents.get("i1")).incident)

    assert ["card xredacted"] == [event.reason for event in incident.events if event.reason]


async def test_a_removed_alert_leaves_no_open_incident(store):
    """What is open is resolved by who removes it; what is gone can no longer be acted on."""
    await store.alerts.add(an_alert())
    await store.save(an_alert(), an_incident())
    await store.alerts.remove(an_alert(), BEN, NOON + HOUR)

    assert BEN == (await store.incidents.get("i1")).incident.resolved_by
    assert () == await store.incidents.open_in("T0ACMEIOT", "C0FLEETOP")
    with pytest.raises(NoSuchAlert):
        await store.alerts.act("i1", lambda _, i: take(i, ANA, NOON))
    with pytest.raises(NoSuchIncident):
        await store.incidents.get("i9")


async def test_only_so_many_have_a_card_of_their_own(store):
    """Beyond the limit the incidents of a channel share one card, that of the first of them."""
    await store.alerts.add(an_alert())
    ids = [f"i{n:02}" for n in range(MOST_CARDS + 3)]
    saved = await store.save(an_alert(), *(an_incident(id_) for id_ in ids))
    elsewhere = await store.save(an_alert(), an_incident("x", channel="C2"))

    shared = [each.summary for each in saved]
    assert [None] * MOST_CARDS + [ids[MOST_CARDS]] * 3 == shared
    assert [None] == [each.summary for each in elsewhere]
    assert "ready" == await store.state_of(f"incident_summary:{ids[MOST_CARDS]}")


async def test_incidents_between_two_times(store):
    """Those that were open at some time in between are found; what was merged is not."""
    await store.alerts.add(an_alert())
    old = {"opened_at": NOON, "resolved_at": NOON + HOUR}
    await store.save(
        an_alert(),
        an_incident("i1", **old),
        an_incident("i2", opened_at=NOON),
        an_incident("i3", **old, merged_into="i1"),
        an_incident("i4", **old | {"channel": "C2"}),
    )

    async def found(start, end, channel="C0FLEETOP"):
        between = await store.incidents.between("T0ACMEIOT", start, end, channel)
        return {each.id for each in between}

    assert {"i1", "i2"} == await found(NOON, NOON + HOUR)
    assert {"i2"} == await found(NOON + 2 * HOUR, NOON + 3 * HOUR)
    assert set() == await found(NOON - 2 * HOUR, NOON - HOUR)
    assert {"i1", "i2", "i4"} == await found(NOON, NOON + HOUR, None)


async def test_incidents_of_one_account_are_counted_alone(store):
    """Those of another take no place among the newest that are read."""
    await store.alerts.add(an_alert())
    mine = [an_incident("i1", opened_at=NOON, account="acme")]
    other = an_incident(opened_at=NOON + HOUR, account="globex")
    theirs = [replace(other, id=f"x{n}") for n in range(501)]
    await store.save(an_alert(), *mine, *theirs)
    found = await store.incidents.between(None, NOON, NOON + HOUR, accounts=frozenset({"acme"}))

    assert ["i1"] == [each.id for each in found]


async def test_old_incidents_are_forgotten(store):
    """What was resolved longer ago than is kept goes; what is open stays."""
    await store.alerts.add(an_alert())
    await store.save(
        an_alert(),
        an_incident("i1", opened_at=NOON, resolved_at=datetime.now(UTC) - timedelta(days=401)),
        an_incident("i2", opened_at=NOON),
    )
    gone = await store.incidents.rows.forget(400 * 86_400.0)

    assert (1, ["i2"]) == (gone, await store.incidents.rows.open_ids())


async def test_the_named_alert_is_found(store):
    """An alert is found by its name in the channel, else among one's own; near ones are offered."""
    await store.alerts.add(an_alert())
    await store.alerts.add(an_alert(id="a2", channel="C2", name="Pumps"))

    async def named(name):
        return (await store.alerts.named(name, "T0ACMEIOT", "C0FLEETOP", ANA)).id

    assert ["a1", "a1", "a2"] == [await named(name) for name in ("", "wells", "pumps")]
    with pytest.raises(NoSuchAlert) as error:
        await named("well")
    assert ["a1"] == [one.id for one in error.value.near]
