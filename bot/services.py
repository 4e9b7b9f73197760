"""What a handler may use, built once by bot.app."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.diagnosis.thresholds import Thresholds
from bot.digests.archive import Archive
from bot.digests.desk import DigestDesk
from bot.ops.metrics import Metrics
from bot.ops.off_loop import OffLoop
from bot.ops.personal_rate import PersonalRate
from bot.ops.standing import Standing
from bot.ops.tasks import Tasks
from bot.pictures.studio import Studio
from bot.sessions.audit import Audit
from bot.sessions.lookup import SessionLookup
from bot.sims.spotter import SimSpotter
from bot.slack.access import Access
from bot.slack.admission import Admission
from bot.slack.client import SlackClient
from bot.slack.delivery import Delivery
from bot.slack.files import Files
from bot.slack.hearing import Hearing
from bot.slack.homes import Homes
from bot.slack.live import LiveMessages
from bot.slack.seen import Seen
from bot.slack.threads import Threads
from bot.slack.windows import Windows
from bot.store.database import Database
from bot.store.seen_events import SeenEvents
from bot.watches.desk import Watches


@dataclass(frozen=True, slots=True)
class Services:
    """Each is ready for use; none opens or closes anything here."""

    sessions: SessionLookup
    delivery: Delivery
    slack: SlackClient
    files: Files
    homes: Homes
    standing: Standing
    windows: Windows
    studio: Studio
    off_loop: OffLoop
    access: Access
    admission: Admission
    rate: PersonalRate
    store: Database
    digests: DigestDesk
    archive: Archive
    watches: Watches
    audit: Audit
    seen: Seen
    claims: SeenEvents
    linked: Seen
    hearing: Hearing
    spotter: SimSpotter
    live: LiveMessages
    threads: Threads
    tasks: Tasks
    metrics: Metrics
    clock: Clock
    thresholds: Thresholds
