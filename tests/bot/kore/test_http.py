import asyncio
import gzip
import json
import ssl
from contextlib import suppress

import httpx
import pytest
import trustme

from bot.emulators.kore.faults import too_many
from bot.kore.errors import KoreDenied, KoreNotFound, KoreUnavailable
from bot.kore.http import AiohttpTransport
from bot.kore.requester import RetryPolicy
from bot.proxies import proxy_for
from tests.bot.kore.conftest import a_server, paths
from tests.builders import NO_SUCH_HOST, SID, a_session

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
TIMEOUT = httpx.Timeout(0.2, pool=0.2)


async def head(reader):
    """Read one request's head; empty at the end of the connection."""
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        return await reader.readuntil(b"\r\n\r\n")
    return b""


def answering(*parts, then_close=True, pause=None):
    """Return a server that answers each request with these bytes."""

    async def serve(reader, writer):
        while await head(reader):
            for part in parts:
                writer.write(part)
                await writer.drain()
            if pause is not None:
                await pause.wait()
            if then_close:
                break
        writer.close()

    return serve


async def ask(transport, url, **headers):
    async with httpx.AsyncClient(transport=transport, timeout=TIMEOUT) as client:
        return await client.get(url, headers=headers)


@pytest.fixture
def no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    proxy_for.cache_clear()
    yield
    proxy_for.cache_clear()


