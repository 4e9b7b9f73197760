"""What people do with alerts and incidents in tests."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from bot.alerts.alert import Alert
from bot.alerts.incident import DownSim, EventKind, Incident
from bot.alerts.service import alert_to_row
from bot.blocks.alert_setup import ALERT
from bot.blocks.kit import actions, button, screen
from bot.diagnosis.rule import Severity
from bot.digests.form import FormField
from bot.digests.subscription import Selection, SelectionKind
from bot.store.schema import NOW, jobs
from tests.whole_bot import whole_bot

TRUCKS = {FormField.NAME: "Trucks", FormField.PATTERN: "truck-*"}
SID = "DE" + "0" * 31 + "9"
HISTORY = frozenset({"channels:history", "groups:history"})
DOWN = "[FIRING:1] SimSilent: well-1, well-2 and well-3 are down"


async def send(whole, values, *, user="ana"):
    """Fill in the window of an alert and send it off; values by field."""
    return await sent(
        whole, {ALERT.block_of(name): value for name, value in values.items()}, user=user
    )


async def sent(whole, values, *, user="ana"):
    """Fill in any window and send it off; values by block."""
    filled = {name: {name: value} for name, value in values.items()}
    delivery = await whole.slack.workspace.submit_view(user, filled)
    await whole.settle()
    return delivery


def shown(whole, user="ana"):
    """The block ids of the window's inputs."""
    return [b["block_id"] for b in whole.window(user)["blocks"] if b["type"] == "input"]


def errors_in(delivery):
    """The faults that a form that was sent off was answered with, by block."""
    return (delivery.answer or {}).get("errors", {})


async def added(whole, values: Any = None, *, user="ana", channel="#fleet-ops"):
    """Make an alert as a person does."""
    await whole.type("alert add", user=user, channel=channel)
    return await send(whole, TRUCKS | (values or {}), user=user)


async def kept(whole):
    """Every alert that is kept."""
    return await whole.bot.services.alerts.alerts.every()


async def opened(whole, **changes: Any) -> Incident:
    """Put an alert and an open incident of two SIMs into the store; its card comes by itself.

    The alert has no job: a scan would find that it has no such SIMs.
    """
    service = whole.bot.services.alerts
    now = service.clock.now()
    plain = {
        "id": "a1",
        "team": "T0ACMEIOT",
        "channel": "C0FLEETOP",
        "name": "Wells",
        "made_by": "U0ANA0001",
        "made_at": now,
        "selection": Selection(SelectionKind.PATTERN, "nothing-*"),
        "mention_first": ("S0ONCALL1",),
    }
    alert = Alert(**plain | changes)
    since = now - timedelta(hours=3)
    members = tuple(
        DownSim(sid, name, since, now, Severity.CRITICAL)
        for sid, name in ((SID, "well-1"), (SID[:-1] + "8", "well-2"))
    )
    incident = Incident(
        id="1a2b",
        alert=alert.id,
        team=alert.team,
        channel=alert.channel,
        family="silent",
        rule="gone_silent",
        title="Gone silent",
        severity=Severity.CRITICAL,
        worst=Severity.CRITICAL,
        members=members,
        opened_at=now,
        first_at=since,
        next_step="Check power, antenna and coverage.",
    )
    mentions = alert.mention_first
    told = incident.with_event(EventKind.OPENED, now, sims=tuple(incident.sids), mentions=mentions)
    database = whole.bot.services.store
    async with database.write() as tx:
        await service.alerts._rows.add(alert_to_row(alert), tx)
        await service.incidents.save(alert, None, told, tx)
    return told


async def incident(whole) -> Incident:
    """The incident as it is stored now."""
    return (await whole.bot.services.alerts.incidents.get("1a2b")).incident


async def forged(whole, action, value, *, user):
    """Click a button with a value of one's own, under a message of #fleet-ops."""
    press = button("Go", action, "Go", value)
    shown = screen("forged", [actions("x", [press])])
    await whole.bot.services.replying.delivery.post("T0ACMEIOT", "C0FLEETOP", shown)
    await whole.click(whole.answer(user), "Go", user=user)


@asynccontextmanager
async def listening(database_url, **changes):
    """A bot that listens in #fleet-ops."""
    async with whole_bot(database_url=database_url, **changes) as whole:
        whole.slack.api.scopes |= HISTORY
        await whole.type("alert listen on")
        yield whole


async def alert(whole, text, channel="#fleet-ops", **more):
    """Have Grafana's bot write, and wait until what comes of it is done."""
    message = await whole.slack.workspace.alert(channel, text, **more)
    await whole.heard()
    await done(whole)
    return message


async def live(whole):
    """Count the alerts that wait or are worked on."""
    mine = jobs.c.kind == "foreign_alert", jobs.c.ended.is_(None)
    async with whole.bot.services.store.read() as tx:
        return await tx.scalar(select(func.count()).where(*mine))


async def done(whole):
    """Wait until no alert is worked on; what is to be tried again is tried at once."""
    async with asyncio.timeout(30):
        while await live(whole):
            async with whole.bot.services.store.write() as tx:
                waits = jobs.c.kind == "foreign_alert", jobs.c.due > NOW
                await tx.execute(update(jobs).where(*waits).values(due=NOW))
            whole.bot.services.foreign_alerts._queue.news.set()
            await asyncio.sleep(0.02)


def answers(whole, root=None, user="ben", channel="#fleet-ops"):
    """What everybody sees of the bot's in threads, or in the thread of one message."""
    seen = [m for m in whole.slack.seen_by(user, channel) if m.thread_ts]
    return [m for m in seen if root is None or m.thread_ts == root.ts]
