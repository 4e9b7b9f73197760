"""SIMs of a scan that are live with one IMEI at once."""

from datetime import timedelta

import pytest

from bot.alerts.reading import Devices, twins_among
from bot.diagnosis.evidence import State
from bot.store.scans import FAILED, ScanRow
from bot.struct import replace
from tests.bot.alerts.alert_builders import HOUR, MINUTE, NOON
from tests.bot.watches.watch_builders import a_snapshot

ONE = "35316609123456"


def live(sid, since=3 * HOUR, heard=2 * MINUTE, state=State.ONLINE, **more):
    """Return the row of a SIM with an open session in that device."""
    told = {"imei14": ONE, "since": NOON - since, "seen_at": NOON - heard} | more
    seen = replace(a_snapshot(), sid=sid, state=state, **told)
    return ScanRow(sid, state.value, 0, 0, seen.to_json())


def twins_in(rows):
    """Return the SIMs that have a twin among these."""
    devices, every = Devices(), list(rows)
    for row in every:
        devices.add([row])
    shared = set(devices.shared())
    return set(twins_among(row for row in every if row.sid in shared))


@pytest.mark.parametrize(
    ("why", "rows", "sids"),
    [
        ("both are live", [live("DE1"), live("DE2")], {"DE1", "DE2"}),
        ("one is stale", [live("DE1"), live("DE2", state=State.STALE)], {"DE1", "DE2"}),
        (
            "renewed a moment ago",
            [live("DE1"), live("DE2", 3 * MINUTE, in_device=NOON - HOUR)],
            {"DE1", "DE2"},
        ),
        (
            "one could not be read",
            [live("DE1"), replace(live("DE2"), state=FAILED)],
            {"DE1", "DE2"},
        ),
        ("one came a moment ago", [live("DE1"), live("DE2", 5 * MINUTE)], set()),
        ("two devices", [live("DE1"), live("DE2", imei14="86714504123456")], set()),
        ("one is over", [live("DE1"), live("DE2", state=State.OFFLINE)], set()),
        ("one after the other", [live("DE1", heard=HOUR), live("DE2", HOUR)], set()),
        ("a placeholder", [live(f"DE{n}") for n in range(4)], set()),
        ("two accounts", [live("DE1", account="a"), live("DE2", account="b")], set()),
        ("one account", [live("DE1", account="a"), live("DE2", account="a")], {"DE1", "DE2"}),
        ("an odd name", [live("DE1", name='","state":"online","x'), live("DE2")], {"DE1", "DE2"}),
    ],
)
def test_who_is_a_twin(why, rows, sids):
    """Rows are compared by what they keep of open sessions, each account's by themselves."""
    assert sids == twins_in(rows), why


def test_that_many_share_an_imei_costs_little():
    """An IMEI that all have is no device's, and not all of them are kept."""
    assert set() == twins_in(live(f"DE{n}", since=timedelta(hours=n)) for n in range(1, 100))
