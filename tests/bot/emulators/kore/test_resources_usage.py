from datetime import timedelta

import httpx
import pytest

from bot.emulators.kore.api import KoreApi
from bot.emulators.kore.cards import AT_AND_T, T_MOBILE, TELCEL, Card, Network, moment_of, stamp
from bot.emulators.kore.http import ApiError, Request
from bot.emulators.kore.resources import BYTES_PER_PACKET, periods_of
from tests.builders import NOON
from tests.fakes import FakeClock

CARD = Card("pump-9", 9)
PATH = f"/v1/Sims/{CARD.sid}/UsageRecords"


@pytest.fixture
def api(clock: FakeClock) -> KoreApi:
    """Return an account without SIMs; each test puts its own in."""
    return KoreApi(clock)


def ran(start: str, end: str, up: int, down: int, network: Network = T_MOBILE) -> dict:
    return CARD.session(moment_of(start), moment_of(end), up=up, down=down, network=network)


async def records(ask: httpx.AsyncClient, **query: str) -> list[dict]:
    return (await ask.get(PATH, params=query)).json()["usage_records"]


async def test_sessions_make_the_usage(clock: FakeClock, api: KoreApi, ask: httpx.AsyncClient):
    """Packets become bytes; home, national and international networks are told apart."""
    rows = [
        ran("2026-01-05T10:00:00Z", "2026-01-05T11:00:00Z", 10, 20),
        ran("2026-01-04T10:00:00Z", "2026-01-04T11:00:00Z", 1, 2, AT_AND_T),
        ran("2026-01-03T10:00:00Z", "2026-01-03T11:00:00Z", 3, 4, TELCEL),
    ]
    api.add(CARD.sim(clock.now()), rows)
    (record,) = await records(ask)
    data = record["data"]

    assert 40 * BYTES_PER_PACKET == data["total"]
    assert (14 * BYTES_PER_PACKET, 26 * BYTES_PER_PACKET) == (data["upload"], data["download"])
    assert 30 * BYTES_PER_PACKET == data["home"]["total"]
    assert 3 * BYTES_PER_PACKET == data["national_roaming"]["total"]
    assert [("MEX", 7 * BYTES_PER_PACKET)] == [
        (part["country_code"], part["total"]) for part in data["international_roaming"]
    ]
    assert {"bytes"} == {data["units"], data["home"]["units"]}


async def test_what_cannot_be_counted(clock: FakeClock, api: KoreApi, ask: httpx.AsyncClient):
    """A session without a known length or known packets makes no usage, and breaks nothing."""
    for changes in (
        {"packets_uploaded": None},
        {"packets_downloaded": "many"},
        {"start": None},
        {"start": "soon"},
        {"end": None, "last_updated": None},
        {"end": "2026-01-01T00:00:00Z"},
    ):
        row = ran("2026-01-05T10:00:00Z", "2026-01-05T11:00:00Z", 10, 20)
        api.add(CARD.sim(clock.now()), [row | changes])
        (record,) = await records(ask)

        assert 0 == record["data"]["total"], changes


async def test_days(clock: FakeClock, api: KoreApi, ask: httpx.AsyncClient):
    """A session over midnight is split between its days, in proportion."""
    api.add(CARD.sim(clock.now()), [ran("2026-01-03T18:00:00Z", "2026-01-04T12:00:00Z", 30, 60)])
    days = await records(
        ask, Granularity="daily", Start="2026-01-03T06:00:00Z", End="2026-01-05T00:00:00Z"
    )

    assert [30 * BYTES_PER_PACKET, 60 * BYTES_PER_PACKET] == [day["data"]["total"] for day in days]
    assert [
        {"start": "2026-01-03T06:00:00Z", "end": "2026-01-04T00:00:00Z"},
        {"start": "2026-01-04T00:00:00Z", "end": "2026-01-05T00:00:00Z"},
    ] == [day["period"] for day in days]


