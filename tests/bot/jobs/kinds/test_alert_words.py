"""What an incident says of its beginning and end, and that an answer agrees with it."""

from datetime import timedelta

import pytest

from bot.demo.stories.sims import TWIN
from bot.diagnosis.thresholds import Thresholds
from bot.sessions.lookup import SessionLookup
from bot.sessions.peers import Peers, ScanPeers
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver
from tests.alert_rig import WELL, come_back, fall_silent


async def test_what_was_over_before_the_next_scan_took_less_than_that(rig):
    """Where nobody tells since when a SIM was suspended it says how long it was so at most."""
    now = rig.parts.clock.now()
    sim, sessions = TWIN.sim(now), TWIN.always_on(now, hours=1)
    rig.kore.add(sim, sessions)
    await rig.add()
    await rig.move(6)
    rig.kore.add(sim | {"status": "suspended", "date_updated": None}, sessions)
    await rig.move(6)
    rig.parts.clock.move(1)
    rig.kore.add(sim, sessions)
    rig.kore.events.recover(sim["unique_name"])
    await rig.move(16)

    assert "resolved after less than 8 min" in rig.story()[-1]
    assert "Over after less than 8 min, found " in rig.cards()[0]


@pytest.mark.parametrize(
    ("happens", "title"),
    [
        (lambda events: events.set_status(WELL[0], "suspended"), "The SIM is suspended"),
        (lambda events: events.swap_device(WELL[0]), "The SIM moved to another device"),
    ],
)
async def test_an_incident_is_as_old_as_its_cause(rig, happens, title):
    """What KORE dates is not dated by the scan that found it, as in an answer."""
    await rig.add()
    await rig.move(6)
    happens(rig.kore.events)
    begun = rig.parts.clock.now().replace(microsecond=0)
    await rig.move(6, step=0.5)
    (incident,) = await rig.incidents()
    (member,) = incident.members

    assert title == incident.title
    assert timedelta(0) <= incident.first_at - begun <= timedelta(seconds=2)
    assert incident.opened_at - begun >= timedelta(minutes=1)
    assert (incident.first_at, 0.0) == (member.since, incident.unsure)


async def test_what_was_no_absence_is_over_and_not_back(rig):
    """A SIM that moved to another device never was away; once it is over nothing is to be done."""
    await rig.add()
    await rig.move(6)
    rig.kore.events.swap_device(WELL[0])
    await rig.move(6)
    opened = str([each.blocks for each in rig.seen()])
    await rig.move(1)
    rig.kore.events.undo(WELL[0])
    come_back(rig, *WELL[:1])
    while (await rig.incidents())[0].down:
        await rig.move(1)
    still = str([each.blocks for each in rig.seen()])
    await rig.move(16)

    assert "→ Confirm the swap" in opened
    assert "It is over. This resolves itself" in still
    assert "→" not in still
    assert "well-1: “The SIM moved to another device” is over." in rig.story()[-2]
    assert "It is over: resolved" in rig.story()[-1]
    assert "back" not in f"{rig.story()}{still}"


async def test_an_answer_says_what_the_incident_says(rig):
    """Who asks first after a scan is told of all that it saw, and to look at the site first."""
    await rig.add()
    fall_silent(rig, *WELL[:2])
    await rig.move(6)
    (incident,) = await rig.incidents()
    clock, kore = rig.parts.clock, rig.parts.fleet.kore
    scan = ScanPeers(rig.parts.fleet.runs, rig.parts.fleet.rows, clock)
    resolver = SimResolver(kore, SimDirectory(kore, clock), clock)
    lookup = SessionLookup(
        kore, resolver, clock, Thresholds(), peers=Peers(clock, scan, patience=120).of
    )
    report = await lookup.look_up(WELL[0])

    assert "check the site's power and antenna before you reset" in incident.next_step
    assert "check the site's power and antenna before you reset" in report.cause.next_step
    assert (3, 1) == (report.neighbours.online, report.neighbours.silent)
