"""What people see of alerts: the card of an incident with the story in its thread, and answers.

An incident's card is kept up to date. An answer to another app's alert is made of the look-ups, the
drawing and the audit.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from bot.alerts.alert import Alert
from bot.alerts.incident import Event, EventKind, Incident, redacted_incident
from bot.alerts.incident_repository import IncidentCard, StoredIncident
from bot.alerts.listening import ListeningChannel
from bot.blocks.alert_setup import alert_answer_screen
from bot.blocks.format import WebLinks
from bot.blocks.incident import event_screen, incident_card, summary_card
from bot.blocks.kit import Screen
from bot.blocks.report import session_report
from bot.blocks.triage import triage_screen
from bot.clock import Clock
from bot.errors import BotError
from bot.jobs.posting import UNCHANGEABLE, IdempotentPosts, PostLocation
from bot.ops.tasks import WorkerThread
from bot.sessions.lookup import Answer, SessionLookup
from bot.sessions.owners import Owners
from bot.sessions.questions import AskedBy, to_row
from bot.sessions.redaction import redacted, redacted_error
from bot.sessions.triage import Triage, triage
from bot.slack.access import Actor, Authorizer, Visibility
from bot.slack.errors import SlackRefused
from bot.store.channels import ListeningRows
from bot.store.lookups import Lookup, Lookups
from bot.store.rate_limit import TokenBucket
from bot.struct import Struct, replace

CARD_INTERVAL = timedelta(seconds=45)
"""Between two edits of a card at least, but where somebody acted on it or it is over."""
MOST_LINES = 60
"""Lines of a thread, beyond which only what mentions or ends is told."""
_ALWAYS = frozenset({EventKind.RESOLVED, EventKind.MERGED, EventKind.TAKEN, EventKind.MUTED})
log = logging.getLogger(__name__)


class ShownIncident(Struct):
    """An incident as it stands in Slack now, and how long its card is not edited yet."""

    stored: StoredIncident
    rests: timedelta = timedelta(0)


class IncidentPosts:
    """Posts cards and threads. Methods raise SlackError, StoreError and NotAllowed."""

    def __init__(
        self, posts: IdempotentPosts, authorizer: Authorizer, links: WebLinks, clock: Clock
    ) -> None:
        self._posts = posts
        self._authorizer = authorizer
        self._links = links
        self._clock = clock

    async def show(
        self, stored: StoredIncident, alert: Alert, shared: Sequence[Incident] = ()
    ) -> ShownIncident:
        """Draw a card where that is due, and post in its thread what is not posted yet.

        `shared` are the incidents with which it shares a card.
        """
        redacts = await self.redacts(stored.incident.channel)
        incident = redacted_incident(stored.incident) if redacts else stored.incident
        if incident.summary:
            stored = await self._on_summary(stored, shared, redacts=redacts)
            rests = timedelta(0)
        else:
            stored, rests = await self._draw(stored, incident, alert)
        return ShownIncident(await self._tell(stored, incident), rests)

    async def redacts(self, channel: str) -> bool:
        """Return whether a channel's readers may not see all. Raises NotAllowed."""
        visibility = await self._authorizer.authorize_channel(channel)
        return visibility.redaction is not None

    async def draw_summary(self, shared: Sequence[Incident]) -> None:
        """Draw the card that incidents share, as they stand now."""
        first = shared[0]
        redacts = await self.redacts(first.channel)
        screen = summary_card([redacted_incident(i) for i in shared] if redacts else shared)
        await self._posts.post(_summary_key(first), first.channel, None, screen, anew=True)

    async def _on_summary(
        self, stored: StoredIncident, shared: Sequence[Incident], *, redacts: bool
    ) -> StoredIncident:
        if stored.card:
            return stored
        shown = [redacted_incident(i) for i in shared] if redacts else shared
        first = stored.incident
        posted = await self._posts.post(
            _summary_key(first), first.channel, None, summary_card(shown)
        )
        return replace(stored, card=self._standing(posted, ""))

    async def _draw(
        self, stored: StoredIncident, incident: Incident, alert: Alert
    ) -> tuple[StoredIncident, timedelta]:
        card, print_ = stored.card, fingerprint(stored.incident)
        if card and card.fingerprint == print_:
            return stored, timedelta(0)
        if card and (rests := self._rests(card, print_, incident)):
            return stored, rests
        screen = incident_card(incident, alert, self._links)
        if card and card.ts:
            place = PostLocation(card.channel, card.ts)
            try:
                await self._posts.update(place, screen)
            except SlackRefused as error:
                if error.reason not in UNCHANGEABLE:
                    raise
                about = {"incident": incident.id, "why": error.error}
                log.info("card-carried-on", extra=about)
            else:
                return replace(stored, card=self._standing(place, print_)), timedelta(0)
        key = f"incident:{incident.id}:card:{stored.cards}"
        posted = await self._posts.post(key, incident.channel, None, screen, anew=True)
        after = replace(stored, card=self._standing(posted, print_), cards=stored.cards + 1)
        return after, timedelta(0)

    def _rests(self, card: IncidentCard, print_: str, incident: Incident) -> timedelta:
        """Return how long a card is not edited; what somebody did to it is shown at once."""
        acted = card.fingerprint.partition("|")[0] != print_.partition("|")[0]
        if acted or not incident.is_open:
            return timedelta(0)
        rests = card.edited_at + CARD_INTERVAL - self._clock.now()
        # longer than that only where the clock was set back
        return rests if timedelta(0) < rests <= CARD_INTERVAL else timedelta(0)

    def _standing(self, posted: PostLocation, print_: str) -> IncidentCard:
        return IncidentCard(posted.channel, posted.ts, self._clock.now(), print_)

    async def _tell(self, stored: StoredIncident, incident: Incident) -> StoredIncident:
        """Post what happened since; without the place of the card there is no thread to tell it."""
        card, posted = stored.card, stored.told
        for event in incident.since(posted + 1):
            if card and card.ts and _is_told(event, incident):
                key = f"incident:{incident.id}:{event.n}"
                screen = event_screen(event, incident)
                await self._posts.post(key, card.channel, card.ts, screen)
            posted = event.n
        return replace(stored, told=posted)


