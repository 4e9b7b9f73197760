"""What a handler may use, built once by bot.app."""

from bot.alerts.listening import ForeignAlerts, ListeningChannels
from bot.alerts.service import AlertService
from bot.alerts.webhook import Webhooks
from bot.blocks.format import WebLinks
from bot.clock import Clock
from bot.diagnosis.thresholds import DEFAULTS, Thresholds
from bot.digests.archive import Archive, FleetScans
from bot.digests.subscriptions import DigestService
from bot.ops.metrics import DependencyStatus, Metrics
from bot.ops.tasks import Tasks, WorkerThread
from bot.sessions.fleet import AccountViews, DefaultAccounts, FleetView
from bot.sessions.owners import Owners
from bot.sessions.questions import Audit, OpenQuestions
from bot.sessions.report import SessionReport
from bot.slack.access import Access, Actor, Authorizer, UserRateLimit, Visibility
from bot.slack.directory import Threads
from bot.slack.files import Files
from bot.slack.identity import ListeningConfig, TokenWatch
from bot.slack.messages import Delivery, NewestAnswers, ProgressMessages, Request
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
    "ReplyServices",
    "Request",
    "Services",
    "Visibility",
    "WorkObjects",
]


SHARED_SECONDS = 300.0
"""So long a second press of Share posts nothing."""


class ReplyServices(Struct):
    """How an answer goes out: as a message, or by edits of one that shows the progress."""

    delivery: Delivery
    progress: ProgressMessages
    newest: NewestAnswers


class Renderer:
    """Draws pictures beside the event loop, in the order asked, by the thresholds of this bot.

    A thread is enough: drawing is many small steps, between which Python lets the event loop go on.
    Even the import of all that draws, Pillow above all, happens there at the first picture.
    """

    def __init__(self, executor: WorkerThread, limits: Thresholds = DEFAULTS) -> None:
        self._off_loop = executor
        self._limits = limits

    async def timeline(self, report: SessionReport, *, days: int = 30) -> bytes:
        """Draw the timeline of a report as a PNG.

        Raises KoreError where its sessions could not be read, Restarting once the loop's side is
        closed. Who is cancelled while it waits takes its place in the queue with it; a picture that
        is under way is finished for nobody.
        """
        return await self._off_loop.run(_draw, report, days, self._limits)


def _draw(report: SessionReport, days: int, limits: Thresholds) -> bytes:
    from bot.pictures.timeline import draw_report  # noqa: PLC0415 -- not at the bot's start

    return draw_report(report, days=days, limits=limits)


class Services(Struct):
    """Each is ready for use; none opens or closes anything here."""

    views: AccountViews
    defaults: DefaultAccounts
    replying: ReplyServices
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
    shared: Deduplication
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
