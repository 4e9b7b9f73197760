import pytest

from bot.blocks.findings import main_lines
from bot.blocks.format import PLAIN
from bot.diagnosis.rule import diagnose
from bot.diagnosis.rules.imei_changed import imei_changed
from tests.bot.blocks.reports import a_report
from tests.bot.diagnosis.cases import LIMITS, D, H, closed, evidence, found, reports, words

ONE, OTHER, THIRD = "014931000129700", "357520074265336", "862334040123452"
MAYBE = "35123408000007"  # with a 0 in front of it, it passes as an IMEI's 15 digits


def devices(*imeis):
    """Return one session a day with these IMEIs, the last one newest."""
    return [closed(D * (len(imeis) - n) - 5, 5, imei=imei) for n, imei in enumerate(imeis)]


FIRES = [
    ("since today", devices(ONE, ONE, OTHER), "critical"),
    ("since yesterday", devices(ONE, OTHER, OTHER), "warning"),
    ("since six days", devices(ONE, *[OTHER] * 6), "warning"),
    ("since a week", devices(ONE, ONE, *[OTHER] * 8), "info"),
    ("long ago", devices(ONE, ONE, *[OTHER] * 25), "info"),
    ("its first day", [closed(5 * H, 5, imei=ONE), closed(2 * H, 5, imei=OTHER)], "info"),
    ("back again", devices(ONE, OTHER, ONE), "critical, over"),
    ("back in one of others", devices(ONE, OTHER, THIRD, OTHER), "critical"),
    ("to and fro, as ever", devices(ONE, OTHER, ONE, OTHER, ONE, OTHER), "info"),
    ("with unknown ones between", devices(ONE, None, "", "0" * 15, OTHER), "critical"),
    ("15 and 16 digits of two devices", devices(ONE, ONE, "3575200742653301"), "critical"),
    ("the 14th digit differs", devices(*["35752007426533"] * 2, "35752007426534"), "critical"),
    ("in odd order", devices(ONE, ONE, OTHER)[::-1], "critical"),
    ("the TAC differs", devices(ONE, ONE, "114931000129700"), "critical"),
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
    ("14 digits that might have lost one", devices(MAYBE, MAYBE + "3", MAYBE, MAYBE + "07")),
    ("nines are no change", devices(ONE, "9" * 15)),
    ("written with dashes", devices(ONE, "01-493100-012970-0")),
    ("a word is no IMEI", devices(ONE, "unknown")),
    ("too short to tell", devices(ONE, "12345")),
    ("never told", devices(None, None)),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions", "word"), FIRES)
def test_another_device_is_graver_the_newer_it_is(why, sessions, word):
    """Another device is critical a day, a warning a week, then info; so is an installation."""
    assert [word] == words(imei_changed, evidence(*sessions)), why


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


def test_the_answer_names_the_device_before():
    """Its one line tells what changed: the headline tells no device, and the facts the new one."""
    findings = tuple(found(imei_changed, evidence(*devices(ONE, OTHER))))
    said, _ = main_lines(a_report(findings=findings), PLAIN)

    assert "it was in IMEI 01493100-012970-0." in said


def test_another_device_abroad_is_one_matter():
    """A SIM that was moved to a device in another country has one next step: to confirm that."""
    abroad = closed(2 * H, 5, imei=OTHER, operator_country="MEX", operator_mcc="334")
    findings = diagnose(evidence(abroad, *reports(D, 20 * H, 20, imei=ONE)), LIMITS)

    steps = [finding.rule for finding in findings if finding.next_step]
    explained = {finding.rule: finding.explained_by for finding in findings}
    assert (["imei_changed"], "imei_changed") == (steps, explained["country_changed"])
