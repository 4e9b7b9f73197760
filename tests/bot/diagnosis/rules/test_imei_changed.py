import pytest

from bot.diagnosis.rules.imei_changed import imei_changed
from tests.bot.diagnosis.cases import D, closed, evidence, found, words

ONE, OTHER = "014931000129700", "357520074265336"


def devices(*imeis):
    """Return one session a day with these IMEIs, the last one newest."""
    return [closed(D * (len(imeis) - n), 5, imei=imei) for n, imei in enumerate(imeis)]


FIRES = [
    ("two devices", devices(ONE, OTHER)),
    ("and back again", devices(ONE, OTHER, ONE)),
    ("long ago", devices(ONE, OTHER, *[OTHER] * 25)),
    ("with unknown ones between", devices(ONE, None, "", "0" * 15, OTHER)),
    ("15 and 16 digits of two devices", devices(ONE, "3575200742653301")),
    ("the 14th digit differs", devices("35752007426533", "35752007426534")),
    ("in odd order", devices(ONE, OTHER)[::-1]),
    ("the TAC differs", devices("114931000129700", ONE)),
]
MUST_NOT = [
    ("one device", devices(ONE, ONE, ONE)),
    ("null is no change", devices(ONE, None, ONE)),
    ("blank is no change", devices(ONE, "", " ")),
    ("zeros are no change", devices(ONE, "0" * 15)),
    ("16 zeros are no change", devices(ONE, "0" * 16)),
    ("the check digit alone differs", devices("014931000129700", "014931000129709")),
    ("software versions differ", devices("3575200742653301", "3575200742653399")),
    ("15 against 16 digits", devices("357520074265330", "3575200742653301")),
    ("15 against 14 digits", devices("357520074265330", "35752007426533")),
    ("as a number it lost its 0", devices(ONE, 14931000129700)),
    ("written with dashes", devices(ONE, "01-493100-012970-0")),
    ("a word is no IMEI", devices(ONE, "unknown")),
    ("too short to tell", devices(ONE, "12345")),
    ("never told", devices(None, None)),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions"), FIRES)
def test_two_devices_in_the_window_are_critical(why, sessions):
    """Two IMEIs that differ in the first 14 digits are critical."""
    assert ["critical"] == words(imei_changed, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_the_same_device(why, sessions):
    """What is not told, all zeros, or differs behind the 14 digits is no other device."""
    assert [] == words(imei_changed, evidence(*sessions)), why


def test_the_latest_change_is_told():
    """The finding tells both IMEIs of the latest change and since when."""
    sessions = devices(ONE, OTHER, OTHER, ONE)
    (finding,) = found(imei_changed, evidence(*sessions))

    assert (ONE, OTHER) == (finding.evidence["imei"], finding.evidence["imei_before"])
    assert sessions[-1].start == finding.evidence["since"]
    assert (2, 2) == (finding.evidence["devices"], finding.evidence["changes"])
