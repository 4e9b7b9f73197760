"""The server over HTTP on a real socket, asked by the SDK's client and by whoever has no token."""

import asyncio
import json

import httpx2
import pytest

from bot.app.mcp import serving_http
from bot.errors import StartError
from bot.mcp import transports
from tests.bot.mcp.conftest import (
    ABOUT_PUMP_7,
    TOKENS,
    given_up,
    noted,
    refused,
    serving,
    settings_of,
    told,
)

MANY = 50
BEARER = {"Authorization": f"Bearer {TOKENS['oncall']}"}
JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "curl", "version": "0"},
    },
}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_every_tool_answers(served, mode):
    """Clients new and old list the tools and call each of them; errors come as answers too."""
    async with served.connect(mode=mode) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        answers = {name: await told(client, name, **asked) for name, asked in ABOUT_PUMP_7.items()}
        error = await refused(client, "look_up_sim", sim="pmp-7")
        uri = f"simsessions://sims/{answers['look_up_sim']['sim']['sid']}"
        report = json.loads((await client.read_resource(uri)).contents[0].text)

    assert names == set(answers)
    assert "barred_after_flapping" == report["cause"] == answers["look_up_sim"]["cause"]
    assert "sim_not_found" == error["kind"]


async def test_each_token_sees_what_it_may(served):
    """One token sees all, another at the same time no number of card or device."""
    async with served.connect() as full, served.connect(TOKENS["partner"], "legacy") as partner:
        whole = await told(full, "look_up_sim", sim="pump-7")
        shown = await told(partner, "look_up_sim", sim="pump-7")

    assert whole["sim"]["iccid"].isdigit()
    assert "redacted" == shown["sim"]["iccid"] == shown["last_session"]["imei"]


REFUSED = (
    ({}, 401),
    ({"Authorization": "Bearer wrong-token-of-32-characters-or-more"}, 401),
    ({"Authorization": f"Bearer {TOKENS['oncall']}x"}, 401),
    ({"Authorization": f"Basic {TOKENS['oncall']}"}, 401),
    ({"Authorization": "Bearer"}, 401),
    ({"Authorization": "Bearer \xe9"}, 401),
    (BEARER | {"Origin": "https://evil.example"}, 403),
    (BEARER | {"Origin": "http://localhost:3000"}, 403),
    (BEARER | {"Origin": "null"}, 403),
    (BEARER | {"Host": "evil.example"}, 421),
    (BEARER | {"Host": "localhost.evil.example:3100"}, 421),
    (BEARER | {"Host": "evil.example:127"}, 421),
    (BEARER | {"Host": "::1"}, 421),
    (BEARER | {"Host": "[::2]:3100"}, 421),
    (BEARER | {"Host": "localhost@evil.example"}, 421),
    (BEARER | {"Host": ""}, 421),
)


@pytest.mark.parametrize("version", [{}, {"MCP-Protocol-Version": "2026-07-28"}])
async def test_who_has_no_token_or_is_foreign_is_refused(served, version):
    """Without a token, with a wrong one, from a foreign page or by a foreign name: nothing."""
    async with httpx2.AsyncClient() as web:
        for headers, status in REFUSED:
            for method in ("POST", "GET", "DELETE"):
                sent = {k: v.encode("latin-1") for k, v in (JSON | version | headers).items()}
                answer = await web.request(method, served.url, headers=sent, json=CALL)
                assert status == answer.status_code, (method, headers)
                assert {"error"} == set(answer.json())
                assert TOKENS["oncall"] not in answer.text


async def test_who_is_known_is_let_in(served):
    """The names and pages that are set are let in, and nothing is served beside the one path."""
    async with httpx2.AsyncClient(headers=JSON | BEARER) as web:
        hosts = ("mcp.example.com", "MCP.EXAMPLE.COM:1", "LocalHost:99", "[::1]", "[::1]:3100")
        hosts += ("[2001:db8::1]:3100", "[2001:DB8::1]")
        named = [await web.post(served.url, headers={"Host": h}, json=CALL) for h in hosts]
        page = {"Origin": "https://tools.example.com"}
        from_page = await web.post(served.url, headers=page, json=CALL)
        before = {"Access-Control-Request-Method": "POST", "Authorization": ""}
        before |= {"Access-Control-Request-Headers": "authorization,mcp-session-id"}
        preflight = await web.options(served.url, headers=page | before)
        beside = [await web.get(served.url.replace("/mcp", path)) for path in ("/", "/metrics")]

    assert [200] * 8 == [each.status_code for each in (*named, from_page)]
    assert "mcp-session-id" == from_page.headers["access-control-expose-headers"]
    assert "https://tools.example.com" == preflight.headers["access-control-allow-origin"]
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    assert [404, 404] == [each.status_code for each in beside]


