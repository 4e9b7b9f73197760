"""Incidents to others: what is sent, how it is signed, and to whom never."""

import asyncio
import hashlib
import hmac
import json
import re
import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from aiohttp.abc import AbstractResolver

import bot.alerts.webhook
from bot.alerts.alert import Alert
from bot.alerts.incident import DownSim, Event, EventKind, Incident
from bot.alerts.webhook import WebhookFailed, Webhooks, body_for, is_internal, news_of, summary_of
from bot.diagnosis.contrast import Trait
from bot.diagnosis.rule import Severity
from bot.digests.subscription import Selection, SelectionKind
from bot.setting_entries import PAGERDUTY, WebhookTarget, parse_targets
from tests.bot.alerts.receiver import receiving, status
from tests.bot.kore.conftest import a_server
from tests.bot.kore.test_http import answering
from tests.bot.slack.test_client_proxy import in_clear
from tests.builders import NO_SUCH_HOST
from tests.fakes import FakeClock

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
KEY = "R0UT1NGKEY"
SECRET = "shared-secret"
ALERT = Alert(
    id="a1",
    team="T0ACMEIOT",
    channel="C0FLEETOP",
    name="Wells",
    made_by="U0ANA0001",
    made_at=NOW,
    selection=Selection(SelectionKind.PATTERN, "well-*"),
    webhook="ops",
)
WELLS = tuple(
    DownSim(f"DE{n:032x}", f"well-{n}", NOW - timedelta(minutes=20), NOW) for n in range(1, 8)
)
INCIDENT = Incident(
    id="i1",
    alert="a1",
    team="T0ACMEIOT",
    channel="C0FLEETOP",
    family="silent",
    rule="common_outage",
    title="Several SIMs fell silent together",
    severity=Severity.CRITICAL,
    worst=Severity.CRITICAL,
    members=WELLS,
    opened_at=NOW,
    first_at=NOW - timedelta(minutes=20),
    trait=Trait.CELL,
    value="334-020-2301-41207",
    seq=2,
)


def event(kind, n=1):
    return Event(n, NOW, kind)


def news(*kinds, incident=INCIDENT):
    return news_of(ALERT, incident, [event(kind) for kind in kinds or (EventKind.OPENED,)])


def webhooks(url, *, internal=True, resolver=None, **more):
    target = WebhookTarget("ops", url, **({"secret": SECRET} | more))
    return Webhooks({"ops": target}, FakeClock(), internal=internal, resolver=resolver)


async def test_plain_json_signed():
    """The receiver can check who sent it, when, and whether it came before."""
    async with receiving() as receiver:
        await webhooks(f"{receiver.base}/sims").send("ops", news())
    ((headers, body),) = receiver.requests
    signed = headers["x-simsessions-timestamp"].encode() + b"." + body
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    told = json.loads(body)

    assert f"v1={expected}" == headers["x-simsessions-signature"]
    assert ("/sims", "i1-2", "application/json") == (
        headers["path"],
        headers["idempotency-key"],
        headers["content-type"],
    )
    assert ("opened", 7, "critical", "Wells") == (
        told["event"],
        told["incident"]["down"],
        told["incident"]["severity"],
        told["incident"]["alert"],
    )
    assert "well-7" in str(told["incident"]["sims"])


async def test_pagerdutys_form():
    """Triggered, acknowledged and resolved under one dedup_key."""
    kinds = (EventKind.OPENED, EventKind.GREW, EventKind.TAKEN, EventKind.RESOLVED)
    async with receiving() as receiver:
        for kind in kinds:
            await webhooks(receiver.base, routing_key=KEY, secret="").send("ops", news(kind))
    bodies = [json.loads(body) for _, body in receiver.requests]
    payload = bodies[0]["payload"]

    assert ["trigger", "trigger", "acknowledge", "resolve"] == [b["event_action"] for b in bodies]
    assert {("i1", KEY)} == {(b["dedup_key"], b["routing_key"]) for b in bodies}
    assert ("critical", "simsessions", "334-020-2301-41207", "2026-01-05T12:00:00Z") == (
        payload["severity"],
        payload["source"],
        payload["component"],
        payload["timestamp"],
    )
    assert "7 SIMs: Several SIMs fell silent together (well-1, well-2" in payload["summary"]
    assert payload["summary"].endswith("and 2 more)")
    assert {"routing_key", "event_action", "dedup_key"} == set(bodies[-1])
    assert "x-simsessions-signature" not in receiver.requests[0][0]


