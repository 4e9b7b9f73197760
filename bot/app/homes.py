"""The Home tabs, kept fresh beside the running bot."""

import asyncio
from contextlib import AsyncExitStack

from bot.app.bot import cancelled
from bot.clock import Clock
from bot.slack.client import SlackClient
from bot.slack.homes import Homes


def open_homes(slack: SlackClient, clock: Clock, stack: AsyncExitStack) -> Homes:
    """Give them; those that are open are drawn anew in the background."""
    homes = Homes(slack, clock)
    drawing = asyncio.create_task(homes.run(), name="homes")
    stack.push_async_callback(cancelled, drawing)
    return homes
