import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import month_start
from bot.diagnosis.rule import Severity, diagnose
from bot.diagnosis.thresholds import Thresholds
from bot.emulators.kore.account import a_plan
from bot.emulators.kore.cards import imei, moment_of
from bot.emulators.kore.fleet import HABITS, Fleet, FleetSim
from bot.emulators.kore.resources import flows_of, usage_record
from bot.kore.models import DataSession, RatePlan, Sim, UsageRecord
from tests.builders import NOON

KINDS = ("gateway", "meter", "tank", "kiosk", "van")
ROWS = TypeAdapter(tuple[DataSession, ...])


def one_of(kind: str) -> FleetSim:
    fleet = Fleet(20)
    return next(sim for sim in map(fleet.__getitem__, range(20)) if sim.kind == kind)


def told(fleet: Fleet, now: datetime) -> str:
    sims = (fleet[place] for place in range(len(fleet)))
    return json.dumps([(sim.sim(now), sim.sessions(now)) for sim in sims])


def evidence(sim: FleetSim, now: datetime) -> Evidence:
    """Return all that the bot would learn of a SIM."""
    read = Sim.model_validate(sim.sim(now))
    used = usage_record(flows_of(sim, now), read.sid, (month_start(read, now), now))
    plan, usage = RatePlan.model_validate(a_plan(now)), (UsageRecord.model_validate(used),)
    return Evidence(read, ROWS.validate_python(sim.sessions(now)), now, plan, usage)


def test_it_is_always_the_same():
    """A seed makes one fleet, another seed another, and more SIMs leave the others alone."""
    small = told(Fleet(30, seed=1), NOON)

    assert small == told(Fleet(30, seed=1), NOON)
    assert small[:-1] == told(Fleet(60, seed=1), NOON)[: len(small) - 1]
    assert small != told(Fleet(30, seed=2), NOON)


@pytest.mark.parametrize("kind", KINDS)
def test_fewer_days_are_the_newest_of_all(kind: str):
    """A fleet that looks less far back tells the same newest sessions, and no older ones."""
    place = one_of(kind).place
    every, few = (Fleet(20, days=days)[place].sessions(NOON) for days in (30, 3))

    assert every[: len(few)] == few
    assert len(few) < len(every)


def test_it_costs_nothing_to_have():
    """A thousand million SIMs can be had at once, for nothing is made before it is asked for."""
    fleet = Fleet(10**9)

    assert 10**9 == len(fleet)
    assert fleet[10**9 - 1] == fleet.by_name("kiosk-1000099999")


@pytest.mark.parametrize("seed", [1, 2, 99])
@pytest.mark.parametrize("place", [0, 1, 17, 99_999])
def test_each_is_found(place: int, seed: int):
    """Every SIM is found by its name, SID and ICCID, and is the one at its place."""
    fleet = Fleet(100_000, seed)
    sim = fleet[place]
    iccid = sim.sim(NOON)["iccid"]

    assert sim == fleet.by_name(sim.name) == fleet.by_sid(sim.card.sid)
    assert [sim] == list(fleet.matching({"Iccid": iccid}, 0))


@pytest.mark.parametrize(
    "name",
    ["", "gateway", "gateway-", "gateway-99999", "tank-100000", "gateway-100020", "gateway-1e5",
     "-100000", "gateway-٣", "DE" + "0" * 32, "DE", "DExyz", Fleet(21)[20].card.sid],
)  # fmt: skip
def test_nobody_else_is_found(name: str):
    """Names and SIDs that are nearly right name nobody."""
    fleet = Fleet(20)

    assert fleet.by_name(name) is None
    assert fleet.by_sid(name) is None


def test_names_and_numbers_are_unique():
    """No two SIMs share a name, a SID, an ICCID or a session."""
    fleet = Fleet(200)
    sims = [fleet[place].sim(NOON) for place in range(200)]
    sessions = [row["sid"] for place in range(200) for row in fleet[place].sessions(NOON)]

    assert [200] * 3 == [len({sim[key] for sim in sims}) for key in ("sid", "iccid", "unique_name")]
    assert len(sessions) == len(set(sessions))


def test_no_device_of_a_fleet_is_a_storys():
    """No IMEI of either account's fleet is one that a story's numbers make."""
    of_fleets = {
        fleet[n].card.imei for fleet in (Fleet(200), Fleet(200, seed=2)) for n in range(200)
    }

    assert not of_fleets & {imei(serial) for serial in range(2_000)}


@pytest.mark.parametrize(
    ("kind", "least", "most"),
    [
        ("gateway", 30, 32),
        ("meter", 719, 721),
        ("tank", 29, 31),
        ("kiosk", 57, 69),
        ("van", 238, 248),
    ],
)
def test_habits(kind: str, least: int, most: int):
    """Each habit makes the sessions that it says, newest first and without overlaps."""
    rows = one_of(kind).sessions(NOON)
    starts = [row["start"] for row in rows]
    ends = [row["end"] for row in rows]

    assert least <= len(rows) <= most
    assert starts == sorted(starts, reverse=True)
    assert all(end <= start for end, start in zip(ends[1:], starts[:-1], strict=True))
    assert all(moment_of(end) > NOON - timedelta(days=30) for end in ends if end)
    assert {*KINDS} == {*HABITS}


@pytest.mark.parametrize("kind", KINDS)
def test_time_goes_on(kind: str):
    """Later, what had ended stands as it was; what was open has grown or ended; nothing is lost."""
    sim = one_of(kind)
    before = {row["start"]: row for row in sim.sessions(NOON)}
    after = {row["start"]: row for row in sim.sessions(NOON + timedelta(hours=5))}
    oldest = min(after)

    assert {start for start in before if start >= oldest} <= set(after)
    for start in before.keys() & after.keys():
        grown = after[start]["packets_uploaded"] - before[start]["packets_uploaded"]
        assert before[start] == after[start] or (before[start]["end"] is None and grown > 0)


def test_an_open_session():
    """An open session was reported within the last six minutes and has packets both ways."""
    newest = one_of("gateway").sessions(NOON.replace(minute=5, second=59))[0]

    assert ("2026-01-05T12:00:00Z", None) == (newest["last_updated"], newest["end"])
    assert min(newest["packets_uploaded"], newest["packets_downloaded"]) > 0


@pytest.mark.parametrize(
    "now",
    [
        NOON,
        datetime(2026, 3, 7, 23, 59, 30, tzinfo=UTC),
        datetime(2027, 6, 20, 4, 31, 0, tzinfo=UTC),
    ],
    ids=str,
)
def test_all_are_well(now: datetime):
    """At any time of any day no SIM of the fleet gives cause for a warning."""
    fleet = Fleet(100, seed=now.day)
    ill = [
        (fleet[place].name, found.rule)
        for place in range(len(fleet))
        for found in diagnose(evidence(fleet[place], now), Thresholds())
        if found.severity > Severity.INFO
    ]

    assert [] == ill
