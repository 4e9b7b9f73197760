import pytest

from bot.diagnosis.rule import Case, diagnose, diagnose_together
from tests.bot.diagnosis.cases import (
    LIMITS,
    SECOND,
    D,
    H,
    ago,
    closed,
    evidence,
    reports,
    still_open,
)

TELCEL = {"operator_mcc": "334", "operator_mnc": "020", "operator_name": "Telcel"}
TELCEL |= {"operator_country": "MEX"}
BUSY = {"packets_uploaded": 90_000, "packets_downloaded": 90_000}


def sim(number, *sessions, plan=None, **changes):
    """Return a SIM as it was found alone, in a cell and on a model of its own."""
    own = {"cell_id": f"310-260-1-{number}", "imei": f"35{number:06}1111111"}
    rows = [each.model_copy(update={**own, **changes}) for each in sessions]
    known = evidence(*rows, sid=f"DE{number:032}")
    return Case(known.sim.sid, known.current, diagnose(known, LIMITS), plan)


def lost(*minutes, first=0, **changes):
    """Return SIMs whose open session was last heard from so many minutes ago."""
    return [sim(first + n, still_open(3 * D, m, **BUSY), **changes) for n, m in enumerate(minutes)]


def gone(*minutes, first=0, **changes):
    """Return hourly SIMs whose last session ended so many minutes ago."""
    return [sim(first + n, *reports(H, m + 5, 5), **changes) for n, m in enumerate(minutes)]


def fine(number, first=100, **changes):
    """Return so many SIMs that are online."""
    return [sim(first + n, still_open(D), **changes) for n in range(number)]


def outages(cases):
    """Return the common outage of each case, None where there is none."""
    together = diagnose_together(cases, LIMITS)
    return [next((f for f in found if f.rule == "common_outage"), None) for found in together]


def concerned(cases):
    """Return the places of the cases that a common outage concerns."""
    return [place for place, finding in enumerate(outages(cases)) if finding]


SITE, MODEL = {"cell_id": "310-260-9-77"}, {"imei": "353166091234560"}

FIRES = [
    ("3 ghosts", lost(300, 305, 310), [0, 1, 2]),
    ("3 silent ones", gone(2 * D, 2 * D + 5, 2 * D + 9), [0, 1, 2]),
    ("ghosts and silent ones", [*lost(1500, 1501), *gone(1502, first=9)], [0, 1, 2]),
    ("exactly 30 min", lost(300, 315, 330), [0, 1, 2]),
    ("those lost at another time are not concerned", lost(300, 305, 310, 700), [0, 1, 2]),
    (
        "26 is 260 of one operator",
        lost(300, operator_mnc="26") + lost(301, 302, first=5),
        [0, 1, 2],
    ),
    ("asked for twice", [*lost(300, 305, 310), *lost(300)], [0, 1, 2, 3]),
    ("two outages", lost(300, 301, 302) + lost(600, 601, 602, first=9, **TELCEL), range(6)),
    ("by network", lost(300, 301, 302, **TELCEL) + fine(13), [0, 1, 2]),
    ("by cell", lost(300, 301, 302, **SITE) + fine(40), [0, 1, 2]),
    ("a part of a cell", lost(300, 301, 302, **SITE) + fine(30) + fine(2, 200, **SITE), [0, 1, 2]),
    ("by model", lost(300, 301, 302, **MODEL) + fine(40), [0, 1, 2]),
    ("by plan", lost(300, 301, 302, plan="north") + fine(40, plan="south"), [0, 1, 2]),
    ("by nothing, and a fifth of all", lost(300, 301, 302) + fine(12), [0, 1, 2]),
    (
        "one that has no part in it",
        lost(300, 301, 302, **SITE) + lost(303, first=9) + fine(40),
        [0, 1, 2],
    ),
]
MUST_NOT = [
    ("2 SIMs", lost(300, 305)),
    ("one SIM three times", lost(300) * 3),
    ("2 SIMs, one of them twice", [*lost(300, 305), *lost(300)]),
    ("over 30 min", lost(300, 315, 330 + SECOND)),
    ("by nothing, and few", lost(300, 305, 310) + fine(13)),
    ("still fresh", lost(10, 11, 12)),
    ("stale, and no more", lost(100, 101, 102)),
    ("closed, not long ago", gone(120, 121, 122)),
    ("a fleet of meters after their hour", [sim(n, *reports(D, 20 * H + n, 25)) for n in range(9)]),
    (
        "machines after their week",
        [
            sim(
                n,
                *(
                    closed(4 * D + 7 * D * w + D * d + H * h + n, 50)
                    for w in range(4)
                    for d in range(5)
                    for h in range(9)
                ),
            )
            for n in range(9)
        ],
    ),
    ("no SIM", []),
]


