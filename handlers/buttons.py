"""The buttons of an answer: Refresh, Share, Pick and the link to the map.

Whoever clicks has come through the gate; what the button carries may be old or forged, so it is
read as strictly as what is typed.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.session_report import session_report
from bot.errors import OldButton
from bot.services import Services
from handlers.answering import answer_later
from handlers.asking import look_up
from handlers.histories import history_reply
from handlers.reply import Reply
from handlers.request import Request, from_click

Body = Mapping[str, Any]
Click = Callable[[Request, str, Services], Awaitable[Reply]]
Listener = Callable[[AsyncAck, Body], Awaitable[None]]
Value = TypeVar("Value", bound=ids.Carried)


def register_buttons(app: AsyncApp, services: Services) -> None:
    """Attach a listener to each button."""
    for action, click in CLICKS.items():
        app.action(ids.pattern(action))(on_click(action, click, services))
    app.action(ids.pattern(ids.MAP))(acknowledge)


def on_click(name: str, click: Click, services: Services) -> Listener:
    """Give the listener that acknowledges and then answers with `click`."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        await ack()
        request, value = from_click(body), value_of(body)
        answer_later(name, lambda: click(request, value, services), request, services)

    return listener


async def acknowledge(ack: AsyncAck) -> None:
    """Take note: the browser has opened the link already."""
    await ack()


async def refresh(request: Request, value: str, services: Services) -> Reply:
    """Ask KORE again and put the answer in place of the old one."""
    asked = read(ids.Refresh, value)
    report = await look_up(request, asked.sid, services, fresh=True)
    return Reply(
        lambda refused: session_report(
            report, shared_by=asked.shared_by, for_all=request.is_public, refused=refused
        ),
        in_channel=request.is_public,
        replace=True,
    )


async def share(request: Request, value: str, services: Services) -> Reply:
    """Post the answer for the whole channel, with the name of who shares it."""
    report = await look_up(request, read(ids.Share, value).sid, services, for_all=True)
    return Reply(
        lambda refused: session_report(report, shared_by=request.user, refused=refused),
        in_channel=True,
    )


async def pick(request: Request, value: str, services: Services) -> Reply:
    """Look up the SIM that was picked and put its answer in place of the question."""
    asked = read(ids.Pick, value)
    report = await look_up(request, asked.sid, services)
    if asked.days:
        return await history_reply(report, asked.days, services, replace=True)
    return Reply(
        lambda refused: session_report(report, for_all=request.is_public, refused=refused),
        in_channel=request.is_public,
        replace=True,
    )


def action_in(body: Body) -> Mapping[str, Any]:
    """Give what was clicked or chosen; empty where a payload does not tell."""
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else {}
    return first if isinstance(first, Mapping) else {}


def value_of(body: Body) -> str:
    """Give what the clicked button carries, or "" for nothing."""
    value = action_in(body).get("value")
    return value if isinstance(value, str) else ""


def read(kind: type[Value], value: str) -> Value:
    """Read a button's value. Raises OldButton."""
    try:
        return kind.from_value(value)
    except ValidationError as error:
        raise OldButton from error


CLICKS: Mapping[str, Click] = {ids.REFRESH: refresh, ids.SHARE: share, ids.PICK: pick}
