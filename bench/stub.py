"""A KORE that costs next to nothing, in a process of its own: the floor's server.

`/v1/Sims/x` and `/v1/Sims/x/DataSessions` give one SIM and a page of 50 sessions (27 KB), whatever
SID is asked for; `/v1/Sims?` lists one SIM, or as many as are wished. Sessions are of long ago,
unless they are to be `recent`: then they fill the last four weeks, and the newest is open. Where
the SIMs are to be `limited`, their plan has a data limit: one in twenty is near it.
"""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import uvloop

SID = "DE" + "0" * 31 + "1"
SIM = {"sid": SID, "unique_name": "pump-7", "iccid": "8901260012345678909", "status": "active"}
PLAN = {"sid": "WP" + "0" * 32, "unique_name": "fleet", "data_enabled": True, "data_limit": 1000}
NEAR, ONE_IN = 799 * 10**6, 20


def row(number: int) -> dict[str, object]:
    """Return one data session as KORE does, with the quirks that most rows have."""
    return {
        "sid": None if number % 7 == 0 else f"WN{number:032x}",
        "sim_sid": SID,
        "account_sid": "AC" + "0" * 32,
        "radio_link": "LTE" if number % 5 else "3G",
        "operator_mcc": 310 if number % 3 == 0 else "310",
        "operator_mnc": "260",
        "operator_country": "USA",
        "operator_name": "" if number % 11 == 0 else "T-Mobile USA",
        "cell_id": f"310-260-40482-{number * 37 % 1243}",
        "cell_location_estimate": {}
        if number % 9 == 0
        else {"lat": 37.8828168 + number / 1000, "lon": -122.3684899},
        "packets_uploaded": None if number % 8 == 0 else 246 * number,
        "packets_downloaded": 296 + number,
        "last_updated": f"2026-01-{number % 28 + 1:02d}T12:{number % 60:02d}:07Z",
        "start": f"2026-01-{number % 28 + 1:02d}T11:{number % 60:02d}:31.250Z",
        "end": None if number == 0 else f"2026-01-{number % 28 + 1:02d}T12:{number % 60:02d}:07Z",
        "imei": "014931000129700",
    }


def recent_row(number: int, now: datetime) -> dict[str, object]:
    """Return the same session as it would be of a SIM that is online now."""
    start = now - timedelta(hours=13 * number + 6)
    end = start + timedelta(hours=12, minutes=number % 40)
    told = now - timedelta(minutes=3) if number == 0 else end
    return row(number + 1) | {
        "start": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "end": None if number == 0 else f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "last_updated": f"{told:%Y-%m-%dT%H:%M:%SZ}",
    }


def page(rows: int = 50, now: datetime | None = None) -> bytes:
    """Return a page of sessions, of long ago or as of now."""
    meta = {"key": "data_sessions", "next_page_url": None, "page": 0, "page_size": 50}
    listed = [recent_row(n, now) if now else row(n) for n in range(rows)]
    return json.dumps({"data_sessions": listed, "meta": meta}).encode()


def usage_page(used: int) -> bytes:
    """Return what a SIM used since its month began, in bytes."""
    told = {"sim_sid": SID, "data": {"total": used, "home": {"total": used}}}
    meta = {"key": "usage_records", "next_page_url": None}
    return json.dumps({"usage_records": [told], "meta": meta}).encode()


def sims_page(number: int, sims: int, *, limited: bool = False) -> bytes:
    """Return one page of the list of so many SIMs, a thousand a page."""
    first, last = 1000 * number, min(1000 * (number + 1), sims)
    plan = {"rate_plan_sid": PLAN["sid"]} if limited else {}
    rows = [
        SIM | plan | {"sid": f"DE{n:032x}", "unique_name": f"pump-{n}", "iccid": f"8901260{n:012}"}
        for n in range(first, last)
    ]
    following = f"http://kore/v1/Sims?PageSize=1000&Page={number + 1}" if last < sims else None
    return json.dumps({"sims": rows, "meta": {"key": "sims", "next_page_url": following}}).encode()