def _is_told(event: Event, incident: Incident) -> bool:
    """Return whether an event is a line of the thread: that it opened, the card says itself."""
    if event.kind is EventKind.OPENED:
        return incident.summary is not None
    return event.n <= MOST_LINES or bool(event.mentions) or event.kind in _ALWAYS


def _summary_key(incident: Incident) -> str:
    return f"incident_summary:{incident.summary}"


def fingerprint(incident: Incident) -> str:
    """Name what a card shows: first what people did, then what the SIMs do."""
    people = (
        incident.state,
        incident.taken_by or "",
        incident.snoozed_until.timestamp() if incident.snoozed_until else "",
        sum(member.gone == "muted" for member in incident.members),
    )
    sims = (
        incident.severity,
        incident.value or "",
        len(incident.members),
        *(f"{m.sid[-6:]}{'-' if m.is_down else '+'}{m.times}" for m in incident.members[:200]),
    )
    return f"{','.join(map(str, people))}|{','.join(map(str, sims))}"


SIMS_AT_ONCE, SECONDS_PER_SIM = 60, 3.0
"""What a channel's alerts may have looked up: so many SIMs at once, then 20 a minute."""
PATIENCE_SECONDS = 45.0
ENTRY = "alert"


class ForeignAlertWork(Struct):
    """What the jobs work with; `lookup` is behind everybody who waits for an answer.

    It reaches the accounts that it is asked for; a SIM that names none is of `account`.
    """

    rows: ListeningRows
    token_bucket: TokenBucket
    lookup: Callable[[frozenset[str]], SessionLookup]
    account: str
    lookups: Lookups
    owners: Owners
    authorizer: Authorizer
    executor: WorkerThread
    links: WebLinks
    clock: Clock

    async def visibility(
        self, listening: ListeningChannel, *, is_shared: bool | None
    ) -> Visibility:
        """Return what all may read there. Raises NotAllowed.

        It is answered in the name of who had the channel listen, as if they had mentioned the bot.
        """
        actor = Actor(
            listening.team,
            listening.enterprise,
            listening.person,
            listening.channel,
            in_shared=is_shared,
        )
        return await self.authorizer.authorize(actor, for_all=True)

    async def look_up(self, texts: Sequence[str], to: Visibility) -> list[Answer]:
        """Report on each as its readers may see it; what fails stands in its place."""
        lookup, redaction = self.lookup(to.accounts), to.redaction
        answers = await lookup.look_up_many(texts, within=PATIENCE_SECONDS)
        if redaction is None:
            return answers
        return [
            redacted_error(answer, text)
            if isinstance(answer, BotError)
            else await self.executor.run(redacted, answer, redaction)
            for text, answer in zip(texts, answers, strict=True)
        ]

    async def draw(self, args: dict[str, Any], answers: Sequence[Answer]) -> Screen:
        """Draw one SIM as a report and several as a table, as a mention's answer is."""
        screen = await self._drawn(triage(args["texts"], answers, cut=args["cut"]), args["channel"])
        return alert_answer_screen(screen, args["times"], _moment(args["latest"]))

    async def _drawn(self, made: Triage, channel: str) -> Screen:
        if len(made.rows) == 1 and made.reports and not made.cut:
            return session_report(made.reports[0], for_all=True, links=self.links)
        sids = [report.sim.sid for report in made.troubled]
        owners = await self.owners.of(channel, sids) if sids else ()
        return await self.executor.run(partial(triage_screen, made, for_all=True, owners=owners))

    def audit_rows(
        self, listening: ListeningChannel, args: dict[str, Any], answers: Sequence[Answer]
    ) -> list[Lookup]:
        """Return what the audit keeps of it, under the person who had the channel listen."""
        asking = AskedBy(
            request=args["identity"],
            team=listening.team or "",
            person=listening.person,
            channel=listening.channel,
            thread=args["thread"],
            entry=ENTRY,
        )
        at = self.clock.now().timestamp()
        return [to_row(asking, answer, at, self.account) for answer in answers]


def _moment(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)
