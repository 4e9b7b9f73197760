"""What a job may use, built once by bot.app."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.diagnosis.thresholds import Thresholds
from bot.digests.fleet import Fleet
from bot.digests.subscriptions import Subscriptions
from bot.jobs.posting import IdempotentPosts
from bot.jobs.watch_posts import WatchWork
from bot.kore.client import KoreClient
from bot.ops.metrics import Metrics
from bot.sessions.lookup import SessionLookup
from bot.slack.access import Authorizer
from bot.slack.client import SlackClient
from bot.store.jobs import JobQueue
from bot.store.schedules import Schedules


@dataclass(frozen=True, slots=True)
class JobServices:
    """Each is ready for use; none opens or closes anything here.

    `kore` asks behind everybody else, so many requests at once as this process may scan with.
    """

    sessions: SessionLookup
    kore: KoreClient
    slack: SlackClient
    posts: IdempotentPosts
    watching: WatchWork
    authorizer: Authorizer
    fleet: Fleet
    subscriptions: Subscriptions
    queue: JobQueue
    schedules: Schedules
    metrics: Metrics
    clock: Clock
    thresholds: Thresholds
