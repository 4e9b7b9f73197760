"""Incidents to others: what is sent of them, signed, and only to addresses out in the world.

    X-Simsessions-Timestamp   epoch seconds of this try
    X-Simsessions-Signature   v1=<hex HMAC-SHA256 by the target's secret over `timestamp.body`>
    Idempotency-Key           the same for each try of one piece of news

PagerDuty's Events v2: https://developer.pagerduty.com/docs/events-api-v2-overview
"""

import asyncio
import hmac
import ipaddress
import logging
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver

from bot.alerts.alert import Alert
from bot.alerts.incident import Event, EventKind, Incident
from bot.clock import Backoff, Clock, iso, read_retry_after
from bot.errors import BotError
from bot.hygiene import harmless_json
from bot.proxies import origin_of, proxy_for, why_no_answer
from bot.setting_entries import WebhookTarget
from bot.store.database import Transaction
from bot.store.jobs import JobQueue, NewJob

KIND = "webhook"
MOST_SIMS = 100
SUMMARY = 1024
SECONDS = 10.0
MOST_WAIT = 600.0
REST = Backoff(first=5.0, longest=60.0)
OPENED, UPDATED, ACKNOWLEDGED, RESOLVED = "opened", "updated", "acknowledged", "resolved"
_ACTIONS = {
    EventKind.RESOLVED: RESOLVED,
    EventKind.MERGED: RESOLVED,
    EventKind.OPENED: OPENED,
    EventKind.REOPENED: OPENED,
    EventKind.TAKEN: ACKNOWLEDGED,
}
"""What others are told; everything else is an update."""
_TO_PAGERDUTY = {OPENED: "trigger", UPDATED: "trigger", ACKNOWLEDGED: "acknowledge"}
_NEVER = frozenset({400, 405, 410, 411, 413, 414, 415, 422})
"""Statuses after which the same body has no better luck."""
log = logging.getLogger(__name__)

Json = dict[str, Any]


def news_of(alert: Alert, incident: Incident, events: Sequence[Event]) -> Json:
    """Return what a webhook gets of an incident, as plain JSON: names and SIDs, no card numbers.

    The gravest of what happened at once says which news it is.
    """
    actions = [_ACTIONS.get(event.kind, UPDATED) for event in events]
    action = next(each for each in (RESOLVED, OPENED, ACKNOWLEDGED, UPDATED) if each in actions)
    return {
        "version": 1,
        "event": action,
        "id": f"{incident.id}-{incident.seq}",
        "at": iso(events[-1].at),
        "incident": _incident(alert, incident),
    }


def _incident(alert: Alert, incident: Incident) -> Json:
    sims = sorted(incident.members, key=lambda member: (not member.is_down, member.name))
    return {
        "id": incident.id,
        "alert": alert.name,
        "account": incident.account or None,
        "channel": incident.channel,
        "url": f"https://slack.com/app_redirect?team={incident.team}&channel={incident.channel}",
        "state": incident.state.value,
        "severity": incident.severity.name.lower(),
        "rule": incident.rule,
        "title": incident.title,
        "next_step": incident.next_step,
        "shared": {"trait": incident.trait, "value": incident.value} if incident.trait else None,
        "since": iso(incident.first_at),
        "opened_at": iso(incident.opened_at),
        "taken_by": incident.taken_by,
        "resolved_at": iso(incident.resolved_at),
        "down": len(incident.down),
        "sims": [
            {
                "sid": each.sid,
                "name": each.name,
                "since": iso(each.since),
                "back_at": iso(each.back_at),
            }
            for each in sims[:MOST_SIMS]
        ],
        "more_sims": max(0, len(sims) - MOST_SIMS),
    }


async def queue_webhook(
    queue: JobQueue, alert: Alert, incident: Incident, events: Sequence[Event], tx: Transaction
) -> None:
    """Queue the news for the alert's webhook, if any, in the transaction of what happened."""
    if alert.webhook is None:
        return
    key = f"{KIND} {alert.webhook} {incident.id} {incident.seq:06}"
    args = {"target": alert.webhook, "news": news_of(alert, incident, events)}
    await queue.add(NewJob(KIND, key, args), tx=tx)


def body_for(target: WebhookTarget, news: Json) -> bytes:
    """Return the body in the target's form; the same for each try."""
    said = _to_pagerduty(target, news) if target.routing_key else news
    return harmless_json(said)[1].encode()


def _to_pagerduty(target: WebhookTarget, news: Json) -> Json:
    incident = news["incident"]
    about: Json = {
        "routing_key": target.routing_key,
        "event_action": _TO_PAGERDUTY.get(news["event"], "resolve"),
        "dedup_key": incident["id"],
    }
    if about["event_action"] != "trigger":
        return about
    return about | {
        "client": "simsessions",
        "links": [{"href": incident["url"], "text": "The channel in Slack"}],
        "payload": {
            "summary": summary_of(incident)[:SUMMARY],
            "source": "simsessions",
            "severity": "critical" if incident["severity"] == "critical" else "warning",
            "timestamp": incident["opened_at"],
            "component": (incident["shared"] or {}).get("value") or incident["alert"],
            "group": incident["alert"],
            "class": incident["rule"],
            "custom_details": incident,
        },
    }


