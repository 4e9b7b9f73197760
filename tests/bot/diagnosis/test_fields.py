from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.diagnosis.fields import (
    cell,
    country,
    generation,
    known_text,
    mcc,
    month_start,
    network_name,
    network_of,
    packets,
    used_bytes,
)
from tests.bot.diagnosis.cases import D, ago, used
from tests.builders import NOON, a_session, a_sim

GENERATIONS = {
    5: "NR,5G,5G NSA,nr,LTE/NR,5G-SA,NG-RAN",
    4: "LTE,4G LTE,4G,CAT-M,CAT-M1,Cat M1,CATM1,NB,NB-IoT,nb_iot,LTE-M,E-UTRAN,E-UTRAN-NB,eMTC,"
    "CAT1,CAT-1,LTE CAT 4,CATNB,CATNB1",
    3: "UMTS,HSPA,HSPA+,WCDMA,3G,3G UMTS,UTRAN,HSDPA,HSUPA,TD-SCDMA,EVDO,EV-DO,CDMA2000",
    2: "GSM,GPRS,EDGE,2G,gprs,GERAN,1xRTT,EGPRS,CDMA 1X",
    None: ", ,satellite,WiFi,CDMA,unregistered,UNKNOWN,2.5G,3.75G",
}


@pytest.mark.parametrize("number", GENERATIONS)
def test_radio_links_have_a_generation(number):
    """Each known radio link is placed in its generation; what cannot be placed is unknown."""
    radios = GENERATIONS[number].split(",")

    assert [] == [radio for radio in radios if generation(radio) != number]
    assert generation(None) is None


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("USA", "USA"),
        ("US", "USA"),
        ("us", "USA"),
        ("PR", "PRI"),
        ("VI", "VIR"),
        (" mex ", "MEX"),
        ("DE", "DEU"),
        ("CA", "CAN"),
        ("XXX", None),
        ("UNK", None),
        ("INT", None),
        ("ZZ", None),
        (None, None),
        ("", None),
        ("N/A", None),
        ("unknown", None),
        ("310", None),
        ("ÖST", None),
    ],
)
def test_countries_have_letters(told, code):
    """A country is known by two letters or three, which are one; a code of none is unknown."""
    assert code == country(told)


@pytest.mark.parametrize(
    ("mcc", "mnc", "network"),
    [
        ("310", "260", ("310", 260)),
        (310, 26, ("310", 26)),
        ("310", "026", ("310", 26)),
        ("310", "26", ("310", 26)),
        ("334", "00", ("334", 0)),
        ("000", "00", None),
        (None, "260", None),
        ("310", None, None),
        ("310", "x", None),
    ],
)
def test_networks_are_told_apart_by_number(mcc, mnc, network):
    """A network is its country's code and a number; half of it is not enough."""
    assert network == network_of(a_session(operator_mcc=mcc, operator_mnc=mnc))


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "T-Mobile USA (310-260)"),
        ({"operator_mnc": "026"}, "T-Mobile USA (310-026)"),
        ({"operator_name": None}, "310-260"),
        ({"operator_mnc": None}, "T-Mobile USA (310-?)"),
    ],
)
def test_networks_are_named_as_received(changes, name):
    """People read the operator's name and its numbers as they came."""
    assert name == network_name(a_session(**changes))


@pytest.mark.parametrize(
    ("told", "number"), [("310", 310), (334, 334), ("001", 1), (None, None), ("abc", None)]
)
def test_the_country_code_is_a_number(told, number):
    """The mobile country code stands alone, whatever the rest of the network."""
    assert number == mcc(a_session(operator_mcc=told, operator_mnc=None))


@pytest.mark.parametrize(
    ("told", "known"), [("a", "a"), (" a ", "a"), ("", None), (None, None), ("N/A", None)]
)
def test_words_for_nothing_are_nothing(told, known):
    """Text that only says that nothing is known is unknown."""
    assert known == known_text(told)


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ("310-260-40482-1243", "310-260-40482-1243"),
        ("84041222", "84041222"),
        ("0", None),
        ("0-0-0-0", None),
        ("", None),
        (None, None),
        ("null", None),
    ],
)
def test_cells_of_zeros_are_none(told, known):
    """A cell id of nothing but zeros is a placeholder."""
    assert known == cell(told)


@pytest.mark.parametrize(
    ("up", "down", "counts"),
    [(3, 4, (3, 4)), (0, 0, (0, 0)), (None, 4, None), (3, None, None), (-1, 4, None)],
)
def test_counters_are_known_together(up, down, counts):
    """Counters are known when both are; missing is never 0."""
    assert counts == packets(a_session(packets_uploaded=up, packets_downloaded=down))


STARTS = [
    ("earlier this month", "2025-03-04T09:00:00Z", "2026-01-20T12:00:00Z", "2026-01-04"),
    ("today", "2025-03-20T23:59:00Z", "2026-01-20T00:00:00Z", "2026-01-20"),
    ("later this month", "2025-03-21T00:00:00Z", "2026-01-20T12:00:00Z", "2025-12-21"),
    ("the 31st in a short month", "2025-01-31T00:00:00Z", "2026-02-28T12:00:00Z", "2026-02-28"),
    ("the 31st before the end", "2025-01-31T00:00:00Z", "2026-03-30T12:00:00Z", "2026-02-28"),
    ("the 29th in a leap year", "2024-02-29T00:00:00Z", "2028-03-01T12:00:00Z", "2028-02-29"),
    ("the day in UTC", "2025-03-05T23:30:00-05:00", "2026-01-20T12:00:00Z", "2026-01-06"),
    ("now in another zone", "2025-03-20T00:00:00Z", "2026-01-19T20:00:00-05:00", "2026-01-20"),
]


@pytest.mark.parametrize(("why", "created", "now", "start"), STARTS)
def test_the_month_begins_on_the_day_of_creation(why, created, now, start):
    """The metering month begins at 00:00 UTC of the day of the month on which the SIM was made."""
    begins = month_start(a_sim(date_created=created), datetime.fromisoformat(now))

    assert datetime.fromisoformat(f"{start}T00:00:00+00:00") == begins, why


def test_an_unknown_day_makes_it_30_days():
    """Without `date_created` it is the last 30 days, to the minute."""
    now = datetime(2026, 1, 31, 12, 30, 45, tzinfo=timezone(timedelta(hours=0)))

    assert datetime(2026, 1, 1, 12, 30, tzinfo=UTC) == month_start(a_sim(), now)


@pytest.mark.parametrize(
    ("records", "total"),
    [
        ([], None),
        ([used(None)], None),
        ([used(0)], 0),
        ([used(3), used(4)], 7),
        ([used(3), used(None)], 3),
        ([used(9, home=4)], 4),
        ([used(3, period={"start": ago(40 * D), "end": ago(30 * D)}), used(4)], 4),
        ([used(3, period={"start": ago(31 * D), "end": ago(5 * D)})], 3),
        ([used(3, period={})], 3),
    ],
)
def test_usage_is_summed_up_where_it_is_told(records, total):
    """What was used since the month began is summed up, and unknown where no record tells."""
    assert total == used_bytes(tuple(records), NOON - timedelta(days=30))
