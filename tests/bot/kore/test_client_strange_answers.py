"""Waits and bodies that no sound server sends."""

import asyncio
import gzip
import json
import tracemalloc
from base64 import b64encode
from contextlib import suppress

import pytest
import zstandard

from bot.emulators.kore.faults import Fault, broken, too_many
from bot.kore.errors import KoreBadAnswer, KoreError, KoreRateLimited, KoreUnavailable
from bot.kore.requester import RetryPolicy
from bot.struct import replace
from tests.bot.kore.conftest import a_server
from tests.bot.kore.test_http import head
from tests.builders import SID


async def test_absurd_waits_end(kore, api, clock):
    """However long KORE asks us to wait, it is asked again a minute later."""
    for wait in ("1000000000", "Fri, 01 Jan 2027 00:00:00 GMT", "9" * 400, "inf"):
        api.faults.add(too_many("Sims", times=None, retry_after=wait))
        for _ in range(8):
            with pytest.raises(KoreRateLimited):
                await kore.sim("another")
        api.faults.clear()
        clock.move(61)

        assert SID == (await kore.sim(SID, fresh=True)).value.sid


async def test_four_sick_sims_are_not_kore(kore, api):
    """SIMs whose sessions always fail are each their own trouble: the next SIM is answered."""
    api.faults.add(broken(500, "DataSessions", times=16))
    for number in range(4):
        with pytest.raises(KoreUnavailable):
            await kore.data_sessions(f"DE{number:032}")

    assert () == (await kore.data_sessions(SID)).value


async def test_three_sims_sick_in_every_way_are_not_kore(kore, api, counts):
    """A SIM is one resource, whatever is asked of it: the next SIM is answered."""
    sick = [f"DE{number:032}" for number in range(7, 10)]
    for sid in sick:
        api.faults.add(broken(500, sid, times=None))
    for sid in sick:
        for ask in (kore.sim, kore.data_sessions, kore.usage_records):
            with pytest.raises(KoreUnavailable):
                await ask(sid)

    assert SID == (await kore.sim(SID)).value.sid
    assert [] == counts.circuits


async def test_a_few_sims_that_are_always_refused_hold_nobody(kore, api, clock):
    """A 429 to three of them, again and again, is their own trouble: the next SIM is answered."""
    sick = [f"DE{number:032}" for number in range(7, 10)]
    for sid in sick:
        api.faults.add(too_many(sid, times=None, retry_after="60"))
    for _ in range(3):
        await kore.sim(SID, fresh=True)
        refused = await asyncio.gather(*map(kore.data_sessions, sick), return_exceptions=True)

        assert {KoreRateLimited} == set(map(type, refused))
        assert not (await kore.sim(SID, fresh=True)).stale
        clock.move(1)


PORTAL = "<html>Sign in to the guest network</html>"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_a_page_for_people_is_no_word_of_kores(kore, api, status):
    """Somebody in between neither refuses our key nor takes a SIM away: what was known stays."""
    await kore.sim(SID)
    api.faults.add(Fault("Sims", times=None, status=status, body=PORTAL, content_type="text/html"))
    with pytest.raises(KoreUnavailable, match=f"something in between.*HTTP {status}"):
        await kore.sim("another")
    known = await kore.sim(SID, fresh=True)

    assert (SID, True) == (known.value.sid, known.stale)


@pytest.mark.parametrize("path", ["Sims", "token"])
async def test_a_page_in_place_of_an_answer_is_named(kore, api, path):
    """A portal often says 200: the answer tells that it was a page."""
    page = f"\n<!doctype html>{PORTAL}"
    api.faults.add(Fault(path, times=None, status=200, body=page, content_type="text/html"))

    with pytest.raises(KoreBadAnswer, match="a web page, as of a proxy or portal in between"):
        await kore.sim(SID)


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_page_for_people_is_no_word_on_our_secret(kore, api, status):
    """Nor at the token's endpoint."""
    api.faults.add(Fault("token", times=None, status=status, body=PORTAL, content_type="text/html"))

    with pytest.raises(KoreUnavailable, match=f"something in between.*HTTP {status}"):
        await kore.sim(SID)


def a_page(**row):
    rows = [{"sid": "WN1", "start": "2026-01-05T11:00:00Z"} | row]
    return json.dumps({"data_sessions": rows, "meta": {"next_page_url": None}})


