from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.kore_api.card import Card, hour_of, stamp
from bot.sandbox.kore_api.networks import TELCEL
from bot.sandbox.kore_api.usage import moment_of
from tests.builders import NOON

CARD = Card("pump-7", 7, "Pump 7")


@pytest.mark.parametrize(
    ("moment", "stamped"),
    [
        (NOON, "2026-01-05T12:00:00Z"),
        (datetime(2026, 1, 5, 1, 2, 3, 999_999, tzinfo=UTC), "2026-01-05T01:02:03Z"),
        (None, None),
    ],
)
def test_stamps(moment: datetime | None, stamped: str | None):
    """
    Times are written to the second, in UTC; no time stays none.
    """
    assert stamped == stamp(moment)


def test_full_hours():
    """
    What hangs on the full hour stays put within it.
    """
    assert NOON == hour_of(NOON) == hour_of(NOON + timedelta(minutes=59, seconds=59))


def test_a_sim():
    """
    A SIM is active, has its card's names and numbers, and was not changed before it was made.
    """
    told = CARD.sim(NOON, age=timedelta(days=3), eid="8904")

    assert (CARD.sid, "pump-7", "Pump 7", "active", "8904") == tuple(
        told[name] for name in ("sid", "unique_name", "friendly_name", "status", "eid")
    )
    assert "2026-01-02T12:00:00Z" == told["date_created"] == told["date_updated"]


def test_a_session():
    """
    A closed session was last updated at its end; where it was is told by its network's cell.
    """
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
    """
    A rhythm gives closed sessions, newest first, at even ends, none longer than told.
    """
    six, twenty = timedelta(hours=6), timedelta(minutes=20)
    rows = CARD.rhythm(NOON, every=six, lasting=twenty, days=days)
    lengths = [moment_of(row["end"]) - moment_of(row["start"]) for row in rows]

    assert [stamp(NOON - turn * six) for turn in range(count)] == [row["end"] for row in rows]
    assert all(timedelta(minutes=15) < length <= twenty for length in lengths)


def test_always_on():
    """
    The newest session is open since a full hour and was just updated; one a day came before.
    """
    now = NOON + timedelta(minutes=17)
    newest, *before = CARD.always_on(now, hours=3)

    assert ("2026-01-05T09:00:00Z", None, "2026-01-05T12:15:00Z") == (
        newest["start"],
        newest["end"],
        newest["last_updated"],
    )
    assert 30 == len(before)
    assert newest["start"] == before[0]["end"]
