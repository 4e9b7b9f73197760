"""What a handler may use, built once by bot.app."""

from bot.alerts.listening import ForeignAlerts, ListeningChannels
from bot.alerts.service import AlertService
from bot.alerts.webhook import Webhooks
from bot.blocks.format import WebLinks
from bot.clock import Clock
from bot.diagnosis.thresholds import Thresholds
from bot.digests.archive import Archive
from bot.digests.last_scan import FleetScans
from bot.digests.subscriptions import DigestService
from bot.ops.metrics import DependencyStatus, Metrics
from bot.ops.tasks import Tasks, WorkerThread
from bot.pictures.renderer import Renderer
from bot.sessions.audit import Audit
from bot.sessions.fleet import AccountViews, DefaultAccounts, FleetView
from bot.sessions.open_questions import OpenQuestions
from bot.sessions.owners import Owners
from bot.slack.access import Access, Actor, Authorizer, UserRateLimit, Visibility
from bot.slack.bolt_app import ListeningConfig, TokenWatch
from bot.slack.files import Files
from bot.slack.messages import Delivery, ProgressMessages
from bot.slack.threads import Threads
from bot.slack.views import HomeTabs, Modal, Modals, WorkObjects
from bot.store.database import Database
from bot.store.idempotency import Deduplication
from bot.store.lookups import Feedback
from bot.struct import Struct
from bot.watches.service import WatchService

__all__ = [
    "Actor",
    "Delivery",
    "FleetView",
    "HomeTabs",
    "ListeningConfig",
    "Modal",
    "Replying",
    "Services",
    "Visibility",
    "WorkObjects",
]


class Replying(Struct):
    """How an answer goes out: as a message, or by edits of one that shows the progress."""

    delivery: Delivery
    progress: ProgressMessages


class Services(Struct):
    """Each is ready for use; none opens or closes anything here."""

    views: AccountViews
    defaults: DefaultAccounts
    replying: Replying
    files: Files
    home_tabs: HomeTabs
    modals: Modals
    work_objects: WorkObjects
    token: TokenWatch
    threads: Threads
    dependencies: DependencyStatus
    renderer: Renderer
    executor: WorkerThread
    access: Access
    authorizer: Authorizer
    rate_limit: UserRateLimit
    store: Database
    digests: DigestService
    alerts: AlertService
    scans: FleetScans
    archive: Archive
    watches: WatchService
    owners: Owners
    audit: Audit
    feedback: Feedback
    deduplication: Deduplication
    preview_deduplication: Deduplication
    listening: ListeningConfig
    listening_channels: ListeningChannels
    foreign_alerts: ForeignAlerts
    webhooks: Webhooks
    questions: OpenQuestions
    tasks: Tasks
    metrics: Metrics
    clock: Clock
    thresholds: Thresholds
    links: WebLinks
