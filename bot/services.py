"""What a handler may use, built once by bot.app."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.diagnosis.thresholds import Thresholds
from bot.digests.archive import Archive
from bot.digests.service import DigestService
from bot.ops.metrics import DependencyStatus, Metrics
from bot.ops.rate_limit import UserRateLimit
from bot.ops.tasks import Tasks, WorkerThread
from bot.pictures.renderer import Renderer
from bot.sessions.audit import Audit
from bot.sessions.lookup import SessionLookup
from bot.sims.spotter import SimSpotter
from bot.slack.access import Access, Authorizer
from bot.slack.bolt_app import ListeningConfig
from bot.slack.client import SlackClient
from bot.slack.dedupe import RecentIds
from bot.slack.files import Files
from bot.slack.home_tab import HomeTabs
from bot.slack.messages import Delivery, ProgressMessages
from bot.slack.modals import Modals
from bot.slack.threads import Threads
from bot.store.database import Database
from bot.store.idempotency import SeenEvents
from bot.watches.service import WatchService


@dataclass(frozen=True, slots=True)
class Services:
    """Each is ready for use; none opens or closes anything here."""

    sessions: SessionLookup
    delivery: Delivery
    slack: SlackClient
    files: Files
    homes: HomeTabs
    standing: DependencyStatus
    windows: Modals
    renderer: Renderer
    executor: WorkerThread
    access: Access
    admission: Authorizer
    rate: UserRateLimit
    store: Database
    digests: DigestService
    archive: Archive
    watches: WatchService
    audit: Audit
    seen: RecentIds
    claims: SeenEvents
    linked: RecentIds
    hearing: ListeningConfig
    spotter: SimSpotter
    live: ProgressMessages
    threads: Threads
    tasks: Tasks
    metrics: Metrics
    clock: Clock
    thresholds: Thresholds
