from datetime import timedelta

import pytest

from bot.diagnosis.rules.country_changed import country_changed
from tests.bot.diagnosis.cases import D, H, closed, evidence, found, words
from tests.builders import NOON


def countries(*codes):
    """Return one session a day in these countries, the last one newest."""
    return [closed(D * (len(codes) - n), 5, operator_country=c) for n, c in enumerate(codes)]


FIRES = [
    ("5 before", countries(*["USA"] * 5, "MEX")),
    ("exactly 80 %", countries("CAN", "USA", "USA", "USA", "USA", "MEX")),
    ("US is USA", countries("US", "USA", "US", "USA", "US", "MEX")),
    ("small letters", countries("usa", "USA", "usa", "USA", "usa", "mex")),
    ("unknown ones before are not counted", countries(*["USA"] * 5, None, "", None, "MEX")),
    ("home again", countries(*["MEX"] * 5, "US")),
    ("in odd order", countries(*["USA"] * 5, "MEX")[::-1]),
]
MUST_NOT = [
    ("4 before", countries(*["USA"] * 4, "MEX")),
    ("4 known before", countries(*["USA"] * 4, None, "", "MEX")),
    ("under 80 %", countries("CAN", "CAN", *["USA"] * 7, "MEX")),
    ("US is USA", countries(*["USA"] * 5, "US")),
    ("the newest is unknown", countries(*["USA"] * 5, None)),
    ("the newest is blank", countries(*["USA"] * 5, "")),
    ("the newest is a placeholder", countries(*["USA"] * 5, "N/A")),
    ("only an older one was abroad", countries(*["USA"] * 5, "MEX", "USA")),
    ("no session", []),
    ("never told", countries(*[None] * 7)),
    *((f"{code} is no country", countries(*["USA"] * 5, code)) for code in ("XXX", "UNK", "INT")),
    ("CA is CAN", countries(*["CA"] * 5, "CAN")),
    ("MX is MEX", countries(*["MX"] * 5, "MEX")),
]


HABITS = [
    ("it was there before", countries("MEX", *["USA"] * 9, "MEX")),
    (
        "a truck, in a new cell each time",
        [
            closed(H * n, 50, cell_id=f"c{n}", operator_country="MEX" if n < 3 else "USA")
            for n in range(1, 90)
        ],
    ),
]


@pytest.mark.parametrize(("why", "sessions"), HABITS)
def test_what_always_moved_is_info(why, sessions):
    """A device that has been there, and one that moves about, is itself."""
    assert ["info"] == words(country_changed, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), FIRES)
def test_a_new_country_is_a_warning(why, sessions):
    """A newest session outside the country of 80 % of the 5 or more before it is a warning."""
    assert ["warning"] == words(country_changed, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_no_new_country(why, sessions):
    """Too few sessions, no usual country, or an unknown one, find nothing."""
    assert [] == words(country_changed, evidence(*sessions)), why


def test_it_is_since_the_first_session_there():
    """Sessions in a row there are no earlier ones; what was there before a break is."""
    for codes, days, earlier in (
        ([*["USA"] * 9, "MEX"], 1, 9),
        ([*["USA"] * 12, "MEX", None, "MX", "MEX"], 4, 12),
        (["MEX", *["USA"] * 12, "MEX", "MEX"], 2, 13),
    ):
        (finding,) = found(country_changed, evidence(*countries(*codes)))

        told = NOON - finding.evidence["since"], finding.evidence["sessions"]
        assert (timedelta(days=days), earlier) == told, codes


def test_the_evidence_tells_both_countries():
    """The finding tells where the SIM is, where it used to be, and how often."""
    (finding,) = found(country_changed, evidence(*countries(*["USA"] * 9, "CAN", "MEX")))

    told = [finding.evidence[name] for name in ("country", "usual", "times", "sessions")]
    assert ["MEX", "USA", 9, 10] == told