DEEP = '{"data_sessions": ' + "[" * 100_000 + "]" * 100_000 + "}"
NONSENSE = {
    "year 1": a_page(end="0001-01-01T00:00:00+14:00", last_updated="0001-01-01T00:00:00+14:00"),
    "year 9999": a_page(end="9999-12-31T23:59:59-14:00", last_updated="9999-12-31T23:59:59Z"),
    "packets": a_page(packets_uploaded=10**30, packets_downloaded=10**30),
    "surrogate": a_page(operator_name="\ud800"),
    "not a number": '{"data_sessions": [{"start": NaN}], "meta": null}',
    "deep": DEEP,
    "digits": '{"data_sessions": [{"start": ' + "9" * 5000 + "}]}",
    "latin-1": a_page(operator_name="x").replace("x", "\u00e9"),
    "nothing": "",
}
"""Bodies that no SIM has."""


@pytest.mark.parametrize("name", NONSENSE)
async def test_nonsense_is_that_sims(kore, api, clock, name):
    """Whatever the body, a promised error or an answer comes, in front and in the background."""
    api.faults.add(Fault(SID, status=200, body=NONSENSE[name], times=None))
    with suppress(KoreError):
        rows = (await kore.data_sessions(SID)).value

        assert {None} >= {part for row in rows for part in (row.end, row.packets_uploaded)}
    kore.read_scanned(NONSENSE[name].encode(), SID)


async def test_a_body_that_is_not_gzip(wired, live):
    """A body that cannot be unpacked, or is cut off, is KORE's bad answer, not a stack trace."""
    whole = gzip.compress(a_page().encode())
    for body in (b"not gzip", whole[:-9], whole + b"more"):
        fault = {"body": b64encode(body).decode(), "base64": True, "times": 8, "status": 200}
        live.faults.add(Fault("DataSessions", headers={"content-encoding": "gzip"}, **fault))
    kore = wired(retry=RetryPolicy(tries=1))
    with suppress(KoreError):
        await kore.data_sessions(SID)
    with pytest.raises(KoreBadAnswer):
        await kore.data_sessions(SID)


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_a_small_body_that_unpacks_to_a_giant(wired, live, coding):
    """A body is measured as it is unpacked, in front and in the background."""
    pack = gzip.compress if coding == "gzip" else zstandard.compress
    body = b64encode(pack(bytes(64 << 20))).decode()
    answer = Fault(status=200, body=body, base64=True, headers={"content-encoding": coding})
    live.faults.add(replace(answer, path="DataSessions", times=None))
    kore = wired(retry=RetryPolicy(tries=1))
    behind = kore.in_background(at_once=2)
    await kore.sim(SID)
    tracemalloc.start()
    for client in (kore, behind):
        with pytest.raises(KoreError):
            await client.data_sessions(SID)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    await behind.aclose()

    assert peak < 32 << 20


def the_sim(sid):
    body = json.dumps({"sid": sid, "status": "active"}).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


async def test_an_answer_that_nobody_asked_for_is_not_the_next_ones(wired):
    """What comes on an idle connection is thrown away with it, in front and behind."""
    idle = []

    async def serve(reader, writer):
        while line := await head(reader):
            writer.write(the_sim(line.split()[1].decode().rpartition("/")[2]))
            idle.append(writer)
        writer.close()

    async with a_server(serve) as port:
        kore, another = (wired(api_url=f"http://127.0.0.1:{port}", access_token="t") for _ in "ab")
        behind = kore.in_background(at_once=2)
        for client in (kore, behind):
            await client.sim(SID)
            idle[-1].write(the_sim(f"DE{9:032}"))
            await another.sim(SID, fresh=True)  # by then the other has come, too

            assert f"DE{2:032}" == (await client.sim(f"DE{2:032}")).value.sid
        for client in (behind, kore, another):
            await client.aclose()


async def test_long_lists_are_read_a_few_at_once(wired):
    """Each fills the memory: beyond 2 MB the others wait, and all are read in the end."""
    now, most = set(), 0

    async def serve(reader, writer):
        nonlocal most
        while asked := await head(reader):
            sid, token = asked[13:47], asked.partition(b"PageToken=")[2].split()
            page = int(token[0]) if token else 0
            now.add(sid) if page > 3 else None
            most = max(most, len(now))
            now.discard(sid) if page == 9 else None
            await asyncio.sleep(0)
            url = f"https://kore.test/v1/x?PageToken={page + 1}" if page < 9 else None
            told = {"data_sessions": [], "x": "x" * 600_000, "meta": {"next_page_url": url}}
            body = json.dumps(told).encode()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
        writer.close()

    async with a_server(serve) as port:
        kore = wired(api_url=f"http://127.0.0.1:{port}", access_token="t")
        sids = [f"DE{number:032}" for number in range(8)]
        read = await asyncio.gather(*map(kore.data_sessions, sids))

    assert [()] * 8 == [each.value for each in read]
    assert 2 == most