async def test_a_told_daily_use(clock: FakeClock, api: KoreApi, ask: httpx.AsyncClient):
    """Where a SIM's daily use is told, it holds whatever its sessions say, from its creation on."""
    sim = CARD.sim(clock.now()) | {"date_created": "2026-01-01T12:00:00Z"}
    api.add(sim, [ran("2026-01-05T10:00:00Z", "2026-01-05T11:00:00Z", 1, 1)], bytes_per_day=1000)
    (month,) = await records(ask)
    (day,) = await records(ask, Start="2026-01-04T12:00:00Z")
    (before,) = await records(ask, Start="2025-12-01T00:00:00Z", End="2026-01-01T00:00:00Z")

    assert [4000, 1000, 0] == [each["data"]["home"]["total"] for each in (month, day, before)]


async def test_hours_come_in_pages(clock: FakeClock, api: KoreApi, ask: httpx.AsyncClient):
    """Hourly records of a month come in pages; its hours are without gaps and in order."""
    api.add(CARD.sim(clock.now()))
    url, periods = f"{PATH}?Granularity=hourly&PageSize=500", []
    while url:
        page = (await ask.get(url)).json()
        periods += [record["period"] for record in page["usage_records"]]
        url = page["meta"].get("next_page_url")

    assert 720 == len(periods)
    assert stamp(clock.now()) == periods[-1]["end"]
    assert [each["end"] for each in periods[:-1]] == [each["start"] for each in periods[1:]]


def test_moments():
    """A payload's time is read with or without milliseconds; anything else is none."""
    for text, stamped in (
        ("2026-01-05T12:00:00Z", "2026-01-05T12:00:00Z"),
        ("2026-01-05T12:00:00.123Z", "2026-01-05T12:00:00Z"),
        ("2026-01-05", "2026-01-05T00:00:00Z"),
        ("2026-01-05T12:00:00", "2026-01-05T12:00:00Z"),
        ("", None),
        ("soon", None),
        (None, None),
        (17, None),
    ):
        assert stamped == stamp(moment_of(text)), (text, stamped)


def asking(query: str) -> Request:
    return Request("GET", "/v1/Sims/x/UsageRecords", query, "http://kore.test", None, None, NOON)


def test_periods():
    """The periods cover Start to End, by default the last month, cut at full hours and days."""
    for query, count, first, last in (
        ("", 1, "2025-12-06 12:00", "2026-01-05 12:00"),
        ("Granularity=all", 1, "2025-12-06 12:00", "2026-01-05 12:00"),
        ("Granularity=daily", 31, "2025-12-06 12:00", "2026-01-05 12:00"),
        ("Granularity=hourly", 720, "2025-12-06 12:00", "2026-01-05 12:00"),
        (
            "Start=2026-01-05T10:30:00Z&Granularity=hourly",
            2,
            "2026-01-05 10:30",
            "2026-01-05 12:00",
        ),
        ("End=2026-01-01T00:00:00Z", 1, "2025-12-02 00:00", "2026-01-01 00:00"),
        ("Start=2026-01-05T12:00:00Z&Granularity=daily", 1, "2026-01-05 12:00", "2026-01-05 12:00"),
        ("Start=2026-01-05&End=2026-01-06", 1, "2026-01-05 00:00", "2026-01-06 00:00"),
        ("Start=2026-01-05T00%3A00%3A00Z", 1, "2026-01-05 00:00", "2026-01-05 12:00"),
    ):
        periods = periods_of(asking(query), NOON)
        told = len(periods), f"{periods[0][0]:%F %H:%M}", f"{periods[count - 1][1]:%F %H:%M}"

        assert (count, first, last) == told, query


@pytest.mark.parametrize(
    "query",
    [
        "Granularity=weekly",
        "Granularity=",
        "Start=soon",
        "End=later",
        "Start=",
        "Start=2026-01-06T00:00:00Z",
        "Start=2026-01-02T00:00:00Z&End=2026-01-01T00:00:00Z",
    ],
)
def test_bad_periods(query: str):
    """What is no time, no granularity, or runs backwards, is refused."""
    with pytest.raises(ApiError) as refused:
        periods_of(asking(query), NOON)

    assert 400 == refused.value.response.status_code


def test_the_default_is_a_month():
    """Without parameters the period is the last 30 days."""
    start, end = periods_of(asking(""), NOON)[0]

    assert timedelta(days=30) == end - start
