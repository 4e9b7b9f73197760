"""Where the bot may write: checks that several methods share."""

import re

from bot.emulators.slack.errors import SlackError
from bot.emulators.slack.methods.context import Context
from bot.emulators.slack.people import BOT, Channel

_TS = re.compile(r"\d{10}\.\d{6}")


def writable(context: Context, argument: str = "channel") -> Channel:
    """Find a channel to write to. Raises SlackError: not_in_channel, is_archived, …."""
    place = context.channel(argument)
    if place.is_archived:
        raise SlackError("is_archived")
    if BOT.id in place.members or "chat:write.public" in context.scopes:
        return place
    raise SlackError("not_in_channel")


def thread_root(context: Context, place: Channel) -> str | None:
    """Find the thread to write to, if one is named. Raises SlackError."""
    ts = context.maybe("thread_ts")
    if ts is None:
        return None
    if not _TS.fullmatch(ts):
        raise SlackError("invalid_thread_ts")
    root = context.state.messages.get(ts)
    if root is None and ts in context.state.erased:
        return None  # Slack may take it, and puts it into the channel
    if root is None or root.channel != place.id or root.ephemeral_to:
        raise SlackError("thread_not_found")
    return root.thread_ts or root.ts
