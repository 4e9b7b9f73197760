"""News of incidents on their way: in order, again after a failure, once more after a kill."""

import json
from datetime import timedelta
from email.utils import format_datetime

import pytest

from bot.alerts.incident import EventKind
from bot.alerts.webhook import KIND, WebhookFailed, Webhooks, news_of, queue_webhook
from bot.jobs.engine import Lane
from bot.jobs.kinds.incident import webhook
from bot.setting_entries import WebhookTarget
from bot.struct import replace
from tests.bot.alerts.receiver import receiving, status
from tests.bot.alerts.test_webhook import ALERT, INCIDENT, NOW, event
from tests.bot.jobs.engines import make_due, running
from tests.databases import on_both
from tests.fakes import FakeClock
from tests.waiting import until

LANES = {"webhook": Lane(5)}


class Rig:
    """An engine's services, and a receiver that they send to."""

    def __init__(self, services, receiver):
        self.services = services
        self.receiver = receiver
        self.keys = []
        self.clock = FakeClock()
        self.to(ops=receiver)

    def to(self, **receivers):
        """Let there be a target for each of these receivers."""
        targets = {n: WebhookTarget(n, to.base, secret="s") for n, to in receivers.items()}
        self.services.webhooks = Webhooks(targets, self.clock, internal=True)

    async def happens(self, kind, incident=INCIDENT, to="ops"):
        """Write down what happened, as the store does."""
        number = len(self.keys) + 2
        after = replace(incident, seq=number)
        async with self.services.queue._db.write() as tx:
            alert = replace(ALERT, webhook=to)
            await queue_webhook(self.services.queue, alert, after, (event(kind, number),), tx)
        self.keys.append(f"{KIND} {to} {incident.id} {number:06}")

    async def sent(self):
        """Let the engine send all of it; the time comes at once for which something waits."""
        queue = self.services.queue

        async def over():
            self.clock.move(600.0)
            await make_due(queue, *self.keys)
            return not await queue.live(KIND, "")

        async with running(self.services, webhook, lanes=LANES):
            await until(over)
        return [await queue.get(key) for key in self.keys]

    def told(self):
        """What the receiver was told, and which key each had."""
        return [(json.loads(b)["event"], h["idempotency-key"]) for h, b in self.receiver.requests]


@pytest.fixture
async def rig(services):
    async with receiving() as receiver:
        yield Rig(services, receiver)


@on_both
async def test_in_order_though_the_first_fails(rig):
    """What comes later waits until the receiver has what came before."""
    rig.receiver.answers += [status(500), status(302, "Location: /x"), status(429)]
    for kind in (EventKind.OPENED, EventKind.GREW, EventKind.RESOLVED):
        await rig.happens(kind)
    jobs = await rig.sent()

    assert ["done"] * 3 == [job.state for job in jobs]
    told = [("opened", "i1-2")] * 4
    assert [*told, ("updated", "i1-3"), ("resolved", "i1-4")] == rig.told()


async def test_what_is_refused_for_good_holds_up_nothing(rig):
    """The next piece of news goes out."""
    rig.receiver.answers += [status(400)]
    await rig.happens(EventKind.OPENED)
    await rig.happens(EventKind.RESOLVED)
    first, second = await rig.sent()

    assert ("given up: HTTP 400", "sent") == (first.result, second.result)


async def test_another_incident_is_not_held_up(rig):
    """Order is kept within an incident, not among them: one that waits lets others past."""
    await rig.happens(EventKind.OPENED, replace(INCIDENT, id="i0"))
    await rig.services.queue.postpone((), rig.keys[:1], (), 600.0)
    await rig.happens(EventKind.OPENED, replace(INCIDENT, id="i1"))

    async def one_over():
        return len(await rig.services.queue.live(KIND, "")) == 1

    async with running(rig.services, webhook, lanes=LANES):
        await until(one_over)

    assert ["i1-3"] == [key for _, key in rig.told()]


async def test_a_target_that_is_down_holds_up_no_other(rig):
    """What waits for it is not tried until it has rested, so that others' news goes out."""
    async with receiving([status(503)] * 40) as down:
        rig.to(ops=rig.receiver, down=down)
        for number in range(40):
            await rig.happens(EventKind.OPENED, replace(INCIDENT, id=f"d{number}"), "down")
        await rig.happens(EventKind.OPENED)
        async with running(rig.services, webhook, lanes=LANES):
            await until(rig.told)

        assert LANES["webhook"].slots >= down.connections


async def test_a_later_date_is_waited_for(rig):
    """Retry-After may be a date."""
    at = format_datetime(rig.clock.now() + timedelta(minutes=3), usegmt=True)
    rig.receiver.answers += [status(429, f"Retry-After: {at}")]
    with pytest.raises(WebhookFailed) as failed:
        await rig.services.webhooks.send("ops", news_of(ALERT, INCIDENT, [event(EventKind.GREW)]))

    assert 180.0 == failed.value.wait == rig.services.webhooks.pause_left("ops")


@on_both
async def test_given_up_after_a_day(rig):
    """Then nobody needs it any more; the log and the metrics say so."""
    rig.receiver.answers += [status(500)] * 2
    await rig.happens(EventKind.OPENED)

    async def tried():
        job = await rig.services.queue.get(rig.keys[0])
        return job.memo.get("tries") == 1 and job.state == "ready"

    async with running(rig.services, webhook, lanes=LANES):
        await until(tried)
    rig.services.clock.now = lambda: NOW.replace(year=2100)
    (job,) = await rig.sent()

    assert "given up: HTTP 500" == job.result


async def test_an_alert_without_a_webhook_sends_nothing(rig):
    """Most have none."""
    async with rig.services.queue._db.write() as tx:
        events = (event(EventKind.OPENED),)
        await queue_webhook(rig.services.queue, replace(ALERT, webhook=None), INCIDENT, events, tx)

    assert () == await rig.services.queue.live(KIND, "")
