"""Which words name the SIM, and which number is of days."""

import pytest

from bot.sims.numbers import luhn_digit, passes_luhn
from handlers.sim_and_days import readings
from tests.builders import ICCID, IMEI, SID

GROUPED = "8901 2600 1234 5678 909"
FIRST = [
    # names and SIDs
    ("truck-42", "truck-42", 30),
    ("truck-42 7", "truck-42", 7),
    ("  truck-42   7  ", "truck-42", 7),
    ("truck-42\u00a07", "truck-42", 7),
    ("truck-42 30", "truck-42", 30),
    ("truck-42 07", "truck-42", 7),
    ("truck-42 7d", "truck-42", 7),
    ("truck-42 7 days", "truck-42", 7),
    ("truck-42 1 Day", "truck-42", 1),
    ("pump 7 14", "pump 7", 14),
    (SID, SID, 30),
    (f"{SID} 7", SID, 7),
    (f"`{SID}` 7", f"`{SID}`", 7),
    # an ICCID, whole and in groups
    (ICCID, ICCID, 30),
    (GROUPED, GROUPED, 30),
    (f"{ICCID} 7", ICCID, 7),
    (f"{GROUPED} 7", GROUPED, 7),
    (f"{GROUPED} 7 days", GROUPED, 7),
    ("8901 2600 1234 5678 12", "8901 2600 1234 5678 12", 30),
    ("8901 2600 1234 5678 9090 12", "8901 2600 1234 5678 9090", 12),
    ("89 01 260 0123 4567 8909", "89 01 260 0123 4567 8909", 30),
    # the check digit set apart
    (f"{ICCID[:-1]} {ICCID[-1]}", f"{ICCID[:-1]} {ICCID[-1]}", 30),
    # an IMEI, its digits in groups, and one with its software version
    (IMEI, IMEI, 30),
    (f"{IMEI} 7", IMEI, 7),
    ("49 015420 323751 8", "49 015420 323751 8", 30),
    ("49 015420 323751 8 7", "49 015420 323751 8", 7),
    ("35 752007 426533 01", "35 752007 426533 01", 30),
]


@pytest.mark.parametrize(("text", "sim", "days"), FIRST)
def test_the_likelier_reading_comes_first(text, sim, days):
    """
    A number behind a whole identifier is of days; one that belongs to an identifier is not.
    """
    likelier = readings(text)[0]

    assert (sim, days, None) == (likelier.sim, likelier.days, likelier.fault)


def test_a_large_number_of_days_is_rather_part_of_a_name():
    """
    `gate 42` is a SIM first; if none is called so, 42 days of `gate` are meant.
    """
    assert [("gate 42", 30, None), ("gate", 42, None)] == [
        (way.sim, way.days, way.fault) for way in readings("gate 42")
    ]


@pytest.mark.parametrize("typed", ["0", "3651", "x", "-1", "7.5", "1e1", "٧", "99999", "days"])
def test_a_wrong_number_of_days_is_told(typed):
    """
    It may be part of a longer name; if no SIM is called so, the days are wrong.
    """
    whole, parted = readings(f"truck-42 {typed}")

    assert (f"truck-42 {typed}", 30, None) == (whole.sim, whole.days, whole.fault)
    assert "truck-42" == parted.sim
    assert f"`{typed}` is not a number of days" in parted.fault


@pytest.mark.parametrize("typed", ["0", "3651", "x"])
def test_wrong_days_behind_a_whole_iccid_are_told_first(typed):
    """
    Where the check digit says that the ICCID ends before it, the last word is wrong, not the SIM.
    """
    assert "is not a number of days" in readings(f"{ICCID} {typed}")[0].fault


@pytest.mark.parametrize("text", ["pump 7", "pump 7 days", "pump 7d"])
def test_a_name_may_end_with_a_number(text):
    """
    When no SIM is called by the first words, all of them may be its name.
    """
    assert [("pump", 7), (text, 30)] == [(each.sim, each.days) for each in readings(text)]


@pytest.mark.parametrize("text", ["", "7", "truck-42", ICCID])
def test_one_word_is_no_days(text):
    """
    A lone word names the SIM.
    """
    assert [(text, 30)] == [(each.sim, each.days) for each in readings(text)]


def test_days_that_happen_to_fit_as_a_check_digit_stay_days():
    """
    For one number in ten the longer ICCID passes the check too; the shorter is then the likelier.
    """
    digit = luhn_digit(ICCID)
    likelier = readings(f"{ICCID} {digit}")[0]

    assert passes_luhn(ICCID + digit)
    assert (ICCID, int(digit)) == (likelier.sim, likelier.days)
