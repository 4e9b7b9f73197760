"""What people do with digests in tests: open the form, fill it in, send it off."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.blocks.digest_setup import DIGEST
from bot.digests.form import FormField
from bot.emulators.slack.actions import typed_values
from bot.emulators.slack.people import ANA, BOT, Channel

AT = f"{datetime.now(ZoneInfo('America/New_York')) + timedelta(hours=12):%H:%M}"
"""When digests come: no test runs until then, whoever of the workspace makes one."""
NAMED = {FormField.NAME: "Pumps", FormField.PATTERN: "truck-*"}
PUMPS = NAMED | {FormField.AT: AT}
WITHOUT_BEN = Channel("G0WITHBOT", "without-ben", "private", frozenset({ANA.id, BOT.id}))
"""A private channel of which Slack tells the bot who is in it."""


def words(found):
    return str(found["blocks"])


async def send(whole, values, *, user="ana"):
    """Fill in the window and send it off; values by field."""
    filled = {
        DIGEST.block_of(name): {DIGEST.block_of(name): value} for name, value in values.items()
    }
    delivery = await whole.slack.workspace.submit_view(user, filled)
    await whole.settle()
    return delivery


async def fill(whole, values, *, user="ana"):
    """Fill in the window without sending it off."""
    workspace = whole.slack.workspace
    blocks = {
        DIGEST.block_of(name): {DIGEST.block_of(name): value} for name, value in values.items()
    }
    open_view = workspace.views.top(workspace.person(user).id)
    workspace.views.fill(open_view, typed_values(open_view.body["blocks"], blocks))


def shown(whole, user="ana"):
    """The inputs of the window, by field."""
    names = {DIGEST.block_of(name): name for name in FormField}
    inputs = [block for block in whole.window(user)["blocks"] if block["type"] == "input"]
    return {names[block["block_id"]]: block["element"] for block in inputs}


async def scheduled(whole, one):
    """The cron lines and the zone that the engine has of a digest."""
    schedules = whole.bot.services.digests.subscriptions._schedules
    found = await schedules.get(one.schedule_name)
    return found and (found.cron, found.zone)


async def choose(whole, name, value, *, user="ana"):
    """Choose in the window, which is then drawn anew."""
    block = DIGEST.block_of(name)
    await whole.slack.workspace.click_in_view(user, block, block, selected=value)
    await whole.settle()


async def added(whole, values=PUMPS, *, user="ana", channel="#fleet-ops"):
    """Make a digest as a person does."""
    await whole.type("digest add", user=user, channel=channel)
    return await send(whole, values, user=user)


async def kept(whole):
    """Every digest that is kept."""
    return await whole.bot.services.digests.subscriptions.every()


def errors_in(delivery):
    """The faults that a form that was sent off was answered with, by field."""
    told = (delivery.answer or {}).get("errors", {})
    names = {DIGEST.block_of(name): name for name in FormField}
    return {names[block]: sentence for block, sentence in told.items()}
