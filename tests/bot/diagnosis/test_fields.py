from datetime import timedelta

import pytest

from bot.diagnosis.fields import (
    cell,
    country,
    device,
    generation,
    known_text,
    length,
    mcc,
    network_name,
    network_of,
    packets,
)
from tests.bot.diagnosis.cases import closed, still_open
from tests.builders import a_session

GENERATIONS = {
    5: ["NR", "5G", "5G NSA", "nr", "LTE/NR", "5G-SA"],
    4: [
        "LTE",
        "4G LTE",
        "4G",
        "CAT-M",
        "CAT-M1",
        "Cat M1",
        "CATM1",
        "NB",
        "NB-IoT",
        "nb_iot",
        "LTE-M",
    ],
    3: ["UMTS", "HSPA", "HSPA+", "WCDMA", "3G", "3G UMTS"],
    2: ["GSM", "GPRS", "EDGE", "2G", "gprs"],
    None: [
        None,
        "",
        " ",
        "satellite",
        "WiFi",
        "CDMA",
        "unregistered",
        "UNKNOWN",
        "1xRTT",
        "2.5G",
        "3.75G",
    ],
}


@pytest.mark.parametrize(
    ("number", "radio"), [(n, radio) for n, radios in GENERATIONS.items() for radio in radios]
)
def test_radio_links_have_a_generation(number, radio):
    """Each known radio link is placed in its generation; what cannot be placed is unknown."""
    assert number == generation(radio)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("USA", "USA"),
        ("US", "USA"),
        ("us", "USA"),
        ("PR", "PRI"),
        ("VI", "VIR"),
        (" mex ", "MEX"),
        ("DE", "DE"),
        (None, None),
        ("", None),
        ("N/A", None),
        ("unknown", None),
        ("310", None),
        ("ÖST", None),
    ],
)
def test_countries_have_letters(told, code):
    """A country is two or three letters, and the USA has one name."""
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
    ("imei", "name"),
    [
        ("014931000129700", "01493100012970"),
        ("3575200742653301", "35752007426533"),
        ("35752007426533", "35752007426533"),
        (14931000129700, "01493100012970"),
        ("01-493100-012970-0", "01493100012970"),
        (None, None),
        ("", None),
        ("0" * 14, None),
        ("0" * 15, None),
        ("0" * 16, None),
        ("1234567890123", None),
        ("unknown", None),
    ],
)
def test_devices_are_told_apart_by_14_digits(imei, name):
    """The first 14 digits name a device; zeros, blanks and fragments name none."""
    assert name == device(a_session(imei=imei).imei)


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


def test_only_closed_sessions_have_a_length():
    """An open session has no length, nor one that ended before it began."""
    sessions = (closed(50, 5), closed(50, 0), still_open(50), closed(50, -5))

    none = timedelta(0)
    assert [timedelta(minutes=5), none, None, None] == [length(each) for each in sessions]
