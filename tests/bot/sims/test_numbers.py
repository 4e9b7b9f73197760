import pytest

from bot.sims.numbers import (
    check_digit_fits,
    device_of,
    devices_of,
    digits_of,
    luhn_digit,
    other_iccids,
    passes_luhn,
)
from tests.builders import ICCID, IMEI


def test_digits():
    """A number is its digits, whatever stands between them or pads it."""
    for text, digits in (
        ("8901 2600", "89012600"),
        ("8901-2600-12", "8901260012"),
        ("01493100/012970/0", "014931000129700"),
        ("8901.2600,12", "8901260012"),
        ("89012600F", "89012600"),
        ("89012600ff", "89012600"),
        ("+1 (415) 555", "1415555"),
    ):
        assert digits == digits_of(text), (text, digits)


@pytest.mark.parametrize("text", ["", "pump-7", "F", "fff", "89F01", "٣٤٥", "1e5", "0x12", "12 a"])
def test_no_number(text):
    """With a letter in it, or without a digit, it is no number."""
    assert digits_of(text) is None


@pytest.mark.parametrize("digits", ["79927398713", ICCID, IMEI, "0"])
def test_luhn(digits):
    """Numbers with a right check digit pass, and the digit can be told from the others."""
    assert passes_luhn(digits)
    assert digits[-1] == luhn_digit(digits[:-1])


@pytest.mark.parametrize("wrong", range(1, 10))
def test_luhn_fails(wrong):
    """No other last digit passes."""
    last = (int(ICCID[-1]) + wrong) % 10

    assert not passes_luhn(f"{ICCID[:-1]}{last}")


def test_check_digits():
    """Only ICCIDs of 19 or 20 digits and IMEIs of 15 have a check digit that can be wrong."""
    for digits, fits in (
        (ICCID, True),
        ("8901260012345678900", False),
        ("890126001234567890", True),
        ("8901260012345678901234", True),
        (IMEI, True),
        ("014931000129701", False),
        ("0149310001297011", True),
    ):
        assert fits == check_digit_fits(digits), (digits, fits)


def test_other_iccids():
    """A check digit that fits can be left off, and one can be added, within 18 to 22 digits."""
    for digits, others in (
        (ICCID, (ICCID[:-1], ICCID + "1")),
        (ICCID[:-1], (ICCID,)),
        ("8901260012345678901", ("89012600123456789018",)),
        ("8901260012345678901234", ()),
    ):
        assert others == other_iccids(digits), (digits, others)


def test_devices():
    """The first 14 digits name the device; a placeholder names none."""
    for imei, device in (
        (IMEI, IMEI[:14]),
        ("01493100-012970-0", IMEI[:14]),
        (IMEI[:14] + "78", IMEI[:14]),
        (IMEI[1:], IMEI[:14]),
        ("3575200742653301", "35752007426533"),
        ("35752007426533", "35752007426533"),
        ("000000000000000", None),
        ("0" * 14, None),
        ("0" * 16, None),
        ("999999999999999", None),
        ("1234567890123", None),
        ("12345678901234567", None),
        ("12345", None),
        ("unknown", None),
        ("", None),
        (None, None),
    ):
        assert device == device_of(imei), (imei, device)


MAYBE = "35123408000007"  # with a 0 in front of it, it passes as an IMEI's 15 digits


def test_the_devices_of_one_sim():
    """14 digits that might have lost a 0 are read as the device that the others name."""
    known = devices_of([MAYBE, MAYBE + "8", "unknown", None])

    assert {MAYBE, None} == set(known.values())
    assert {MAYBE: "0" + MAYBE[:-1]} == devices_of([MAYBE])
