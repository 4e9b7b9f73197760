"""When the SIM moved to another device or country."""

from bot.pictures.changes import Kind, changes_of
from tests.bot.pictures.sheets import DAY, TELCEL, WINDOW, ago
from tests.builders import IMEI, NOON

PHONE = "353328110000770"


def changes(*oldest_first):
    told = changes_of(oldest_first, WINDOW)
    return [(change.kind, (NOON - change.moment) / DAY, change.label) for change in told]


def test_a_new_device_and_a_new_country():
    """
    Each stands at the start of the first session that tells of it, named by what is new.
    """
    told = changes(ago(4), ago(3, imei=PHONE), ago(2, imei=PHONE, **TELCEL), ago(1, imei=PHONE))

    assert [
        (Kind.DEVICE, 3, "…000077"),
        (Kind.COUNTRY, 2, "MEX"),
        (Kind.COUNTRY, 1, "USA"),
    ] == told


def test_what_is_no_change():
    """
    Unknown values, other forms of one IMEI and of one country, and a first value are no change.
    """
    same = [
        {"imei": None, "operator_country": None},
        {},
        {"imei": None, "operator_country": "unknown"},
        {"imei": "0" * 15, "operator_country": "US"},
        {"imei": IMEI[:14] + "01", "operator_country": "usa"},
        {"imei": "01493100-012970-0"},
    ]
    told = changes(*(ago(9 - n, **each) for n, each in enumerate(same)))

    assert [] == told


def test_a_change_before_the_window_is_not_shown_but_known():
    """
    A session from before tells what the first one of the window came from.
    """
    told = changes(ago(40, **TELCEL), ago(35), ago(3, **TELCEL))

    assert [(Kind.COUNTRY, 3, "MEX")] == told


def test_of_nothing_comes_nothing():
    """
    No sessions, no changes.
    """
    assert [] == changes()
