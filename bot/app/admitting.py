"""Who may ask and what they see, put together from the settings."""

import asyncio
from contextlib import AsyncExitStack

from bot.app.bot import cancelled
from bot.clock import Clock
from bot.settings import Settings
from bot.slack.access import Access
from bot.slack.admission import Admission, Policies
from bot.slack.channels import Channels
from bot.slack.client import SlackClient
from bot.slack.groups import UserGroups
from bot.slack.identity import Identity
from bot.slack.people import People


def access(settings: Settings, identity: Identity) -> Access:
    """Give who may ask; without a list of workspaces, the one of the bot token."""
    return Access(
        home=identity.team,
        teams=settings.allowed_teams,
        users=settings.allowed_users,
        channels=settings.allowed_channels,
        groups=settings.allowed_groups,
        enterprise=identity.enterprise,
    )


def open_admission(
    settings: Settings, lists: Access, slack: SlackClient, clock: Clock, stack: AsyncExitStack
) -> Admission:
    """Read the user groups in the background; what is asked of Slack ends with the stack."""
    groups = UserGroups(slack, clock, settings.allowed_groups)
    reading = asyncio.create_task(groups.run(), name="user-groups")
    stack.push_async_callback(cancelled, reading)
    policies = Policies(settings.guests, settings.shared_channels)
    people, channels = People(slack, clock), Channels(slack, clock)
    admission = Admission(lists, people, channels, groups, policies)
    stack.push_async_callback(admission.aclose)
    return admission
