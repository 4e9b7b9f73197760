"""What every click has in common: acknowledge, read what the button carries, answer."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck

from bot.blocks import ids
from bot.errors import OldButton
from bot.services import Services
from handlers.payloads import Body, Request, from_click, parts, text_in
from handlers.replies import Reply, answer_later

Click = Callable[[Request, str, Services], Awaitable[Reply]]
Listener = Callable[[AsyncAck, Body], Awaitable[None]]
Value = TypeVar("Value", bound=ids.Carried)


def on_click(name: str, click: Click, services: Services) -> Listener:
    """Return the listener that acknowledges and then answers with `click`."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        await ack()
        request, value = from_click(body), value_of(body)
        answer_later(name, lambda: click(request, value, services), request, services)

    return listener


def action_in(body: Body) -> Body:
    """Return what was clicked or chosen; empty where a payload does not tell."""
    return next(iter(parts(body, "actions")), {})


def value_of(body: Body) -> str:
    """Return what the clicked button carries, or "" for nothing."""
    return text_in(action_in(body), "value")


def read(kind: type[Value], value: str) -> Value:
    """Read a button's value. Raises OldButton."""
    try:
        return kind.from_value(value)
    except ValidationError as error:
        raise OldButton from error