def response(body: bytes, status: str = "200 OK", more: str = "") -> bytes:
    """Return an HTTP response of JSON."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{more}"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def _about(answer: bytes, head: bytes) -> bytes:
    """Return the answer for the SIM that is asked for; SIDs are all of one length."""
    if SID.encode() in head:
        return answer
    asked = re.search(rb"/Sims/(DE\w{32})", head)
    return answer.replace(SID.encode(), asked[1]) if asked else answer


TOKEN = response(json.dumps({"access_token": "t", "expires_in": 3600}).encode())
PAGE = response(page())
ONE = response(json.dumps(SIM).encode())
THE_PLAN = response(json.dumps(PLAN).encode())
USED = {is_near: response(usage_page(NEAR if is_near else NEAR // 2)) for is_near in (True, False)}
LIST = response(
    json.dumps({"sims": [SIM], "meta": {"key": "sims", "next_page_url": None}}).encode()
)
TOO_MANY = response(b'{"code":20429}', "429 Too Many Requests", "retry-after: 1\r\n")


def other(line: bytes) -> bytes:
    """Return a plan, what a SIM used, or a SIM."""
    if asked := re.search(rb"/Sims/DE(\w{32})/UsageRecords", line):
        return USED[int(asked[1], 16) % ONE_IN == 0]
    return THE_PLAN if b"/RatePlans/" in line else ONE


class Stub(asyncio.Protocol):
    """Answers by the first line of the request."""

    latency = 0.0
    limit: float | None = None
    sims = 0
    limited = False
    page = PAGE
    left = 0.0
    seen = 0.0
    counts: dict[str, int] = {"asked": 0, "refused": 0, "connections": 0}  # noqa: RUF012 -- shared

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.waiting = b""
        Stub.counts["connections"] += 1

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            head, _, self.waiting = self.waiting.partition(b"\r\n\r\n")
            if head.startswith(b"POST"):
                self.waiting = b""
            answer = self.answer(head)
            if self.latency and not head.startswith(b"POST"):
                asyncio.get_running_loop().call_later(self.latency, self.send, answer)
            else:
                self.send(answer)

    def send(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)  # type: ignore[attr-defined]

    def answer(self, head: bytes) -> bytes:
        if head.startswith(b"POST"):
            return TOKEN
        if head.startswith(b"GET /counts"):
            return response(json.dumps(Stub.counts).encode())
        Stub.counts["asked"] += 1
        if self.limit is not None and not self.allowed():
            Stub.counts["refused"] += 1
            return TOO_MANY
        line = head.partition(b"\r\n")[0]
        if b"/Sims?" in line:
            return self.listed(line)
        return _about(Stub.page if b"/DataSessions" in line else other(line), line)

    def listed(self, line: bytes) -> bytes:
        """Return a page of the list of SIMs."""
        if not Stub.sims:
            return LIST
        asked = re.search(rb"[?&]Page=(\d+)", line)
        page = int(asked[1]) if asked else 0
        return response(sims_page(page, Stub.sims, limited=Stub.limited))

    @classmethod
    def allowed(cls) -> bool:
        """Take one from a bucket of one second's worth."""
        now = asyncio.get_running_loop().time()
        cls.left = min(cls.limit or 0, cls.left + (now - cls.seen) * (cls.limit or 0))
        cls.seen = now
        if cls.left < 1:
            return False
        cls.left -= 1
        return True


async def serve(protocol: type[asyncio.Protocol]) -> None:
    """Serve on a free port, which is printed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def in_a_process(script: str, *words: str) -> Iterator[str]:
    """Run a script that serves for the length of the block; gives the base URL."""
    command = [sys.executable, script, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"  # type: ignore[union-attr]
        finally:
            process.terminate()


@contextmanager
def stub(
    *,
    latency: float = 0.0,
    limit: float | None = None,
    sims: int = 0,
    recent: bool = False,
    limited: bool = False,
) -> Iterator[str]:
    """Serve for the length of the block; gives the base URL. `latency` s, `limit` per second."""
    wished = {"latency": latency, "limit": limit, "sims": sims, "limited": limited}
    with in_a_process(__file__, json.dumps(wished), *(["recent"] if recent else [])) as url:
        yield url


async def counts(url: str) -> dict[str, int]:
    """Ask a stub how many connections there were; KORE's, what was `asked` and `refused` too."""
    async with aiohttp.ClientSession() as session, session.get(f"{url}/counts") as told:
        return json.loads(await told.read())


if __name__ == "__main__":
    for name, value in json.loads(sys.argv[1]).items():
        setattr(Stub, name, value)
    if "recent" in sys.argv:
        Stub.page = response(page(now=datetime.now(UTC)))
    uvloop.run(serve(Stub))