FAULTS = {
    "closed before the answer": ([], httpx.RemoteProtocolError),
    "closed inside the body": (
        [b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"],
        httpx.RemoteProtocolError,
    ),
    "closed inside a chunk": (
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf"],
        httpx.RemoteProtocolError,
    ),
    "not HTTP": ([b"220 mail.example ESMTP\r\n\r\n"], httpx.RemoteProtocolError),
    "an endless header": (
        [b"HTTP/1.1 200 OK\r\nx: " + b"a" * 70_000 + b"\r\n\r\n"],
        httpx.RemoteProtocolError,
    ),
    "too long by its own word": (
        [b"HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n"],
        httpx.ReadError,
    ),
    "too long in chunks": (
        [
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            b"3e8\r\n" + b"a" * 1000 + b"\r\n",
            b"3e8\r\n" + b"a" * 1000 + b"\r\n",
        ],
        httpx.ReadError,
    ),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_bad_answer(name):
    """What a server does wrong is told as the error that httpx's own transport would raise."""
    parts, expected = FAULTS[name]
    async with a_server(answering(*parts)) as port:
        with pytest.raises(expected) as caught:
            await ask(AiohttpTransport(max_bytes=1500), f"http://127.0.0.1:{port}/")

    assert expected is type(caught.value)


@pytest.mark.parametrize("parts", [[], [b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"]])
async def test_silence(parts):
    """A server that stalls, before or inside the body, is a read time-out."""
    pause = asyncio.Event()
    async with a_server(answering(*parts, pause=pause)) as port:
        with pytest.raises(httpx.ReadTimeout):
            await ask(AiohttpTransport(), f"http://127.0.0.1:{port}/")
        pause.set()


async def test_nobody_there():
    """A refused connection is a connect error."""
    async with a_server(answering()) as port:
        free = port

    with pytest.raises(httpx.ConnectError):
        await ask(AiohttpTransport(), f"http://127.0.0.1:{free}/")


async def test_no_such_name():
    """A name that does not resolve is a connect error."""
    with pytest.raises(httpx.ConnectError):
        await ask(AiohttpTransport(), f"http://{NO_SUCH_HOST}/")


async def test_an_untrusted_certificate():
    """A certificate that nobody vouches for is a connect error; a trusted one is fine."""
    authority = trustme.CA()
    mine = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(mine)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with a_server(answering(OK), ssl=mine) as port:
        url = f"https://127.0.0.1:{port}/"
        with pytest.raises(httpx.ConnectError):
            await ask(AiohttpTransport(), url)

        assert "ok" == (await ask(AiohttpTransport(tls=trusting), url)).text


async def test_waiting_for_a_place_is_told_from_waiting_for_the_network():
    """With every place taken it is a pool time-out, although the network is fine."""
    pause = asyncio.Event()
    async with a_server(answering(pause=pause)) as port:
        url = f"http://127.0.0.1:{port}/"
        transport = AiohttpTransport(max_connections=1)
        async with httpx.AsyncClient(transport=transport) as client:
            holder = asyncio.create_task(client.get(url, timeout=httpx.Timeout(5)))
            await asyncio.sleep(0.05)
            with pytest.raises(httpx.PoolTimeout):
                await client.get(url, timeout=httpx.Timeout(5, pool=0.05))
            holder.cancel()
            with suppress(asyncio.CancelledError):
                await holder
        pause.set()


async def test_a_cancelled_request_gives_its_place_back():
    """After a cancel the next request goes through the same pool."""
    pause = asyncio.Event()
    silent = answering(pause=pause)
    lively = answering(OK)
    turns = iter((silent, lively))

    async def serve(reader, writer):
        await next(turns)(reader, writer)

    async with a_server(serve) as port:
        url = f"http://127.0.0.1:{port}/"
        async with httpx.AsyncClient(transport=AiohttpTransport(max_connections=1)) as client:
            lost = asyncio.create_task(client.get(url))
            await asyncio.sleep(0.05)
            lost.cancel()
            with suppress(asyncio.CancelledError):
                await lost

            assert "ok" == (await client.get(url)).text
        pause.set()


async def test_a_connection_closed_in_between():
    """A kept connection that the server has closed meanwhile is replaced without a word."""
    async with a_server(answering(OK)) as port:
        url = f"http://127.0.0.1:{port}/"
        async with httpx.AsyncClient(transport=AiohttpTransport()) as client:
            said = [(await client.get(url)).text for _ in range(3)]

    assert ["ok"] * 3 == said


async def test_what_is_asked_goes_out_as_it_is():
    """An encoded path and an odd query reach the server letter by letter."""
    target = "/v1/Sims/a%2Fb%3F/x?PageToken=a%2Fb+c%3D%3D&q=%C3%A9"
    seen = []

    async def serve(reader, writer):
        seen.append(await head(reader))
        writer.write(OK)
        writer.close()

    async with a_server(serve) as port:
        await ask(AiohttpTransport(), f"http://127.0.0.1:{port}{target}")

    assert target.encode() == seen[0].split(b" ")[1]


async def test_a_long_header_is_fine():
    """A header of 12 KB is read; gateways send such."""
    long = b"HTTP/1.1 200 OK\r\nx: " + b"a" * 12_000 + b"\r\ncontent-length: 2\r\n\r\nok"
    async with a_server(answering(long)) as port:
        assert "ok" == (await ask(AiohttpTransport(), f"http://127.0.0.1:{port}/")).text


async def test_a_packed_body():
    """A gzipped body comes out unpacked, once."""
    body = gzip.compress(b'{"a":1}')
    head_ = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(body)
    async with a_server(answering(head_ + body)) as port:
        assert {"a": 1} == (await ask(AiohttpTransport(), f"http://127.0.0.1:{port}/")).json()


async def test_a_redirect_is_not_followed():
    """A redirect is an answer like any other: the token goes nowhere else."""
    away = b"HTTP/1.1 302 Found\r\nlocation: http://elsewhere.test/\r\ncontent-length: 0\r\n\r\n"
    async with a_server(answering(away)) as port:
        assert 302 == (await ask(AiohttpTransport(), f"http://127.0.0.1:{port}/")).status_code


async def test_through_a_proxy(no_proxy, monkeypatch):
    """The proxy that the environment names gets the whole URL."""
    seen = []

    async def serve(reader, writer):
        seen.append(await head(reader))
        writer.write(OK)
        writer.close()

    async with a_server(serve) as port:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        await ask(AiohttpTransport(), "http://kore.invalid/v1/Sims")

    assert b"http://kore.invalid/v1/Sims" == seen[0].split(b" ")[1]


async def test_a_proxy_that_is_not_there(no_proxy, monkeypatch):
    """A proxy that refuses is a proxy error, not KORE's fault."""
    async with a_server(answering()) as port:
        free = port
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free}")

    with pytest.raises(httpx.ProxyError):
        await ask(AiohttpTransport(), "http://kore.invalid/")


async def test_this_machine_is_reached_without_a_proxy(no_proxy, monkeypatch):
    """A stand-in on this machine is never asked for through a proxy elsewhere."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    async with a_server(answering(OK)) as port:
        assert "ok" == (await ask(AiohttpTransport(), f"http://127.0.0.1:{port}/")).text


NOT_READ = {"sid": None, "account_sid": None, "cell_location_estimate": None}


async def behind(wired, **changes):
    return wired(**changes).in_background(at_once=4)


async def test_the_same_rows(wired, live):
    """A scan reads the rows as they are, but for the ids and the place that no verdict asks for."""
    live.add({"sid": SID, "status": "active"}, [a_session().model_dump(mode="json")])
    client = await behind(wired)
    (session,) = client.read_scanned(await client.scanned_page(SID), SID).rows
    await client.aclose()

    assert a_session().model_copy(update=NOT_READ) == session.in_full()


async def test_one_token_for_both(wired, live):
    """Front and background share one token; one that ran out is renewed, and asked with again."""
    kore = wired()
    client = kore.in_background(at_once=4)
    await kore.sim(SID)
    await client.data_sessions(SID)
    live.tokens.expire_all()
    await client.data_sessions(SID)
    await client.aclose()
    tokens = [asked for asked in live.requests if "token" in asked.path]

    assert 2 == len(tokens)


async def test_a_token_that_cannot_be_renewed(wired, live):
    """A token of somebody else's care that KORE refuses is KoreDenied."""
    client = await behind(wired, access_token="somebody's")
    with pytest.raises(KoreDenied):
        await client.data_sessions(SID)
    await client.aclose()

    assert 1 == len(paths(live))


async def test_no_such_sim(wired, live):
    """A SIM that KORE does not know is KoreNotFound."""
    client = await behind(wired)
    with pytest.raises(KoreNotFound):
        await client.data_sessions("DE" + "f" * 32)
    await client.aclose()

    assert 1 == len(paths(live))


async def test_a_429_is_waited_out(wired, live):
    """A 429 is tried again after the time that KORE asks for."""
    live.faults.add(too_many("DataSessions", retry_after="0"))
    client = await behind(wired)
    found = await client.data_sessions(SID)
    await client.aclose()

    assert () == found.value
    assert 2 == len(paths(live))


@pytest.mark.parametrize("pack", [gzip.compress, bytes], ids=["gzip", "plain"])
async def test_a_packed_page_in_the_background(wired, pack):
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
        found = await client.data_sessions(SID)
        await client.aclose()

    assert () == found.value


async def test_a_server_that_is_gone(wired):
    """A server that cannot be reached is KoreUnavailable."""
    async with a_server(lambda _reader, _writer: None) as port:
        address = f"http://127.0.0.1:{port}"
    client = await behind(wired, api_url=address, access_token="t")
    with pytest.raises(KoreUnavailable):
        await client.data_sessions(SID)
    await client.aclose()

    assert address.startswith("http://127")


async def why_not(wired, **changes):
    """Return what the asker reads where KORE cannot be reached."""
    kore = wired(access_token="t", retry=RetryPolicy(tries=1), **changes)
    with pytest.raises(KoreUnavailable) as caught:
        await kore.sim(SID)
    return caught.value.sentence


async def test_the_cause_is_named(wired, no_proxy, monkeypatch):
    """What an admin can mend on the way to KORE is said."""
    authority, mine = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(mine)
    said = [await why_not(wired, api_url=f"http://{NO_SUCH_HOST}")]
    async with a_server(answering(OK), ssl=mine) as port:
        said.append(await why_not(wired, api_url=f"https://127.0.0.1:{port}"))
    async with a_server(answering(OK)) as port:
        free = port
    wants = b"HTTP/1.1 407 Who\r\ncontent-length: 0\r\n\r\n"
    async with a_server(answering(wants)) as port:
        for proxy in (free, port):
            monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy}")
            proxy_for.cache_clear()
            said.append(await why_not(wired, api_url="http://kore.invalid"))

    causes = (
        "its host name is not found (DNS)",
        "its certificate is not trusted here",
        "the proxy in between fails",
        "the proxy in between wants a password",
    )
    assert [f"KORE cannot be reached: {cause}. " for cause in causes] == [
        sentence.partition("Tell an admin")[0] for sentence in said
    ]
