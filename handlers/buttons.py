"""The buttons of an answer: Refresh, Share, Pick and the link to the map.

Whoever clicks has come through the gate; what the button carries may be old or forged, so it is
read as strictly as what is typed.
"""

from collections.abc import Mapping

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.report import session_report
from bot.services import Services
from handlers.clicks import Click, on_click, read
from handlers.history import history_reply
from handlers.lookups import look_up
from handlers.payloads import Request
from handlers.replies import Reply


def register_buttons(app: AsyncApp, services: Services) -> None:
    """Attach a listener to each button."""
    for action, click in CLICKS.items():
        app.action(ids.pattern(action))(on_click(action, click, services))
    app.action(ids.pattern(ids.MAP))(acknowledge)


async def acknowledge(ack: AsyncAck) -> None:
    """Take note: the browser has opened the link already."""
    await ack()


async def refresh(request: Request, value: str, services: Services) -> Reply:
    """Ask KORE again and put the answer in place of the old one."""
    asked = read(ids.Refresh, value)
    report = await look_up(request, asked.sid, services, fresh=True)
    screen = session_report(report, shared_by=asked.shared_by, for_all=request.is_public)
    return Reply(screen, in_channel=request.is_public, replace=True)


async def share(request: Request, value: str, services: Services) -> Reply:
    """Post the answer for the whole channel, with the name of who shares it."""
    report = await look_up(request, read(ids.Share, value).sid, services, for_all=True)
    return Reply(session_report(report, shared_by=request.user), in_channel=True)


async def pick(request: Request, value: str, services: Services) -> Reply:
    """Look up the SIM that was picked and put its answer in place of the question."""
    asked = read(ids.Pick, value)
    report = await look_up(request, asked.sid, services)
    if asked.days:
        return await history_reply(report, asked.days, services, replace=True)
    screen = session_report(report, for_all=request.is_public)
    return Reply(screen, in_channel=request.is_public, replace=True)


CLICKS: Mapping[str, Click] = {ids.REFRESH: refresh, ids.SHARE: share, ids.PICK: pick}
