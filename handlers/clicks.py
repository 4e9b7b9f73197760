"""What every click has in common: acknowledge, read what the button carries, answer."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.errors import OldButton
from bot.services import Actor, Services
from handlers.payloads import Body, Context, Listener, from_click, part, parts, text_in
from handlers.replies import Reply, answer_later

Click = Callable[[Context, str], Awaitable[Reply]]
Value = TypeVar("Value", bound=ids.Carried)


def register_clicks(app: AsyncApp, clicks: Mapping[str, Click], services: Services) -> None:
    """Attach a listener to each button, by its action id."""
    for action, click in clicks.items():
        app.action(ids.pattern(action))(on_click(action, click, services))


def on_click(name: str, click: Click, services: Services) -> Listener:
    """Return the listener that acknowledges and then answers with `click`."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        await ack()
        context, value = Context(actor, from_click(body), services), value_of(body)
        answer_later(name, lambda: click(context, value), context)

    return listener


def action_in(body: Body) -> Body:
    """Return what was clicked or chosen; empty where a payload does not tell."""
    return next(iter(parts(body, "actions")), {})


def value_of(body: Body) -> str:
    """Return what was clicked or chosen carries, or "" for nothing."""
    action = action_in(body)
    return text_in(action, "value") or text_in(part(action, "selected_option"), "value")


def read(kind: type[Value], value: str) -> Value:
    """Read a button's value. Raises OldButton."""
    try:
        return kind.from_value(value)
    except ValidationError as error:
        raise OldButton from error


def read_sims(value: str) -> tuple[str, ...]:
    """Read the SIMs that a table's button carries. Raises OldButton."""
    try:
        return read(ids.Sims, value).sids
    except ValueError as error:
        raise OldButton from error
