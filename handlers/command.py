"""/simsessions: acknowledge at once, then find the subcommand and answer."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.services import Services
from handlers.answering import answer_later
from handlers.request import from_command
from handlers.subcommand import COMMAND, all_subcommands, find

Listener = Callable[[AsyncAck, Mapping[str, Any]], Awaitable[None]]


def register_command(app: AsyncApp, services: Services) -> None:
    """Attach the listener, and import every subcommand: the first ack must not wait for that."""
    all_subcommands()
    app.command(COMMAND)(simsessions(services))


def simsessions(services: Services) -> Listener:
    """Give the listener for /simsessions."""

    async def listener(ack: AsyncAck, command: Mapping[str, Any]) -> None:
        await ack()
        found, rest = find(str(command.get("text") or ""))
        request = from_command(command, rest)
        answer_later(found.name, lambda: found.run(request, services), request, services)

    return listener
