import json
from datetime import UTC

import pytest

from bot.diagnosis.evidence import cleaned
from bot.diagnosis.fields import cell, mcc
from bot.kore.pages import DataSessionPage, read_rows, read_scanned
from bot.kore.scanned import ScannedSession
from bot.sims.numbers import device_of
from tests.builders import NOON, SID

START = "2026-01-05T11:00:07Z"
USUAL = {
    "sid": None,
    "sim_sid": SID,
    "radio_link": "LTE",
    "operator_mcc": 310,
    "operator_mnc": "26",
    "operator_country": "USA",
    "operator_name": "",
    "cell_id": "310-260-40482-1243",
    "cell_location_estimate": {"lat": 37.88, "lon": -122.37},
    "packets_uploaded": 246,
    "packets_downloaded": None,
    "last_updated": "2026-01-05T11:32:31.250Z",
    "start": START,
    "end": None,
    "imei": "014931000129700",
}


def page(*rows):
    return json.dumps({"data_sessions": rows, "meta": {"next_page_url": None}}).encode()


def both(*rows):
    """Return what everybody reads of a page, and what a scan does; unclean both."""
    return read_rows(DataSessionPage, page(*rows)), read_scanned(page(*rows))


def compared(session):
    """Return all of a session that a scan reads, as whoever asks reads it."""
    told = session.model_dump(exclude={"sid", "account_sid", "cell_location_estimate"})
    meant = {
        "operator_mcc": mcc(session),
        "cell_id": cell(session.cell_id),
        "imei": device_of(session.imei),
    }
    return told | meant | {"given": session.end_is_given}


TIMES = [
    "2026-01-05T12:00:07Z",
    "2026-01-05T12:00:07.250Z",
    "2026-01-05T14:00:07+02:00",
    "2026-01-05 12:00:07Z",
    "2026-01-05t12:00:07z",
    "0001-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    1767614407,
    None,
    "",
    " ",
    "2026-01-05T12:00:07",
    "2026-01-05",
    "yesterday",
    True,
    {"at": "noon"},
]


@pytest.mark.parametrize("told", TIMES)
def test_times_are_read_as_everybody_does(told):
    """The same moment or the same refusal, whatever KORE writes; and always in UTC."""
    plain, scanned = both({"sim_sid": "DE1", "start": told})
    starts = [row.start for row in scanned.rows]

    assert (plain.skipped, [row.start for row in plain.rows]) == (scanned.skipped, starts)
    assert all(start is None or start.tzinfo is UTC for start in starts)


TEXTS = ("sim_sid", "radio_link", "operator_mcc", "operator_mnc", "operator_country",
         "operator_name", "cell_id", "imei")  # fmt: skip
TOLD = [
    *({name: told} for name in ("end", "last_updated") for told in TIMES),
    *(
        {name: told}
        for name in TEXTS
        for told in (None, "", " ", " x ", 7, 1.5, True, [], "x" * 5000)
    ),
    *({"imei": told} for told in ("000000000000000", "014931000129701", 14931000129700)),
    *({"operator_mcc": told} for told in (1, "01", "310", " 310 ")),
    *({"packets_uploaded": told} for told in ("246", 246.0, 246.5, -1, True, 1 << 60, "nan")),
    {"operator_name": 'O"2 "" x'},
    {"operator_name": "Zürich 📶"},
    {"operator_name": "\ud800"},
    {"of a later version": {"a": [1, "2"]}},
]


@pytest.mark.parametrize("changes", TOLD, ids=repr)
def test_fields_are_read_as_everybody_does(changes):
    """Whatever KORE writes in one row, it and its neighbour come out the same."""
    plain, scanned = both(USUAL | changes, USUAL | {"start": "2026-01-05T10:00:07Z"})
    rows = [[compared(row) for row in cleaned(each.rows, SID, NOON)] for each in (plain, scanned)]

    assert rows[0] == rows[1]
    assert plain.skipped == scanned.skipped


def test_a_usual_page_is_read_in_the_short_way():
    """With what it usually has of numbers, nulls and blanks; and nothing else is made of a row."""
    scanned = read_scanned(page(*(USUAL | {"start": f"2026-01-0{day}T11:00:07Z"} for day in "321")))

    assert {ScannedSession} == set(map(type, scanned.rows))
    assert [("310", None)] * 3 == [(row.operator_mcc, row.operator_name) for row in scanned.rows]


@pytest.mark.parametrize("end", ["2026-03-05T11:00:07Z", "0001-01-01T00:00:00Z"])
def test_an_end_that_cannot_be_is_told_from_none(end):
    """It is given and unknown: nobody is taken to be online for it."""
    found = [cleaned(each.rows, SID, NOON)[0] for each in both({"start": START, "end": end})]

    assert [(None, True)] * 2 == [(row.end, row.end_is_given) for row in found]


METAS = [{}, {"meta": None}, {"meta": {}}, {"meta": {"next_page_url": ""}},
         {"meta": {"next_page_url": " "}}, {"meta": {"next_page_url": 7}},
         {"meta": {"next_page_url": "http://kore/v1?Page=1"}}, {"meta": "x"}]  # fmt: skip


@pytest.mark.parametrize("meta", METAS, ids=repr)
def test_the_next_page_is_read_as_everybody_does(meta):
    """A page that is not the last is never taken for it."""
    body = json.dumps({"data_sessions": [USUAL], **meta}).encode()
    answers = []
    for read in (read_scanned, lambda told: read_rows(DataSessionPage, told)):
        try:
            answers.append(read(body).next_page_url)
        except Exception as error:  # noqa: BLE001 -- compared
            answers.append(type(error))

    assert answers[0] == answers[1]
