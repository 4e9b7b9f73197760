"""What every click has in common: acknowledge, read what the button carries, answer."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck

from bot.blocks import ids
from bot.errors import OldButton
from bot.services import Services
from handlers.payloads import Request, from_click
from handlers.replies import Reply, answer_later

Body = Mapping[str, Any]
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


def action_in(body: Body) -> Mapping[str, Any]:
    """Return what was clicked or chosen; empty where a payload does not tell."""
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else {}
    return first if isinstance(first, Mapping) else {}


def value_of(body: Body) -> str:
    """Return what the clicked button carries, or "" for nothing."""
    value = action_in(body).get("value")
    return value if isinstance(value, str) else ""


def read(kind: type[Value], value: str) -> Value:
    """Read a button's value. Raises OldButton."""
    try:
        return kind.from_value(value)
    except ValidationError as error:
        raise OldButton from error
