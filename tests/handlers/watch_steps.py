"""What people do with watches in tests, and waiting for what the engine does of it."""

from contextlib import asynccontextmanager

from tests.whole_bot import whole_bot


@asynccontextmanager
async def bot_on(database_url, **changes):
    """The whole bot on one of both databases; a watched SIM is read every second."""
    async with whole_bot(database_url=database_url, **({"watch_interval": 1} | changes)) as whole:
        yield whole


def cards(whole, channel="#fleet-ops", user="ana"):
    """The cards that stand in a channel, oldest first."""
    return [m for m in _of_all(whole, channel, user) if m.text.startswith("👁 Watch")]


def notices(whole, channel="#fleet-ops", user="ana"):
    """What was told in a channel, without cards."""
    return [m for m in _of_all(whole, channel, user) if not m.text.startswith("👁")]


def told(whole, user="ana", channel="#fleet-ops"):
    """The newest that only this person sees."""
    mine = [m for m in whole.slack.seen_by(user, channel) if m.ephemeral_to]
    return mine[-1]


def _of_all(whole, channel, user):
    return [m for m in whole.slack.seen_by(user, channel) if not m.ephemeral_to]
