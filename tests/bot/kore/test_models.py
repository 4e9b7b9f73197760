import json
from datetime import UTC

import pytest

from bot.diagnosis.evidence import cleaned
from bot.kore.models import UsageRecord
from bot.kore.pages import DataSessionPage, ScannedSessionPage, read_rows
from tests.builders import NOON, SID, a_sim

USAGE = [
    ({"home": {"total": 7}, "total": 9}, 7),
    ({"home": {"total": 0}, "total": 9}, 0),
    ({"home": {"total": "7"}, "total": 9}, 7),
    ({"home": {"total": 7.0}}, 7),
    ({"home": {}, "total": 9}, 9),
    ({"home": None, "total": 9}, 9),
    ({"home": {"total": None}, "total": 9}, 9),
    ({"total": 9}, 9),
    ({"total": True}, None),
    ({"total": "many"}, None),
    ({"total": "1e999"}, None),
    ({"total": []}, None),
    ({}, None),
    (None, None),
]


@pytest.mark.parametrize(("data", "expected"), USAGE, ids=repr)
def test_bytes_at_home(data, expected):
    """What was used at home, else in all; what is not told is not 0."""
    assert expected == UsageRecord(data=data).home_bytes


NAMES = [
    ({"unique_name": "pump-7", "friendly_name": "Pump"}, "pump-7"),
    ({"unique_name": None, "friendly_name": "Pump"}, "Pump"),
    ({"unique_name": None, "sid": "DE1"}, "DE1"),
]


@pytest.mark.parametrize(("changes", "expected"), NAMES, ids=["unique", "friendly", "none"])
def test_what_people_call_it(changes, expected):
    """The unique name, else the friendly one, else the SID."""
    assert expected == a_sim(**changes).name


TIMES = [
    "2026-01-05T12:00:07Z",
    "2026-01-05T12:00:07.250Z",
    "2026-01-05T14:00:07+02:00",
    "2026-01-05 12:00:07Z",
    "2026-01-05t12:00:07z",
    1767614407,
    None,
    "",
    "2026-01-05T12:00:07",
    "2026-01-05",
    "yesterday",
    True,
    {"at": "noon"},
]


@pytest.mark.parametrize("told", TIMES)
def test_a_scan_reads_times_as_everybody_does(told):
    """The same moment or the same refusal, whatever KORE writes; and always in UTC."""
    body = json.dumps({"data_sessions": [{"sim_sid": "DE1", "start": told}]}).encode()
    plain, scanned = read_rows(DataSessionPage, body), read_rows(ScannedSessionPage, body)
    starts = [row.start for row in scanned.rows]

    assert (plain.skipped, [row.start for row in plain.rows]) == (scanned.skipped, starts)
    assert all(start is None or start.tzinfo is UTC for start in starts)


@pytest.mark.parametrize("told", [*TIMES, "0001-01-01T00:00:00Z", " "])
def test_a_scan_reads_ends_as_everybody_does(told):
    """An end that cannot be read is told apart from none, and the other rows stay as they are."""
    start = "2026-01-05T11:00:07Z"
    rows = [{"start": start, "end": told, "operator_mcc": "26"}, {"start": start, "end": start}]
    body = json.dumps({"data_sessions": rows}).encode()
    plain, scanned = read_rows(DataSessionPage, body), read_rows(ScannedSessionPage, body)

    assert [(row.start, row.end, row.end_is_given) for row in plain.rows if not row.end] == [
        (row.start, row.end, row.end_is_given) for row in scanned.rows if not row.end
    ]
    assert [row.end for row in plain.rows] == [row.end for row in scanned.rows]


def test_a_scan_tells_an_end_that_cannot_be_from_none():
    """One far ahead is given and unknown: nobody is taken to be online for it."""
    told = {"start": "2026-01-05T11:00:07Z", "end": "2026-03-05T11:00:07Z"}
    body = json.dumps({"data_sessions": [told]}).encode()
    pages = (DataSessionPage, ScannedSessionPage)
    found = [cleaned(read_rows(each, body).rows, SID, NOON)[0] for each in pages]

    assert [(None, True)] * 2 == [(row.end, row.end_is_given) for row in found]
