import pytest

from bot.diagnosis.rule import Case
from bot.diagnosis.rules.twin_imei import twin_imei
from tests.bot.diagnosis.cases import LIMITS, H, ago, closed, evidence, still_open

ONE, OTHER = "353166091234560", "867145041234560"


def sim(number, session, since=None):
    """Return a SIM with one session."""
    known = evidence(session, sid=f"DE{number}")
    return Case(known.sim.sid, known.current, (), name=f"router-{number}", since=since)


def live(number, start=3 * H, updated=2, imei=ONE):
    """Return a SIM whose session is open in that device."""
    return sim(number, still_open(start, updated, imei=imei))


FIRES = [
    ("both are live", [live(1), live(2)], ["DE1", "DE2"]),
    ("one of them since 12 min", [live(1), live(2, 14)], ["DE1", "DE2"]),
    (
        "renewed a moment ago",
        [live(1), sim(2, still_open(3, 2, imei=ONE), ago(3 * H))],
        ["DE1", "DE2"],
    ),
    ("15 digits and 16", [live(1), live(2, imei=ONE[:14] + "07")], ["DE1", "DE2"]),
    ("three", [live(1), live(2), live(3)], ["DE1", "DE2", "DE3"]),
    ("among others", [live(1), live(7, imei=OTHER), live(2)], ["DE1", "DE2"]),
]
MUST_NOT = [
    ("one came a moment ago", [live(1), live(2, 3)]),
    ("two devices", [live(1), live(2, imei=OTHER)]),
    ("one SIM twice", [live(1), live(1)]),
    ("a device that changed its SIM", [live(1, 9 * H, 4 * H), live(2, 4 * H)]),
    ("and just did", [live(1, 9 * H, 8), live(2, 9)]),
    ("one is closed", [live(1), sim(2, closed(3 * H, H, imei=ONE))]),
    ("not told", [live(1, imei=None), live(2, imei=None)]),
    ("zeros", [live(1, imei="0" * 15), live(2, imei="0" * 15)]),
    ("no news", [live(1, updated=None), live(2)]),
    ("an IMEI that many have", [live(n) for n in range(4)]),
    ("no session", [Case("DE1", None, ()), live(2)]),
]


@pytest.mark.parametrize(("why", "cases", "sids"), FIRES)
def test_one_device_live_in_two_sims_is_critical(why, cases, sids):
    """Two SIMs whose open sessions name one device, both heard from since, have a clone there."""
    found = list(twin_imei.check(cases, LIMITS))

    assert sids == sorted(sid for sid, _ in found), why
    assert {"critical"} == {finding.severity.word for _, finding in found}


@pytest.mark.parametrize(("why", "cases"), MUST_NOT)
def test_what_is_no_twin(why, cases):
    """Devices that change their SIM have one after the other; what is not told is no device."""
    assert [] == list(twin_imei.check(cases, LIMITS)), why


def test_the_other_sim_is_named():
    """Each of the two is told which is the other."""
    found = dict(twin_imei.check([live(1), live(2)], LIMITS))

    assert ["router-2", "router-1"] == [found[sid].evidence["other"] for sid in ("DE1", "DE2")]
