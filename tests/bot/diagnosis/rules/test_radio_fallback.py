from datetime import timedelta

import pytest

from bot.diagnosis.rules.radio_fallback import radio_fallback
from tests.bot.diagnosis.cases import D, H, closed, evidence, found, reports, still_open, words
from tests.builders import NOON


def radios(*links):
    """Return one session a day on these radio links, the last one newest."""
    return [closed(D * (len(links) - n), 5, radio_link=link) for n, link in enumerate(links)]


def daily(*links, age=4 * H):
    """Return a router's sessions, which the network renews each day; the newest is open."""
    first = still_open(age, 1, radio_link=links[-1])
    earlier = [
        closed(age + D * (n + 1), D, radio_link=link) for n, link in enumerate(links[-2::-1])
    ]
    return [first, *earlier]


def renewed(link, age):
    """Return a router's sessions: for `age` on 3G, then on `link`, and now on 3G for 20 minutes."""
    third = age / 3
    now_on = [still_open(20, 1, radio_link="3G"), closed(20 + third, third, radio_link=link)]
    first = closed(age, age - 20 - third, radio_link="3G")
    return [*now_on, first, *daily(*["LTE"] * 9, "3G", *["LTE"] * 9, "3G", age=age)[1:]]


def nights(now):
    """Return a session each half hour, on 3G for five hours each night; now for so many."""
    links = [*["3G"] * now, *([*["LTE"] * 38, *["3G"] * 10] * 9)]
    return [closed(H / 2 * n + 15, 5, radio_link=link) for n, link in enumerate(links)]


OLDER = ("UTRAN", "HSDPA", "HSUPA", "TD-SCDMA", "EVDO", "GERAN", "1xRTT")
NO_OLDER = ("NR", "NG-RAN", "5G", "E-UTRAN", "eMTC", "CAT-M", "CAT1", "NB-IoT", "CATNB1")
FIRES = [
    ("from LTE to 3G", radios(*["LTE"] * 5, "3G")),
    ("from LTE to GPRS", radios(*["LTE"] * 5, "GPRS")),
    ("from 3G to 2G", radios(*["HSPA+"] * 5, "EDGE")),
    ("from 5G to LTE", radios(*["NR"] * 5, "LTE")),
    ("for some sessions", radios(*["LTE"] * 9, *["3G"] * 5)),
    ("several better ones", radios("NR", "LTE", "4G", "NR", "LTE", "UMTS")),
    ("more in a row than once before", radios(*["LTE"] * 20, "3G", *["LTE"] * 9, *["3G"] * 4)),
    *((f"to {link}", radios(*["E-UTRAN"] * 5, link)) for link in OLDER),
    ("unknown ones are not counted", radios(*["LTE"] * 5, None, "", "satellite", "3G")),
    ("NB is of the fourth", radios(*["NB-IoT"] * 5, "2G")),
    ("small letters", radios(*["lte"] * 5, "3g")),
    ("in odd order", radios(*["LTE"] * 5, "3G")[::-1]),
    ("for longer than each night", nights(16)),
    ("always on, one odd day long ago", daily(*["LTE"] * 9, "3G", *["LTE"] * 9, "3G")),
    ("always on, for hours that a renewal parts", renewed("3G", age=3 * H)),
    ("always on, for hours, some of them unknown", renewed(None, age=3 * H)),
]
MUST_NOT = [
    ("as each night", nights(10)),
    ("4 before", radios(*["LTE"] * 4, "3G")),
    ("4 known before", radios(*["LTE"] * 4, None, "?", "3G")),
    ("under 60 %", radios(*["LTE"] * 5, *["3G"] * 4, "3G")),
    ("as once before", radios(*["LTE"] * 9, "3G", *["LTE"] * 9, "3G")),
    ("always on, an odd day now and then", daily(*[*["LTE"] * 6, "3G"] * 3, *["LTE"] * 6, "3G")),
    ("always on, for minutes", daily(*["LTE"] * 9, "3G", *["LTE"] * 9, "3G", age=30)),
    ("always on, for minutes that a renewal parts", renewed("3G", age=50)),
    ("as now and then", radios(*["LTE", "LTE", "LTE", "3G"] * 7, "3G", "3G")),
    *((f"{link} is no older", radios(*["LTE"] * 5, link)) for link in NO_OLDER),
    ("the same generation", radios(*["LTE"] * 5, "CAT-M1")),
    ("a newer one", radios(*["3G"] * 5, "LTE")),
    ("the newest is unknown", radios(*["LTE"] * 5, None)),
    ("the newest is blank", radios(*["LTE"] * 5, "")),
    ("the newest cannot be placed", radios(*["LTE"] * 5, "satellite")),
    ("only an older one fell back", radios(*["LTE"] * 5, "3G", "LTE")),
    ("one report, days ago", [closed(3 * D, 5, radio_link="3G"), *reports(D, 4 * D, 9)]),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions"), FIRES)
def test_an_older_radio_than_usual_is_a_warning(why, sessions):
    """A newest session on an older generation than 60 % of the 5 or more before it is a warning."""
    assert ["warning"] == words(radio_fallback, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_no_fallback(why, sessions):
    """Too few sessions, no older generation, or an unknown one, find nothing."""
    assert [] == words(radio_fallback, evidence(*sessions)), why


def test_it_is_since_the_first_session_of_the_run():
    """All sessions in a row on the old radio count; unknown ones are skipped."""
    for links, days in (
        ([*["LTE"] * 9, "3G"], 1),
        ([*["LTE"] * 9, "3G", "UMTS", "2G", "3G"], 4),
        ([*["LTE"] * 9, "3G", None, "?", "3G"], 4),
        ([*["LTE"] * 20, "3G", *["LTE"] * 9, *["3G"] * 4], 4),
        ([*["LTE"] * 9, "?", "3G"], 1),
    ):
        (finding,) = found(radio_fallback, evidence(*radios(*links)))

        assert NOON - timedelta(days=days) == finding.evidence["since"], links


def test_the_evidence_counts_the_better_ones():
    """The finding tells the radio now, and how many earlier sessions were on a newer one."""
    (finding,) = found(radio_fallback, evidence(*radios(*["LTE"] * 6, None, "2G", "3G")))

    told = [finding.evidence[name] for name in ("radio", "usual", "better", "sessions")]
    assert ["3G", "LTE", 6, 6] == told
