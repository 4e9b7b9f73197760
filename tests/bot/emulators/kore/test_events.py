"""What events make of a SIM's verdict, through the real client and the real rules."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.demo.stories.story import all_stories
from bot.diagnosis.evidence import State
from bot.diagnosis.thresholds import Thresholds
from bot.emulators.kore.api import KoreApi
from bot.emulators.kore.cards import VODAFONE_DE
from bot.sessions.lookup import SessionLookup
from bot.sessions.report import SessionReport
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver
from tests.bot.emulators.kore.conftest import asking
from tests.fakes import FakeClock
from tests.kore_rig import kore_client

FLEET_SIM = "gateway-100000"


@pytest.fixture
def kore(clock: FakeClock) -> KoreApi:
    """The stories, and ten more SIMs."""
    return KoreApi(clock, sims=10, stories=all_stories())


@pytest.fixture
async def look(clock: FakeClock, kore: KoreApi) -> AsyncIterator[SessionLookup]:
    """The real look-up before the stand-in."""
    client = kore_client(kore, clock)
    resolver = SimResolver(client, SimDirectory(client, clock), clock)
    yield SessionLookup(client, resolver, clock, Thresholds())
    await client.aclose()


async def report_of(look: SessionLookup, name: str) -> SessionReport:
    (report,) = await look.look_up_many([name], fresh=True)
    assert isinstance(report, SessionReport), report
    return report


@pytest.mark.parametrize(
    ("name", "events", "state"),
    [
        ("pump-7", ["recover"], State.ONLINE),
        ("gateway-3", ["go_silent"], State.OFFLINE),
        ("gateway-3", ["go_silent", "recover"], State.ONLINE),
        ("gateway-3", ["recover", "go_silent", "recover", "go_silent"], State.OFFLINE),
        ("gateway-3", ["stall"], State.STALE),
        ("gateway-3", ["stall", "recover"], State.ONLINE),
        ("pump-7", ["stall"], State.STALE),
        ("pump-7", ["recover", "stall"], State.STALE),
        ("gateway-3", ["suspend"], State.BLOCKED),
        ("gateway-3", ["suspend", "activate", "recover"], State.ONLINE),
        ("gateway-3", ["go_silent", "undo"], State.ONLINE),
        (FLEET_SIM, ["go_silent"], State.OFFLINE),
        (FLEET_SIM, ["go_silent", "recover"], State.ONLINE),
    ],
)
async def test_events_make_a_state(kore, look, name, events, state):
    """What happens, one thing right after the other, shows in the next verdict."""
    for event in events:
        kore.events.trigger(name, event)

    assert state == (await report_of(look, name)).state


@pytest.mark.parametrize("name", sorted(story.name for story in all_stories()))
async def test_every_story_can_recover(kore, look, name):
    """Whatever happened to a SIM, once active it has a new session open, and no earlier one."""
    if (await report_of(look, name)).state in {State.BLOCKED, State.NOT_ACTIVATED}:
        kore.events.trigger(name, "activate")
    kore.events.recover(name)

    report = await report_of(look, name)

    assert State.ONLINE == report.state
    assert 1 == sum(session.end is None for session in report.sessions)


async def test_a_barred_pump_recovers_as_it_was_before(kore, look):
    """Back on its usual radio it is well, and its hour of reconnecting is over."""
    kore.events.recover("pump-7")

    report = await report_of(look, "pump-7")

    assert "LTE" == report.sessions[0].radio_link
    assert ["healthy"] == [found.rule for found in report.findings if found.stands]


@pytest.mark.parametrize(
    ("event", "rule"), [("go_abroad", "country_changed"), ("swap_device", "imei_changed")]
)
async def test_an_event_makes_a_finding(kore, look, event, rule):
    """Another country and another device are found."""
    kore.events.trigger("gateway-3", event)

    assert rule in {found.rule for found in (await report_of(look, "gateway-3")).findings}


async def test_the_network_may_be_named(kore, look):
    """A SIM can be sent to a network of one's own choice."""
    kore.events.go_abroad("gateway-3", VODAFONE_DE)

    newest = max((await report_of(look, "gateway-3")).sessions, key=lambda each: each.start)
    assert "Vodafone.de" == newest.operator_name


async def test_counters_grow(kore, look, clock):
    """An open session's packets are more a minute later, and it was updated just then."""

    async def newest():
        sessions = (await report_of(look, "pump-7")).sessions
        return next(session for session in sessions if session.end is None)

    kore.events.recover("pump-7")
    before = await newest()
    clock.move(120)
    after = await newest()

    assert (12, 15) == (before.packets_uploaded, before.packets_downloaded)
    assert (8, 10) == (after.packets_uploaded - 12, after.packets_downloaded - 15)
    assert timedelta(minutes=2) == after.last_updated - before.last_updated


async def test_a_fleet_sim_keeps_its_place_in_the_list(kore):
    """The list holds each SIM once, with what has become of it."""
    kore.events.set_status(FLEET_SIM, "suspended")

    async with asking(kore) as client:
        answer = await client.get("/v1/Sims?PageSize=1000")
    (row,) = [row for row in answer.json()["sims"] if row["unique_name"] == FLEET_SIM]

    assert "suspended" == row["status"]


async def test_one_thing_after_another(kore, look, clock):
    """A play waits before each of its events."""
    await kore.events.play("gateway-3", (5, "go_silent"), (60, "recover"))

    assert [5, 60] == clock.slept
    assert State.ONLINE == (await report_of(look, "gateway-3")).state


@pytest.mark.parametrize(
    ("sim", "event"),
    [("nobody", "recover"), ("nobody", "undo"), ("nobody", "suspend"), ("pump-7", "explode")],
)
async def test_events_need_a_sim_and_a_name(kore, sim, event):
    """An unknown SIM is a KeyError, and so is an unknown event."""
    with pytest.raises(KeyError):
        kore.events.trigger(sim, event)
