import pytest

from bot.diagnosis.rules.plan_blocks_data import plan_blocks_data
from tests.bot.diagnosis.cases import (
    D,
    H,
    a_plan,
    closed,
    evidence,
    found,
    reports,
    still_open,
    words,
)

HOME, ABROAD = still_open(H), still_open(H, operator_country="MEX")
AT_AND_T = {"operator_name": "AT&T", "operator_mnc": "410"}
ATT = still_open(H, packets_uploaded=0, packets_downloaded=0, **AT_AND_T)
FIRES = [
    ("data is off", {"data_enabled": False}, [HOME]),
    ("data is off and nobody was seen", {"data_enabled": False}, []),
    ("no data abroad", {"international_roaming": ["messaging"]}, [ABROAD]),
    ("nothing abroad", {"international_roaming": []}, [ABROAD]),
    ("both make one", {"data_enabled": False, "international_roaming": []}, [ABROAD]),
    ("data_enabled unknown", {"data_enabled": None, "international_roaming": []}, [ABROAD]),
    ("no national roaming", {"national_roaming_enabled": False}, [ATT]),
    (
        "and once there was data",
        {"national_roaming_enabled": False},
        [ATT, closed(D, 5, **AT_AND_T)],
    ),
    (
        "the newest counts",
        {"international_roaming": []},
        [closed(9 * H, H), closed(5 * H, H, operator_country="CAN")],
    ),
]
MUST_NOT = [
    ("all is allowed", {}, [ABROAD]),
    ("national roaming is on", {"national_roaming_enabled": True}, [ATT]),
    ("it is not told", {"national_roaming_enabled": None}, [ATT]),
    ("T-Mobile is home", {"national_roaming_enabled": False}, [HOME]),
    ("also by number", {"national_roaming_enabled": False}, [still_open(H, operator_name=None)]),
    ("at home", {"international_roaming": []}, [HOME]),
    *((f"{c} is home", {"international_roaming": []}, c) for c in ("US", "USA", "PRI", "VIR")),
    ("roaming is not told", {"international_roaming": None}, [ABROAD]),
    ("data_enabled is not told", {"data_enabled": None}, [HOME]),
    ("capitals", {"international_roaming": ["DATA", "messaging"]}, [ABROAD]),
    ("the country is unknown", {"international_roaming": []}, None),
    ("the country is blank", {"international_roaming": []}, ""),
    (
        "only an older session was abroad",
        {"international_roaming": []},
        [closed(9 * H, H, operator_country="MEX"), HOME],
    ),
    ("no session", {"international_roaming": []}, []),
]


@pytest.mark.parametrize(("why", "plan", "sessions"), FIRES)
def test_a_plan_that_forbids_data_is_critical(why, plan, sessions):
    """A plan without data, or without data abroad for a SIM that is abroad, is critical."""
    known = evidence(*sessions, plan=a_plan(**plan))

    assert ["critical"] == words(plan_blocks_data, known), why


@pytest.mark.parametrize(("why", "plan", "sessions"), MUST_NOT)
def test_what_the_plan_allows(why, plan, sessions):
    """What the plan allows or does not tell, and a country at home or unknown, find nothing."""
    if not isinstance(sessions, list):
        sessions = [still_open(H, operator_country=sessions)]

    assert [] == words(plan_blocks_data, evidence(*sessions, plan=a_plan(**plan))), why


def test_data_that_flows_all_the_same():
    """Where data flows by habit, the plan evidently does not block it: info."""
    rows = [still_open(H, **AT_AND_T), *reports(H, 90, 3, **AT_AND_T)]
    known = evidence(*rows, plan=a_plan(national_roaming_enabled=False))

    assert ["info"] == words(plan_blocks_data, known)


def test_an_unknown_plan_forbids_nothing():
    """Where the plan could not be read nothing is said of it."""
    assert [] == words(plan_blocks_data, evidence(ABROAD, plan=None))


def test_the_country_is_told():
    """The finding names the country and the plan."""
    known = evidence(ABROAD, plan=a_plan(international_roaming=[], unique_name="cheap"))
    (finding,) = found(plan_blocks_data, known)

    assert {"country": "MEX", "rate_plan": "cheap"} == finding.evidence


def test_unread_sessions_leave_the_plan():
    """A plan without data is found without sessions; a country is then not known."""
    off, roaming = a_plan(data_enabled=False), a_plan(international_roaming=[])

    assert ["critical"] == words(plan_blocks_data, evidence(unread=True, plan=off))
    assert [] == words(plan_blocks_data, evidence(unread=True, plan=roaming))
