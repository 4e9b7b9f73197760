"""The buttons of an answer: Refresh, Share, Pick, Retry and the links.

Whoever clicks has passed the middleware; what the button carries may be old or forged, so it is
read as strictly as what is typed.
"""

from collections.abc import Mapping
from functools import partial

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.report import session_report
from bot.errors import BotError, NotAllowed
from bot.services import Services
from bot.sessions.report import SessionReport
from bot.struct import replace
from handlers.commands import all_subcommands, find
from handlers.history import history_reply
from handlers.interactions import Click, read, register_clicks
from handlers.lookups import look_up, until_known
from handlers.payloads import Context
from handlers.replies import InterruptedWork, Reply, RetryFailed


def register_buttons(app: AsyncApp, services: Services) -> None:
    """Attach a listener to each button."""
    register_clicks(app, CLICKS, services)
    for link in (ids.MAP, ids.CONSOLE, ids.RUNBOOK):
        app.action(ids.pattern(link))(acknowledge)


async def acknowledge(ack: AsyncAck) -> None:
    """Acknowledge and do nothing: the browser has opened the link already."""
    await ack()


async def refresh(context: Context, value: str) -> Reply:
    """Ask KORE again and put the answer in place of the old one."""
    asked = read(ids.Refresh, value)
    report = await look_up(context, asked.sid, fresh=True)
    return _instead(context, report, shared_by=asked.shared_by)


async def share(context: Context, value: str) -> Reply:
    """Post the answer for the whole channel, with the name of who shares it."""
    report = await look_up(context, read(ids.Share, value).sid, for_all=True)
    links = context.services.links
    screen = session_report(report, shared_by=context.request.user, links=links)
    return Reply(screen, in_channel=True)


async def pick(context: Context, value: str) -> Reply:
    """Look up the SIM that was picked and put its answer in place of the question."""
    asked = read(ids.Pick, value)
    report = await look_up(context, asked.sid)
    if asked.days:
        archive, executor = context.services.archive, context.services.executor
        return await history_reply(report, asked.days, archive, executor, replace=True)
    return _instead(context, report)


def _instead(context: Context, report: SessionReport, shared_by: str | None = None) -> Reply:
    is_public, links = context.request.is_public, context.services.links
    draw = partial(session_report, shared_by=shared_by, for_all=is_public, links=links)
    reply = Reply(draw(report), in_channel=is_public, replace=True)
    return until_known(context, report, reply, draw)


async def retry(context: Context, value: str) -> Reply:
    """Do again what could not be done, and put what comes of it in place of the error."""
    asked = read(ids.Retry, value)
    named = all_subcommands().get(asked.run)
    found, rest = (named, asked.text) if named else find(asked.text)
    request = replace(context.request, text=rest, instead=True)
    try:
        reply = await found.run(context.asking(request))
    except NotAllowed:
        raise
    except (BotError, InterruptedWork) as error:
        raise RetryFailed(error, asked) from error
    return replace(reply, in_channel=context.request.is_public, replace=True)


CLICKS: Mapping[str, Click] = {
    ids.REFRESH: refresh,
    ids.SHARE: share,
    ids.PICK: pick,
    ids.RETRY: retry,
}
