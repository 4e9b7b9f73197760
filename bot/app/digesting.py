"""What handlers make and change digests with, put together from the settings."""

from datetime import timedelta

from bot.app.kore_side import KoreSide
from bot.clock import Clock
from bot.digests.chooser import SimChooser
from bot.digests.desk import DigestDesk
from bot.digests.subscriptions import Subscriptions
from bot.settings import Settings
from bot.slack.client import SlackClient
from bot.slack.places import Places
from bot.store.database import Database
from bot.store.digest_runs import DigestRuns
from bot.store.jobs import JobQueue
from bot.store.schedules import Schedules
from bot.store.subscriptions import SubscriptionRows


def subscriptions(store: Database, queue: JobQueue) -> Subscriptions:
    """Give the digests that channels have asked for."""
    return Subscriptions(store, SubscriptionRows(store), Schedules(store, queue), queue)


def digest_desk(  # noqa: PLR0913 -- what it is put together from
    settings: Settings,
    *,
    store: Database,
    queue: JobQueue,
    kore: KoreSide,
    slack: SlackClient,
    clock: Clock,
    team: str,
) -> DigestDesk:
    """Put the desk together; `queue` is the one that the engine of this process hears."""
    return DigestDesk(
        subscriptions=subscriptions(store, queue),
        chooser=SimChooser(kore.client, kore.directory, kore.resolver),
        places=Places(slack),
        runs=DigestRuns(store),
        queue=queue,
        clock=clock,
        team=team,
        least=timedelta(seconds=settings.digest_least),
        grace=timedelta(seconds=settings.digest_grace),
    )