def test_which_news_it_is():
    """Of what happens at once the gravest; what others need not know by name is an update."""
    for kinds, action in (
        ((EventKind.OPENED,), "opened"),
        ((EventKind.GREW, EventKind.BACK), "updated"),
        ((EventKind.TAKEN,), "acknowledged"),
        ((EventKind.TAKEN, EventKind.RESOLVED), "resolved"),
        ((EventKind.MERGED,), "resolved"),
        ((EventKind.REOPENED, EventKind.GREW), "opened"),
        ((EventKind.ESCALATED,), "updated"),
    ):
        assert action == news(*kinds)["event"], kinds
    assert "1 SIM: " in summary_of(
        news(incident=Incident(**_fields(members=WELLS[:1])))["incident"]
    )


def _fields(**changes):
    return {name: getattr(INCIDENT, name) for name in INCIDENT.__struct_fields__} | changes


@pytest.mark.parametrize(
    ("answer", "why", "is_final", "wait"),
    [
        (status(500), "HTTP 500", False, 0),
        (status(429, "Retry-After: 30"), "HTTP 429", False, 30),
        (status(503, "Retry-After: 999999"), "HTTP 503", False, 600),
        (status(400), "HTTP 400", True, 0),
        (status(403), "HTTP 403", False, 0),
        (status(302, "Location: /elsewhere"), "HTTP 302", False, 0),
        (b"nonsense\r\n\r\n", "the connection broke off (ClientResponseError)", False, 0),
        (b"", "no answer in time", False, 0),
    ],
)
async def test_what_is_a_failure(monkeypatch, answer, why, is_final, wait):
    """Whatever is no 2xx, soon; and a redirect leads nowhere."""
    monkeypatch.setattr(bot.alerts.webhook, "SECONDS", 2.0 if answer else 0.2)
    async with receiving([answer]) as receiver:
        with pytest.raises(WebhookFailed) as raised:
            await webhooks(receiver.base).send("ops", news())

    assert (why, is_final, wait) == (raised.value.why, raised.value.is_final, raised.value.wait)
    assert 1 == len(receiver.requests)


@pytest.mark.parametrize(
    ("header", "forever"), [(b"Connection: close", b"x" * 65536), (b"Content-Length: 9", b"")]
)
async def test_the_status_says_all(header, forever):
    """An answer that is huge, or cut short behind it, is left where it is."""
    answer = b"HTTP/1.1 200 X\r\n" + header + b"\r\n\r\n"
    async with receiving([answer], forever=forever) as receiver:
        await webhooks(receiver.base).send("ops", news())

    assert 1 == len(receiver.requests)


class Names(AbstractResolver):
    """Answers each look-up with the next of these addresses."""

    def __init__(self, *addresses):
        self._addresses = list(addresses)

    async def resolve(self, host, port=0, family=socket.AF_INET):
        family = socket.AF_INET6 if ":" in self._addresses[0] else socket.AF_INET
        about = {"hostname": host, "port": port, "family": family, "proto": 0, "flags": 0}
        return [about | {"host": self._addresses.pop(0)}]

    async def close(self):
        pass


@pytest.mark.parametrize(
    ("url", "resolver"),
    [
        ("https://127.0.0.1:{port}/", None),
        ("https://localhost:{port}/", None),
        ("https://[::ffff:127.0.0.1]:{port}/", None),
        ("https://rebound.example:{port}/", Names("127.0.0.1")),
        ("https://rebound.example:{port}/", Names("169.254.169.254")),
        ("https://rebound.example:{port}/", Names("::ffff:10.0.0.1")),
    ],
)
async def test_nothing_is_connected_inside(url, resolver):
    """Not by its address, not by a name; what a name meant a moment ago does not count."""
    async with receiving() as receiver:
        port = receiver.base.rpartition(":")[2]
        with pytest.raises(WebhookFailed, match="an internal address"):
            await webhooks(url.format(port=port), internal=False, resolver=resolver).send(
                "ops", news()
            )

    assert 0 == receiver.connections


async def test_what_is_not_sent_at_all():
    """Without TLS, and to a target that the settings no longer name."""
    async with receiving() as receiver:
        with pytest.raises(WebhookFailed, match="not https"):
            await webhooks(receiver.base, internal=False).send("ops", news())
        with pytest.raises(WebhookFailed, match="no such target"):
            await webhooks(receiver.base).send("pager", news())

    assert 0 == receiver.connections


@pytest.mark.parametrize("host", ["a..example", "a" * 64, "a:99999", "a:x"])
async def test_a_host_that_cannot_be_looked_up(host):
    """A setting that is wrong fails like anything else, with nothing of the address in it."""
    with pytest.raises(WebhookFailed, match="Error"):
        await webhooks(f"https://{host}").send("ops", news())


async def test_why_it_cannot_be_reached():
    """A certificate, TLS and a name that is none are told apart in the log."""
    mine = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(mine)
    async with a_server(answering(), ssl=mine) as port:
        with pytest.raises(WebhookFailed, match="certificate is not trusted"):
            await webhooks(f"https://127.0.0.1:{port}").send("ops", news())
    async with a_server(in_clear) as port:
        with pytest.raises(WebhookFailed, match="no TLS connection"):
            await webhooks(f"https://127.0.0.1:{port}").send("ops", news())
    with pytest.raises(WebhookFailed, match="name is not found"):
        await webhooks(f"https://{NO_SUCH_HOST}").send("ops", news())


