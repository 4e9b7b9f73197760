import json
from contextlib import suppress
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.emulators.kore.faults import Fault, foreign_next_page, late
from bot.kore.connect import open_kore
from bot.kore.errors import KoreBadAnswer, KoreUnavailable
from bot.kore.models import DataSession, RatePlan, Sim
from bot.kore.pages import DATA_SESSIONS, DataSessionPage, SimPage, read_one, read_rows
from bot.kore.requester import NotJson, RetryPolicy
from tests.bot.kore.conftest import paths
from tests.builders import SID

MANY = 2500


def fill(api):
    rows = [
        {
            "sid": f"WN{n}",
            "sim_sid": SID,
            "start": f"2026-01-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z",
        }
        for n in range(MANY)
    ]
    api.add({"sid": SID, "status": "active"}, rows[::2] + rows[1::2])
    return [row["sid"] for row in reversed(rows)]


@pytest.fixture
def many(api):
    return fill(api)


async def test_page_after_page(kore, api, many):
    """All rows of all pages come, a thousand at a time, ordered by us with the newest first."""
    found = await kore.data_sessions(SID)

    assert many == [session.sid for session in found.value]
    asked = [each for each in api.requests if "DataSessions" in each.path]
    assert 3 == len(asked)
    assert "PageSize=1000" == asked[0].query


async def test_a_foreign_next_page(kore, api, many):
    """Of a next page on another host only the query is taken: the token stays with KORE."""
    api.faults.add(foreign_next_page("https://evil.test", "DataSessions", times=2))

    assert MANY == len((await kore.data_sessions(SID)).value)


async def test_the_token_of_the_next_page_over_a_socket(wired, live):
    """Page tokens with odd characters come back to KORE as they were given."""
    fill(live)
    assert MANY == len((await wired().data_sessions(SID)).value)


def circling(*nexts, row):
    """Answer with these next pages in turn, then with the last for ever."""
    turns = list(nexts)

    async def answer(request):
        if request.method == "POST":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})
        url = turns.pop(0) if len(turns) > 1 else turns[0]
        meta = {"key": "data_sessions", "next_page_url": url}
        return httpx.Response(200, json={"data_sessions": [row], "meta": meta})

    return answer


ENDLESS = [f"Page={n}" for n in range(1, 10_000)]
MOST = DATA_SESSIONS.most_pages + 1
RUNAWAYS = {
    "to itself": (["Page=1"], 0, r"circle\. Tell an admin"),
    "to the first": (["PageSize=1000"], 0, r"circle\. Tell an admin"),
    "in a ring": (["Page=1", "Page=2", "Page=1"], 0, r"circle\. Tell an admin"),
    "without end": (ENDLESS, 0, f"after {MOST} pages, 0 MB. Tell an admin"),
    "too much": (ENDLESS, 3 << 20, r"after \d pages, 2\d MB"),
}


@pytest.mark.parametrize(("nexts", "size", "says"), RUNAWAYS.values(), ids=RUNAWAYS)
async def test_pages_that_do_not_end(config, clock, nexts, size, says):
    """
    Pages in a circle, or too many or too large ones, are an error before they fill the memory.

    The order of a list is not known, so a part of it could mislead.
    """
    urls = (f"https://kore.test/x?{query}" for query in nexts)
    transport = httpx.MockTransport(circling(*urls, row=ROW | {"pad": "x" * size}))
    kore = open_kore(config, clock, transport=transport)

    with pytest.raises(KoreBadAnswer, match=says):
        await kore.data_sessions(SID)


async def test_pages_that_take_for_ever(wired, live):
    """A list that takes longer than a question may is given up, however well each page comes."""
    live.add({"sid": SID, "status": "active"}, [ROW | {"sid": f"WN{n}"} for n in range(1001)])
    live.faults.add(late(30, "DataSessions", times=None))
    kore = wired(read_timeout=60, retry=RetryPolicy(listing=0.05))

    with pytest.raises(KoreUnavailable, match="too long to list"):
        await kore.data_sessions(SID)


NO_ADDRESSES = ["https://[x/?Page=1", "https://kore.test/x", "x?" + "a" * 5000]
ODD = ["https://kore.test/x?Page=\\ud800", "https://kore.test/x?a\\r\\nb=1"]


@pytest.mark.parametrize("url", [*NO_ADDRESSES, *ODD])
async def test_a_next_page_that_cannot_be_asked(kore, api, url):
    """An address that is none is KORE's bad answer, and is not asked for."""
    body = f'{{"data_sessions": [], "meta": {{"next_page_url": "{url}"}}}}'
    api.faults.add(Fault("DataSessions", status=200, body=body, times=None))

    with pytest.raises(KoreBadAnswer):
        await kore.data_sessions(SID)


