import re

import pytest

from bot.sandbox.kore_api.numbers import (
    iccid,
    imei,
    imeisv,
    serial_of,
    sid,
    with_check_digit,
)

SERIALS = (0, 1, 7, 42, 999_999, 1_000_000, 1_099_999, 99_999_999_999)


def luhn_holds(digits: str) -> bool:
    """Check by the textbook: double every second digit from the right, and sum up their digits."""
    doubled = [int(d) * (2 if place % 2 else 1) for place, d in enumerate(digits[::-1])]
    return sum(n // 10 + n % 10 for n in doubled) % 10 == 0


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        ("7992739871", "79927398713"),
        ("01493100012970", "014931000129700"),
        ("0", "00"),
        ("890126001234567890", "8901260012345678909"),
    ],
)
def test_check_digits(body: str, whole: str):
    """
    The check digit is Luhn's.
    """
    assert whole == with_check_digit(body)


@pytest.mark.parametrize("serial", SERIALS)
def test_iccids(serial: int):
    """
    An ICCID has 19 digits of which the last checks the others, and its serial can be read back.
    """
    number = iccid(serial)

    assert re.fullmatch(r"8901260\d{12}", number)
    assert luhn_holds(number)
    assert serial == serial_of(number)


@pytest.mark.parametrize(
    "number",
    ["", "8901", "x" * 19, "8901260000000000070", iccid(7)[:-1], iccid(7) + "0", "٣" * 19],
)
def test_what_is_no_iccid_of_ours(number: str):
    """
    Other numbers have no serial.
    """
    assert serial_of(number) is None


def test_imeis():
    """
    An IMEI has 15 digits that check; its long form has the same first 14.
    """
    numbers = [imei(serial) for serial in SERIALS]

    assert all(re.fullmatch(r"01493100\d{7}", number) for number in numbers)
    assert all(luhn_holds(number) for number in numbers)
    assert {(16, number[:14]) for number in numbers} == {
        (len(imeisv(number)), imeisv(number)[:14]) for number in numbers
    }


def test_nothing_comes_twice():
    """
    Different keys have different numbers, and the same key always the same.
    """
    assert 1000 == len({iccid(serial) for serial in range(1000)})
    assert 1000 == len({imei(serial) for serial in range(1000)})
    assert sid("DE", "a") == sid("DE", "a") != sid("DE", "b")
    assert re.fullmatch(r"WP[0-9a-f]{32}", sid("WP", "a"))