@pytest.mark.parametrize("routing_key", ["", KEY], ids=["plain", "pagerduty"])
def test_what_hides_or_reorders_is_left_out(routing_key):
    """Of names as KORE has them; half a surrogate pair would be no JSON to many a receiver."""
    odd = news()
    odd["incident"]["title"] = "no\u202e news\ud800\0"
    odd["incident"]["sims"][0]["name"] = "pump\u2066-7\x1b[1m"
    body = body_for(WebhookTarget("ops", "https://a.example", SECRET, routing_key), odd).decode()

    assert not [each for each in "\u202e\u2066\0\x1b" if each in body]
    assert [] == re.findall(r"\\u", body)
    assert "no news�" in body
    assert "pump-7 [1m" in body


async def test_behind_a_proxy_what_is_inside_is_refused_too(monkeypatch):
    """The proxy connects; a name that is known to lead inside is not given to it."""
    async with receiving() as proxy:
        monkeypatch.setattr(bot.alerts.webhook, "proxy_for", lambda _origin: proxy.base)
        for url in ("https://10.0.0.1/", "https://localhost/"):
            with pytest.raises(WebhookFailed, match="an internal address"):
                await webhooks(url, internal=False).send("ops", news())

    assert 0 == proxy.connections


def test_which_addresses_are_inside():
    """Whatever is not out in the world, also inside an IPv6 address; and what is no address."""
    inside = (
        *("10.1.2.3", "172.16.0.1", "192.168.1.1", "127.0.0.1", "0.0.0.0", "169.254.169.254"),
        *("100.64.0.1", "100.100.100.200", "192.0.0.192", "168.63.129.16", "224.0.0.1"),
        *("240.0.0.1", "255.255.255.255", "198.18.0.1", "203.0.113.1", "::1", "::"),
        *("fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:0a00:0001::1", "localhost"),
    )
    outside = ("93.184.216.34", "8.8.8.8", "2606:4700::6810:84e5", "::ffff:8.8.8.8")

    assert [] == [each for each in inside if not is_internal(each)]
    assert [] == [each for each in outside if is_internal(each)]


def test_how_targets_are_written():
    """One behind the other or in lines; what is secret stands in no repr."""
    text = (
        f"ops=https://hooks.example.com/s3cr3t secret={SECRET}; oncall=pagerduty routing_key={KEY}"
    )
    ops, oncall = parse_targets(text)

    assert ("ops", "https://hooks.example.com/s3cr3t", SECRET) == (ops.name, ops.url, ops.secret)
    assert ("oncall", PAGERDUTY, KEY) == (oncall.name, oncall.url, oncall.routing_key)
    assert (ops, oncall) == parse_targets("# ours\n" + text.replace("; ", "\n") + "\n")
    assert not [word for word in (SECRET, KEY, "s3cr3t") if word in repr((ops, oncall))]


@pytest.mark.parametrize(
    "text",
    [
        f"https://hooks.example.com/ secret={SECRET}",
        "ops=ftp://hooks.example.com/ secret=s3cr3t",
        "ops=https://me:s3cr3t@hooks.example.com/ secret=s3cr3t",
        "ops=https://hooks.example.com/s3cr3t",
        "ops=pagerduty secret=s3cr3t",
        "ops=https://a.example/ s3cr3t",
        "ops=https://[::1/s3cr3t secret=s3cr3t",
        "ops=https://me:s3cr3t@hos\u2100t/ secret=s3cr3t",
        "ops=https://a..example/s3cr3t secret=s3cr3t",
        "ops=https://a.example:99999/s3cr3t secret=s3cr3t",
        "ops=https://a.example:s3cr3t/ secret=s3cr3t",
        "ops=https://a.example/ secret=s3cr3t; OPS=https://b.example/ secret=s3cr3t",
        "ops=",
    ],
)
def test_how_they_are_not_written(text):
    """Each says what is wrong, and none of them what is secret."""
    with pytest.raises(ValueError, match=r"\w") as raised:
        parse_targets(text)

    assert not [word for word in (SECRET, "s3cr3t") if word in str(raised.value)]


async def test_two_at_once_do_not_wait_for_each_other(monkeypatch):
    """A receiver that is slow holds up nobody else's news."""
    monkeypatch.setattr(bot.alerts.webhook, "SECONDS", 0.5)
    async with receiving([b""]) as slow, receiving() as quick:
        late = asyncio.ensure_future(webhooks(slow.base).send("ops", news()))
        await webhooks(quick.base).send("ops", news())

        assert not late.done()
        with pytest.raises(WebhookFailed):
            await late