@pytest.mark.parametrize(("why", "cases", "places"), FIRES)
def test_sims_lost_together_share_an_outage(why, cases, places):
    """Three SIMs lost within 30 min share an outage, where a trait tells them or they are many."""
    assert list(places) == concerned(cases), why


@pytest.mark.parametrize(("why", "cases"), MUST_NOT)
def test_what_is_no_common_outage(why, cases):
    """Fewer SIMs, other times, and what rests as ever, are no common outage."""
    assert [] == concerned(cases), why


TOLD = [
    ("cell", lost(300, 301, 302, **SITE) + fine(40), "310-260-9-77", (3, 3, 0, 40)),
    (
        "cell",
        lost(300, 301, 302, **SITE) + fine(30) + fine(2, 200, **SITE),
        "310-260-9-77",
        (3, 5, 0, 30),
    ),
    (
        "network",
        lost(*range(300, 312), **TELCEL) + fine(1, 90, **TELCEL) + fine(40),
        "Telcel (334-020)",
        (12, 13, 0, 40),
    ),
    ("device model", lost(300, 301, 302, **MODEL) + fine(40), "35316609", (3, 3, 0, 40)),
    ("rate plan", lost(300, 301, 302, plan="north") + fine(9), "north", (3, 3, 0, 9)),
    ("network", lost(300, 301, 302), "T-Mobile USA (310-260)", (3, 3, 0, 0)),
]


@pytest.mark.parametrize(("trait", "cases", "value", "numbers"), TOLD)
def test_the_trait_is_named_with_its_numbers(trait, cases, value, numbers):
    """The narrowest trait of all is named: silent and all with it, silent and all others."""
    finding = outages(cases)[0]

    assert (trait, value) == (finding.evidence["trait"], finding.evidence["value"])
    assert numbers == tuple(
        finding.evidence[name] for name in ("sims", "of", "others_silent", "others")
    )
    assert ("part of it is out" in finding.says) == (numbers[0] < numbers[1])
    assert ("nothing to compare" in finding.says) == (numbers[3] == 0)
    assert "not the devices" not in finding.says


def test_the_waves_of_one_fault_are_one_trait():
    """None of them says that a part of it is fine which fell silent in another wave."""
    waves = lost(1500, 1501, 1502, 1503, **MODEL) + lost(900, 901, 902, 903, first=9, **MODEL)
    told = outages([*waves, *fine(40)])[: len(waves)]

    assert {"35316609"} == {finding.evidence["value"] for finding in told}
    assert {0} == {finding.evidence["well"] for finding in told}
    assert "part of it is out" not in told[0].says + told[-1].says


def test_it_replaces_what_it_explains():
    """The outage is the cause; the SIM's own silence stands under it, without a next step."""
    (ghost, *_) = diagnose_together(lost(300, 301, 302), LIMITS)

    told = [(finding.rule, finding.explained_by, bool(finding.next_step)) for finding in ghost]
    assert [("common_outage", None, True), ("ghost_session", "common_outage", False)] == told


def test_each_trait_has_its_own_advice():
    """A cell is a site with power, a plan is the console's, a model has a firmware."""
    steps = {trait: outages(cases)[0].next_step for trait, cases, *_ in TOLD}

    words = {"cell": "power", "network": "status page", "device model": "firmware"}
    words |= {"rate plan": "console"}
    assert {trait for trait in words if words[trait] not in steps[trait]} == set()


def test_a_sim_that_may_not_connect_does_not_count():
    """What a SIM's own state or plan explains is no part of an outage."""
    known = evidence(still_open(D, 302, **BUSY), status="suspended", sid="DE9", date_updated=ago(9))
    suspended = Case("DE9", known.current, diagnose(known, LIMITS))

    assert [] == concerned([*lost(300, 301), suspended])