async def test_the_sdks_client_is_refused_too(served):
    """A session without a token, or with a wrong one, does not begin."""
    for token in (None, "x" * 40):
        for mode in ("auto", "legacy"):
            with pytest.RaisesGroup(Exception, flatten_subgroups=True, allow_unwrapped=True):
                async with served.connect(token, mode) as client:
                    await client.list_tools()


async def test_a_session_is_its_makers(served):
    """A session's id is of no use with another token."""
    async with httpx2.AsyncClient(headers=JSON) as web:
        begun = await web.post(served.url, headers=BEARER, json=CALL)
        session = {"Mcp-Session-Id": begun.headers["mcp-session-id"]}
        other = {"Authorization": f"Bearer {TOKENS['partner']}"}
        listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
        stolen = await web.post(served.url, headers=session | other, json=listing)
        own = await web.post(served.url, headers=session | BEARER, json=listing)

    assert (404, 200) == (stolen.status_code, own.status_code)


async def test_a_token_that_begins_many_sessions_ends_its_own(served, monkeypatch):
    """Beyond its share the session that it used least lately ends; another token's go on."""
    monkeypatch.setattr(transports, "MOST_SESSIONS", 3)
    listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
    partner = {"Authorization": f"Bearer {TOKENS['partner']}"}
    async with httpx2.AsyncClient(headers=JSON) as web:

        async def status(token, session):
            told = token | {"Mcp-Session-Id": session}
            return (await web.post(served.url, headers=told, json=listing)).status_code

        async def begin(token):
            begun = await web.post(served.url, headers=token, json=CALL)
            return begun.headers["mcp-session-id"]

        others = await begin(partner)
        own = [await begin(BEARER) for _ in range(3)]
        used = await status(BEARER, own[0])
        own += [await begin(BEARER) for _ in range(2)]
        left = [await status(BEARER, each) for each in own]

        assert (200, [200, 404, 404, 200, 200]) == (used, left)
        assert 200 == await status(partner, others)


async def test_what_is_no_request_is_refused(served):
    """A body that is no JSON, of another type, or too large, is an error and no more."""
    async with httpx2.AsyncClient(headers=BEARER | JSON) as web:
        garbage = await web.post(served.url, content=b"{")
        text = await web.post(served.url, content=b"x", headers={"Content-Type": "text/plain"})
        large = await web.post(served.url, content=b"[" + b" " * (1 << 20) + b"]")

    assert [400, 400, 413] == [garbage.status_code, text.status_code, large.status_code]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_fifty_calls_at_once(served, mode):
    """Fifty calls over one session are all answered, each with its own SIM."""
    names = ["pump-7", "truck-42"] * (MANY // 2)
    async with served.connect(mode=mode) as client:
        answers = await asyncio.gather(*(told(client, "look_up_sim", sim=name) for name in names))

    assert names == [answer["sim"]["unique_name"] for answer in answers]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_cancelled_call_comes_to_nothing(kore, tmp_path, mode):
    """What a client gives up is answered to nobody and noted nowhere; its session goes on."""
    async with serving(kore, tmp_path) as server, server.connect(mode=mode) as client:
        await given_up(client, kore)

    assert ["truck-42", "pump-7"] == await noted(kore, tmp_path)


async def test_a_port_that_is_taken_is_said(kore, tmp_path, served):
    """Where the port is taken one sentence says so, and what to do."""
    port = int(served.url.split(":")[2].partition("/")[0])
    settings = settings_of(kore.settings, tmp_path)
    with pytest.raises(StartError, match="choose another --port"):
        async with serving_http(settings, "0", port=port):
            pass