def summary_of(incident: Json) -> str:
    """Say in a line how many SIMs are down, why, and which."""
    down = [sim["name"] for sim in incident["sims"] if sim["back_at"] is None]
    count = f"{incident['down']} SIM{'' if incident['down'] == 1 else 's'}"
    more = incident["down"] - len(down[:5])
    named = ", ".join(down[:5]) + (f" and {more} more" if more > 0 else "")
    return f"{count}: {incident['title']}" + (f" ({named})" if named else "")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what stands in the header of the signature."""
    return "v1=" + hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256").hex()


class WebhookFailed(BotError):
    """A target did not take it. `is_final` says that it never will; `wait` is what it asked for."""

    sentence = "The webhook's receiver did not take it."

    def __init__(self, why: str, *, is_final: bool = False, wait: float = 0.0) -> None:
        super().__init__(f"The webhook's receiver did not take it: {why}.")
        self.why = why
        self.is_final = is_final
        self.wait = wait


INSIDE = "an internal address"


class InternalAddress(OSError):
    """A name led to an address inside: nothing is connected to it."""


# beyond what `ipaddress` calls not global: of clouds, and what stands for IPv4 within IPv6
_INSIDE = tuple(
    map(ipaddress.ip_network, ("168.63.129.16/32", "192.0.0.0/24", "64:ff9b:1::/48", "fec0::/10"))
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_internal(address: str) -> bool:
    """Return whether an address is none out in the world; what is no address counts as one."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if isinstance(ip, ipaddress.IPv6Address):
        within = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        within += [ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)] if ip in _NAT64 else []
        if any(each is not None and is_internal(str(each)) for each in within):
            return True
        if ip.ipv4_mapped:
            return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return True
    return any(ip.version == net.version and ip in net for net in _INSIDE)


def _guarded(info: tuple[Any, ...]) -> socket.socket:
    """Return a socket for an address that is about to be connected to. Raises InternalAddress.

    It is asked for each address that a name had just now, so a name that changes gains nothing.
    """
    family, kind, protocol, _, address = info
    if is_internal(str(address[0])):
        raise InternalAddress(INSIDE)
    return socket.socket(family, kind, protocol)


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The targets by name. `internal` lets them be inside, and without TLS.

    `resolver` is asked for addresses in the place of the system's. A target that fails rests for a
    while, so that what waits for it takes nobody's turn.
    """

    targets: Mapping[str, WebhookTarget]
    clock: Clock
    internal: bool = False
    resolver: AbstractResolver | None = None
    _resting: dict[str, tuple[int, float]] = field(default_factory=dict, init=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Return what an alert can be sent to."""
        return tuple(self.targets)

    def pause_left(self, name: str) -> float:
        """Return for how many seconds a target that failed is left alone."""
        _, until = self._resting.get(name, (0, 0.0))
        return max(0.0, until - self.clock.monotonic())

    async def send(self, name: str, news: Json) -> None:
        """Send it once. Raises WebhookFailed."""
        try:
            await self._try(name, news)
        except WebhookFailed as error:
            if not (error.is_final or self.pause_left(name)):
                times = self._resting.get(name, (0, 0.0))[0] + 1
                wait = max(error.wait, REST.after(times))
                self._resting[name] = times, self.clock.monotonic() + wait
            raise
        self._resting.pop(name, None)

    async def _try(self, name: str, news: Json) -> None:
        target = self.targets.get(name)
        if target is None:
            raise WebhookFailed("no such target", is_final=True)
        if not (self.internal or target.is_encrypted):
            raise WebhookFailed("it is not https", is_final=True)
        try:
            async with asyncio.timeout(SECONDS):
                await self._send(target, news)
        except TimeoutError as error:
            raise WebhookFailed("no answer in time") from error
        except aiohttp.ClientConnectorError as error:
            inside = INSIDE in str(error.os_error)
            raise WebhookFailed(INSIDE if inside else why_no_answer(error)) from None
        except (aiohttp.ClientError, ValueError) as error:
            raise WebhookFailed(why_no_answer(error)) from None

    async def _send(self, target: WebhookTarget, news: Json) -> None:
        proxy = proxy_for(origin_of(target.url))
        # a proxy looks the name up again; what has no address here is left to it
        if proxy and not self.internal and await is_internal_host(target.host):
            raise WebhookFailed(INSIDE)
        async with self._session(guarded=not (self.internal or proxy)) as session:
            body = body_for(target, news)
            async with session.post(
                target.url,
                data=body,
                headers=self._headers(target, news, body),
                allow_redirects=False,
                proxy=proxy,
            ) as response:
                _check(response, self.clock)  # nothing behind the status matters

    def _session(self, *, guarded: bool) -> aiohttp.ClientSession:
        """Return a session for one request: nothing of one is left for the next."""
        connector = aiohttp.TCPConnector(
            use_dns_cache=False,
            force_close=True,
            resolver=self.resolver,
            socket_factory=_guarded if guarded else None,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=SECONDS, sock_connect=5),
            auto_decompress=False,
            headers={"User-Agent": "simsessions", "Accept-Encoding": "identity"},
        )

    def _headers(self, target: WebhookTarget, news: Json, body: bytes) -> dict[str, str]:
        timestamp = str(int(self.clock.now().timestamp()))
        headers = {"Content-Type": "application/json", "Idempotency-Key": news["id"]}
        if target.secret:
            headers["X-Simsessions-Timestamp"] = timestamp
            headers["X-Simsessions-Signature"] = signature(target.secret, timestamp, body)
        return headers


async def is_internal_host(host: str) -> bool | None:
    """Return whether a name has an internal address, as it is looked up here; None: it has none."""
    try:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # of a part of the name that is too long
        found = []
    if host == "localhost" or any(is_internal(str(each[4][0])) for each in found):
        return True
    return False if found else None


def _check(response: aiohttp.ClientResponse, clock: Clock) -> None:
    status = response.status
    if 200 <= status < 300:  # noqa: PLR2004 -- HTTP's own
        return
    wait = read_retry_after(response.headers.get("Retry-After"), clock.now()) or 0.0
    raise WebhookFailed(f"HTTP {status}", is_final=status in _NEVER, wait=min(wait, MOST_WAIT))
