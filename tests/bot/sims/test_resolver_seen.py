from datetime import timedelta

import pytest

from bot.sims.resolver import SeenSims
from tests.bot.sims.conftest import sid
from tests.builders import ICCID, IMEI, NOON, SID, a_session, a_sim


@pytest.fixture
def seen():
    return SeenSims(sims=3, devices=3)


def sids(candidates):
    return [sim.sid for sim in candidates]


def test_names_and_iccids(seen):
    """A SIM that was looked up is known by its unique name in any case and by its ICCID."""
    seen.note(a_sim())

    assert SID == seen.sid_of_unique_name("PUMP-7")
    assert SID == seen.sid_of_iccid(ICCID)


def test_friendly_names_are_not_unique(seen):
    """A friendly name, a stranger and an ICCID as a name lead nowhere."""
    seen.note(a_sim(unique_name=None, friendly_name="pump-7", iccid=None))
    seen.note(a_sim())

    assert seen.sid_of_unique_name("pump-8") is None
    assert seen.sid_of_unique_name(ICCID) is None
    assert seen.sid_of_iccid("pump-7") is None


@pytest.mark.parametrize("imei", [IMEI, IMEI[:14] + "78", "01493100-012970-0"])
def test_devices(seen, imei):
    """The SIM is found by IMEI and IMEISV alike: their first 14 digits are the device."""
    seen.note(a_sim(), [a_session()])

    assert [SID] == sids(seen.sims_in(imei))


@pytest.mark.parametrize("imei", [None, "", "000000000000000", "1234"])
def test_placeholders_are_no_device(seen, imei):
    """An IMEI that was not reported finds nothing."""
    seen.note(a_sim(), [a_session(imei=imei)])

    assert () == seen.sims_in("000000000000000")
    assert () == seen.sims_in(imei or "")


def test_the_latest_sim_of_a_device_comes_first(seen):
    """
    A device that changed its SIM is known with both, the latest first, whatever was noted last.
    """
    newer = a_session(start=NOON, last_updated=NOON + timedelta(hours=1))
    older = a_session(start=NOON - timedelta(days=3), end=NOON - timedelta(days=2))
    seen.note(a_sim(), [newer])
    seen.note(a_sim(sid=sid(2), unique_name="spare"), [older])

    assert [SID, sid(2)] == sids(seen.sims_in(IMEI))


def test_a_sim_is_noted_anew(seen):
    """Noted again, a SIM stands there once, as it was last."""
    seen.note(a_sim(status="new"), [a_session()])
    seen.note(a_sim(), [a_session(last_updated=None), a_session(start=None, last_updated=None)])

    assert ["active"] == [sim.status for sim in seen.sims_in(IMEI)]


def test_it_is_bounded(seen):
    """What was not used for longest is forgotten, and a device keeps its latest SIMs only."""
    for n in range(20):
        seen.note(
            a_sim(sid=sid(n), unique_name=f"pump-{n}"),
            [a_session(start=NOON + timedelta(days=n), last_updated=None)],
        )

    assert seen.sid_of_unique_name("pump-16") is None
    assert sid(17) == seen.sid_of_unique_name("pump-17")
    assert [sid(n) for n in range(19, 11, -1)] == sids(seen.sims_in(IMEI))
