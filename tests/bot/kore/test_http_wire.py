"""A client in the background over real sockets: the short way is as strict as httpx's own."""

import gzip
import json

import pytest

from bot.emulators.kore.faults import too_many
from bot.kore.errors import KoreDenied, KoreNotFound, KoreUnavailable
from tests.bot.kore.conftest import a_server, paths
from tests.builders import SID, a_session

NOT_READ = {"sid": None, "account_sid": None, "cell_location_estimate": None}


async def behind(wired, **changes):
    return wired(**changes).in_background(at_once=4)


async def test_the_same_rows(wired, live):
    """A scan reads the rows as they are, but for the ids and the place that no verdict asks for."""
    live.add({"sid": SID, "status": "active"}, [a_session().model_dump(mode="json")])
    client = await behind(wired)
    (session,) = (await client.scanned_sessions(SID)).value
    await client.aclose()

    assert a_session().model_copy(update=NOT_READ).model_dump() == session.model_dump()


async def test_one_token_for_both(wired, live):
    """Front and background share one token; one that ran out is renewed, and asked with again."""
    kore = wired()
    client = kore.in_background(at_once=4)
    await kore.sim(SID)
    await client.scanned_sessions(SID)
    live.tokens.expire_all()
    await client.scanned_sessions(SID)
    await client.aclose()
    tokens = [asked for asked in live.requests if "token" in asked.path]

    assert 2 == len(tokens)


async def test_a_token_that_cannot_be_renewed(wired, live):
    """A token of somebody else's care that KORE refuses is KoreDenied."""
    client = await behind(wired, access_token="somebody's")
    with pytest.raises(KoreDenied):
        await client.scanned_sessions(SID)
    await client.aclose()

    assert 1 == len(paths(live))


async def test_no_such_sim(wired, live):
    """A SIM that KORE does not know is KoreNotFound."""
    client = await behind(wired)
    with pytest.raises(KoreNotFound):
        await client.scanned_sessions("DE" + "f" * 32)
    await client.aclose()

    assert 1 == len(paths(live))


async def test_a_429_is_waited_out(wired, live):
    """A 429 is tried again after the time that KORE asks for."""
    live.faults.add(too_many("DataSessions", retry_after="0"))
    client = await behind(wired)
    found = await client.scanned_sessions(SID)
    await client.aclose()

    assert () == found.value
    assert 2 == len(paths(live))


@pytest.mark.parametrize("pack", [gzip.compress, bytes], ids=["gzip", "plain"])
async def test_a_packed_body(wired, pack):
    """A body is unpacked where it came packed."""
    body = pack(json.dumps({"data_sessions": [], "meta": {"next_page_url": None}}).encode())
    coding = b"content-encoding: gzip\r\n" if pack is gzip.compress else b""

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 200 OK\r\n" + coding + b"content-length: %d\r\n\r\n" % len(body)
        writer.write(head + body)
        await writer.drain()
        writer.close()

    async with a_server(serve) as port:
        client = await behind(wired, api_url=f"http://127.0.0.1:{port}", access_token="t")
        found = await client.scanned_sessions(SID)
        await client.aclose()

    assert () == found.value


async def test_a_server_that_is_gone(wired):
    """A server that cannot be reached is KoreUnavailable."""
    async with a_server(lambda _reader, _writer: None) as port:
        address = f"http://127.0.0.1:{port}"
    client = await behind(wired, api_url=address, access_token="t")
    with pytest.raises(KoreUnavailable):
        await client.scanned_sessions(SID)
    await client.aclose()

    assert address.startswith("http://127")
