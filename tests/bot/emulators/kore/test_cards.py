""""""

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.emulators.kore.cards import (
    TELCEL,
    Card,
    hour_of,
    iccid,
    imei,
    imeisv,
    moment_of,
    serial_of,
    sid,
    stamp,
    with_check_digit,
)
from tests.builders import NOON

CARD = Card("pump-7", 7, "Pump 7")


def test_stamps():
    """Times are written to the second, in UTC; no time stays none."""
    for moment, stamped in (
        (NOON, "2026-01-05T12:00:00Z"),
        (datetime(2026, 1, 5, 1, 2, 3, 999_999, tzinfo=UTC), "2026-01-05T01:02:03Z"),
        (None, None),
    ):
        assert stamped == stamp(moment), (moment, stamped)


def test_full_hours():
    """What hangs on the full hour stays put within it."""
    assert NOON == hour_of(NOON) == hour_of(NOON + timedelta(minutes=59, seconds=59))


def test_a_sim():
    """A SIM is active, has its card's names and numbers, and was not changed before it was made."""
    told = CARD.sim(NOON, age=timedelta(days=3), eid="8904")

    assert (CARD.sid, "pump-7", "Pump 7", "active", "8904") == tuple(
        told[name] for name in ("sid", "unique_name", "friendly_name", "status", "eid")
    )
    assert "2026-01-02T12:00:00Z" == told["date_created"] == told["date_updated"]


def test_a_session():
    """A closed session was last updated at its end; where it was is told by its network's cell."""
    end = NOON + timedelta(hours=1)
    told = CARD.session(NOON, end, network=TELCEL, cell=2, imei=None)

    assert (stamp(end), stamp(end)) == (told["end"], told["last_updated"])
    assert ("334", "020", "MEX", "334-020-2344-43310") == tuple(
        told[name] for name in ("operator_mcc", "operator_mnc", "operator_country", "cell_id")
    )
    assert told["imei"] is None
    assert told["sid"] != CARD.session(end, None)["sid"]


@pytest.mark.parametrize(("days", "count"), [(30, 120), (1, 4), (0.25, 1), (0.2, 0)])
def test_a_rhythm(days: float, count: int):
    """A rhythm gives closed sessions, newest first, at even ends, none longer than told."""
    six, twenty = timedelta(hours=6), timedelta(minutes=20)
    rows = CARD.rhythm(NOON, every=six, lasting=twenty, days=days)
    lengths = [moment_of(row["end"]) - moment_of(row["start"]) for row in rows]

    assert [stamp(NOON - turn * six) for turn in range(count)] == [row["end"] for row in rows]
    assert all(timedelta(minutes=15) < length <= twenty for length in lengths)


def test_always_on():
    """The newest session is open since a full hour and was just updated; one a day came before."""
    now = NOON + timedelta(minutes=17)
    newest, *before = CARD.always_on(now, hours=3)

    assert ("2026-01-05T09:00:00Z", None, "2026-01-05T12:15:00Z") == (
        newest["start"],
        newest["end"],
        newest["last_updated"],
    )
    assert 30 == len(before)
    assert newest["start"] == before[0]["end"]


SERIALS = (0, 1, 7, 42, 999_999, 1_000_000, 1_099_999, 99_999_999_999)


def luhn_holds(digits: str) -> bool:
    """Check by the textbook: double every second digit from the right, and sum up their digits."""
    doubled = [int(d) * (2 if place % 2 else 1) for place, d in enumerate(digits[::-1])]
    return sum(n // 10 + n % 10 for n in doubled) % 10 == 0


def test_check_digits():
    """The check digit is Luhn's."""
    for body, whole in (
        ("7992739871", "79927398713"),
        ("01493100012970", "014931000129700"),
        ("0", "00"),
        ("890126001234567890", "8901260012345678909"),
    ):
        assert whole == with_check_digit(body), (body, whole)


@pytest.mark.parametrize("serial", SERIALS)
def test_iccids(serial: int):
    """The last of an ICCID's 19 digits checks the others, and its serial can be read back."""
    number = iccid(serial)

    assert re.fullmatch(r"8901260\d{12}", number)
    assert luhn_holds(number)
    assert serial == serial_of(number)


@pytest.mark.parametrize(
    "number", ["", "8901", "x" * 19, "8901260000000000070", iccid(7)[:-1], iccid(7) + "0", "٣" * 19]
)
def test_what_is_no_iccid_of_ours(number: str):
    """Other numbers have no serial."""
    assert serial_of(number) is None


def test_imeis():
    """An IMEI has 15 digits that check; its long form has the same first 14."""
    numbers = [imei(serial) for serial in SERIALS]

    assert all(re.fullmatch(r"01493100\d{7}", number) for number in numbers)
    assert all(luhn_holds(number) for number in numbers)
    assert {(16, number[:14]) for number in numbers} == {
        (len(imeisv(number)), imeisv(number)[:14]) for number in numbers
    }


def test_nothing_comes_twice():
    """Different keys have different numbers, and the same key always the same."""
    assert 1000 == len({iccid(serial) for serial in range(1000)})
    assert 1000 == len({imei(serial) for serial in range(1000)})
    assert sid("DE", "a") == sid("DE", "a") != sid("DE", "b")
    assert re.fullmatch(r"WP[0-9a-f]{32}", sid("WP", "a"))
