"""What posts by itself, put together; its client leaves all waiting to the pace."""

import aiohttp

from bot.blocks.ladder import retreat
from bot.clock import Clock
from bot.jobs.post_once import PostOnce
from bot.ops.metrics import Metrics
from bot.slack.client import SlackClient
from bot.slack.drawing import Drawing
from bot.slack.identity import Identity
from bot.slack.lost_posts import LostPosts
from bot.slack.pace import Pace
from bot.slack.retry import RetryPolicy
from bot.store.database import Database
from bot.store.posts import PostRows


def open_posts(  # noqa: PLR0913 -- what it is put together from
    session: aiohttp.ClientSession,
    *,
    token: str,
    api_url: str,
    identity: Identity,
    store: Database,
    metrics: Metrics,
    clock: Clock,
) -> PostOnce:
    """Give what posts exactly once."""
    client = SlackClient(
        session,
        clock,
        token=token,
        api_url=api_url,
        observer=metrics,
        retry=RetryPolicy(attempts=1),
    )
    return PostOnce(
        PostRows(store),
        client,
        Drawing(retreat, metrics),
        LostPosts(client, identity),
        pace=Pace(clock),
        clock=clock,
        team=identity.team,
    )