async def test_sims_are_streamed(kore, api):
    """The next page of SIMs is asked for only when it is wanted."""
    for number in range(1500):
        api.add({"sid": f"DE{number:032d}", "status": "active"})
    stream = kore.sims()
    first = await anext(stream)
    asked = len(paths(api))
    rest = [sim async for sim in stream]

    assert (1, 1500, 2) == (asked, len([first, *rest]), len(paths(api)))


ROW = {"sid": "WN1", "sim_sid": "DE1", "start": "2026-01-05T12:00:00Z"}
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def page(*rows, **meta):
    return json.dumps({"data_sessions": rows, "meta": meta}).encode()


def read(**changes):
    (row,) = read_rows(DataSessionPage, page(ROW | changes)).rows
    return row


UNKNOWN = [
    *({field: blank} for field in DataSession().model_dump() for blank in (None, "", "  ")),
    {"cell_location_estimate": {}},
    {"cell_location_estimate": {"lat": None, "lon": None}},
    {"cell_location_estimate": {"lat": 0, "lon": 0}},
    {"cell_location_estimate": {"lat": 0.0, "lon": 0.0}},
    {"cell_location_estimate": {"lat": 37.9}},
    {"cell_location_estimate": {"lat": 91, "lon": 0}},
    {"cell_location_estimate": "somewhere"},
    {"operator_name": ["T-Mobile"]},
    {"imei": "000000000000000"},
    {"imei": "0000000000000000"},
    {"imei": 0},
    {"imei": "999999999999999"},
    {"imei": 11111111111111},
    *({"end": told} for told in ("soon", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", True, {})),
    {"end": "0001-01-01T00:00:00+14:00"},
    {"last_updated": "Mon, 05 Jan 2026 12:00:00 GMT"},
    *({"packets_uploaded": told} for told in ("many", "1,234", 246.5, -1, {}, "nan")),
]


@pytest.mark.parametrize("changes", UNKNOWN, ids=str)
def test_unknown(changes):
    """Null, blank, empty and placeholder are unknown: never 0, never ""."""
    (field,) = changes
    rows = read_rows(DataSessionPage, page(ROW | changes))

    assert [] == [row for row in rows.rows if getattr(row, field) is not None]
    assert rows.skipped == (field == "start")


def test_missing():
    """A row that says nothing but its start is a row of unknowns."""
    (row,) = read_rows(DataSessionPage, page({"start": ROW["start"]})).rows

    assert {None, NOON} == set(row.model_dump().values())


@pytest.mark.parametrize(
    ("told", "given"), [(None, False), ("", False), (" ", False), ("soon", True), (0, True)]
)
def test_an_end_that_is_there(told, given):
    """An end that cannot be read is told apart from none."""
    row = read(end=told)

    assert (given, None) == (row.end_is_given, row.end)


KNOWN = [
    ("operator_mcc", 310, "310"),
    ("operator_mcc", "310", "310"),
    ("operator_mcc", 1, "001"),
    ("operator_mcc", "01", "001"),
    ("operator_mnc", 260, "260"),
    ("operator_mnc", 4, "4"),
    ("operator_mnc", "04", "04"),
    ("packets_uploaded", 0, 0),
    ("packets_uploaded", "246", 246),
    ("start", "2026-01-05T12:00:00Z", NOON),
    ("start", "2026-01-05T12:00:00.250Z", NOON.replace(microsecond=250_000)),
    ("start", "2026-01-05T12:00:00", NOON),
    ("start", "2026-01-05 12:00:00", NOON),
    ("start", "2026-01-05T14:00:00+02:00", NOON),
    ("cell_id", 1243, "1243"),
    ("radio_link", "6G", "6G"),
    ("imei", 14931000129700, "14931000129700"),
    ("operator_name", 'O"2 "" x', 'O"2 "" x'),
    ("operator_name", ': ""', ': ""'),
    ("operator_name", "Zürich 📶", "Zürich 📶"),
]


@pytest.mark.parametrize(("field", "told", "expected"), KNOWN, ids=repr)
def test_known(field, told, expected):
    """Whichever way KORE writes it, it comes out the same."""
    assert expected == getattr(read(**{field: told}), field)


def test_a_tower_on_the_equator_is_somewhere():
    """Only both at 0 are KORE's empty value."""
    at = read(cell_location_estimate={"lat": 0, "lon": 36.8}).cell_location_estimate

    assert (0, 36.8) == (at.lat, at.lon)


BAD = ["yesterday", None, "1970-01-01T00:00:00Z", "Mon, 05 Jan 2026 12:00:00 GMT"]


@pytest.mark.parametrize("start", BAD)
def test_a_bad_row(start):
    """A row without a readable start is skipped, and it is said why; the others stay."""
    rows = read_rows(DataSessionPage, page(ROW, ROW | {"sid": "WN2", "start": start}, ROW))

    assert (["WN1", "WN1"], 1) == ([row.sid for row in rows.rows], rows.skipped)
    assert rows.faults[0].startswith("1: start")


@pytest.mark.parametrize("row", [None, 7, "row", [], [[]]], ids=str)
def test_a_row_that_is_none(row):
    """Rows that are no objects are skipped as well."""
    assert 1 == read_rows(DataSessionPage, page(ROW, row)).skipped


def test_what_is_kept_of_a_page_with_a_bad_row():
    """Read again, the kept page is clean and says the same."""
    rows = read_rows(DataSessionPage, page(ROW, ROW | {"end": "soon"}, ROW | {"start": " "}))

    again = read_rows(DataSessionPage, rows.body)
    assert (rows.rows, 1, 0) == (again.rows, rows.skipped, again.skipped)


NEXT = "https://kore.test/v1/Sims?PageToken=x"


@pytest.mark.parametrize("rows", [(ROW,), (ROW, {"end": "soon"})], ids=["clean", "with a bad row"])
@pytest.mark.parametrize(("url", "expected"), [(NEXT, NEXT), (None, None), ("", None)])
def test_the_next_page(rows, url, expected):
    """The next page is told whether or not a row is bad; "" and null are the end."""
    assert expected == read_rows(DataSessionPage, page(*rows, next_page_url=url)).next_page_url


def test_a_page_without_meta():
    """KORE's own examples leave out parts of `meta`; it may be missing."""
    assert read_rows(SimPage, b'{"sims":[]}').next_page_url is None


NOTHING = [b"", b"[]", b"{}", b"<html>", b"\xff\xfe"]
CUT = b'{"data_sessions":[{"sid":"WN'


@pytest.mark.parametrize("body", [*NOTHING, CUT, b'{"data_sessions":{}}'])
def test_no_page(body):
    """What is no page at all is said to be none, to be asked for again."""
    with pytest.raises(NotJson):
        read_rows(DataSessionPage, body)


SIM_FIELDS = [
    ("eid", "eid", "89"),
    ("e_id", "eid", "89"),  # KORE's specification says eid, its page e_id
    ("status", "status", "active"),
    ("status", "status", "hibernating"),
    ("status", "status", None),
]


@pytest.mark.parametrize(("key", "field", "told"), SIM_FIELDS)
def test_what_a_sim_says(key, field, told):
    """Both spellings of the EID are read, and a status that nobody has heard of is kept."""
    assert told == getattr(read_one(Sim, json.dumps({"sid": "DE1", key: told}).encode()), field)


def test_fields_of_tomorrow():
    """A field that nobody has heard of does no harm."""
    body = b'{"sid":"WP1","data_limit":1000,"new":{"a":[1]},"international_roaming":["data"]}'

    plan = read_one(RatePlan, body)
    assert (1000, ("data",)) == (plan.data_limit, plan.international_roaming)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"sid":null}', b'{"sid":""}'])
def test_no_sim(body):
    """A SIM without a SID is no SIM."""
    with pytest.raises(NotJson):
        read_one(Sim, body)


def test_a_sim_with_an_odd_date():
    """What a SIM says unreadably is unknown; the SIM itself stays."""
    sim = read_one(Sim, b'{"sid":"DE1","date_updated":"soon","iccid":[],"status":"active"}')

    assert (None, None, "active") == (sim.date_updated, sim.iccid, sim.status)


@given(st.binary(max_size=200))
def test_any_bytes(body):
    """Whatever comes is read, or said to be no page; nothing else is raised."""
    with suppress(NotJson):
        read_rows(DataSessionPage, body)
    with suppress(NotJson):
        read_one(Sim, body)


rows = st.dictionaries(
    st.sampled_from(list(DataSession.model_fields)),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.none()),
)


@given(st.lists(rows | st.none() | st.text()))
def test_any_rows(listed):
    """Every row is read or counted as skipped, and what is kept reads the same again."""
    found = read_rows(DataSessionPage, page(*listed))
    again = read_rows(DataSessionPage, found.body)

    assert len(listed) == len(found.rows) + found.skipped
    assert (found.rows, 0) == (again.rows, again.skipped)
