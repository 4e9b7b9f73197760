"""Where agents' calls are made: within the rate, audited, redacted for their token.

Long answers come in pages: what was found is kept for a while, so that no page is read anew.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any

from cachetools import TTLCache

from bot.alerts.incident import Incident, redacted_incident
from bot.alerts.incident_repository import Incidents
from bot.clock import Clock
from bot.diagnosis.thresholds import Thresholds
from bot.digests.archive import Archive, Audience, FleetScans
from bot.errors import AskedTooOften, BotError, TookTooLong, UserError
from bot.ops.logging import request_fields, request_id
from bot.sessions.fleet import AccountViews, FleetView
from bot.sessions.fleet_query import FleetQuery
from bot.sessions.questions import AskedBy, Audit
from bot.sessions.redaction import redacted, redacted_error
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import Snapshot
from bot.sessions.triage import FleetAnswer, Triage, fresh_answer, triage
from bot.sims.spotter import Spotted
from bot.slack.access import MANY, REDACTED, UserRateLimit
from bot.struct import Struct, replace

KEPT_SECONDS = 300.0
MOST_KEPT = 20
"""Answers of one tool to one caller; the oldest goes first."""


_DIGITS = 9  # of a place in an answer


class PageGone(UserError):
    """The cursor is of an answer that is no longer kept, or of somebody else's."""

    sentence = "That page is no longer kept. Ask again without the cursor."


class ResultPage(Struct):
    """A part of the rows, what was said of all of them, and the cursor of the next part."""

    about: Any
    rows: Sequence[Any]
    next_cursor: str | None
    is_first: bool = False


class ResultPages:
    """Keeps answers in memory, each for who asked by which tool alone."""

    def __init__(self, clock: Clock) -> None:
        self._kept: defaultdict[tuple[str, str], TTLCache[str, tuple[Any, Sequence[Any]]]] = (
            defaultdict(lambda: TTLCache(MOST_KEPT, KEPT_SECONDS, timer=clock.monotonic))
        )

    def first(
        self, owner: tuple[str, str], about: object, rows: Sequence[Any], size: int
    ) -> ResultPage:
        """Return the first page of an answer; the rest is kept where there is any."""
        if len(rows) <= size:
            return ResultPage(about, rows, None, is_first=True)
        name = secrets.token_urlsafe(12)
        self._kept[owner][name] = about, rows
        return ResultPage(about, rows[:size], f"{name}.{size}", is_first=True)

    def next(self, owner: tuple[str, str], cursor: str, size: int) -> ResultPage:
        """Return the page that a cursor names. Raises PageGone."""
        name, _, place = cursor.partition(".")
        about, rows = self._kept[owner].get(name, (None, ()))
        is_place = place.isascii() and place.isdigit() and len(place) <= _DIGITS
        if not is_place or int(place) >= len(rows):
            raise PageGone
        end = int(place) + size
        more = f"{name}.{end}" if end < len(rows) else None
        return ResultPage(about, rows[int(place) : end], more)


PATIENCE_SECONDS = 60.0
READING_SECONDS = 45.0
"""Of that, for reading many SIMs."""
MOST_ROWS = 1000
"""SIMs of a scan that are listed, on all pages."""


class Caller(Struct):
    """Who asks over MCP: the name of a token, and what it may see; no `accounts`: of all."""

    name: str
    redacts: bool = False
    accounts: frozenset[str] = frozenset()

    @property
    def person(self) -> str:
        """What the rate limit and the audit know it by."""
        return f"mcp:{self.name}"

    @property
    def redaction(self) -> str | None:
        """What is redacted and why; None: nothing."""
        return f"{REDACTED} for this token." if self.redacts else None


class AgentServices(Struct):
    """What the tools may use; each is ready."""

    views: AccountViews
    scans: FleetScans
    archive: Archive
    incidents: Incidents
    rate_limit: UserRateLimit
    audit: Audit
    pages: ResultPages
    clock: Clock
    thresholds: Thresholds


class AgentLookups:
    """The look-ups of one call. Each raises AskedTooOften, TookTooLong, and what is said."""

    def __init__(self, services: AgentServices, caller: Caller) -> None:
        self.services = services
        self.caller = caller
        self._is_noted = False

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Take a look-up from the rate, and audit the call's outcome; every call is audited.

        One that is refused for its rate is noted once a minute. One that is given up is not noted.
        """
        try:
            self.services.rate_limit.take(self.caller.person)
            yield
        except Exception as error:
            if not (isinstance(error, AskedTooOften) and error.is_said):
                self._note(error if isinstance(error, BotError) else BotError())
            raise
        if not self._is_noted:
            self.services.audit.note_action(self._asking())

    @property
    def view(self) -> FleetView:
        """The SIMs that the caller may see. Raises NotAllowed where there is no such account."""
        views = self.services.views
        return views.of(self.caller.accounts or views.names)

    async def look_up(self, text: str, *, fresh: bool = False) -> SessionReport:
        """Report on the SIM that `text` names. Raises what SessionLookup.look_up raises."""
        redaction = self.caller.redaction
        try:
            async with patience():
                report = await self.view.sessions.look_up(text, fresh=fresh)
        except BotError as error:
            visible = redacted_error(error, text) if redaction else error
            if visible is error:
                raise
            raise visible from error
        self._note(report)
        return redacted(report, redaction) if redaction else report

    async def triage(
        self, texts: Sequence[str], *, cut: int = 0, newest_only: bool = True
    ) -> Triage:
        """Report on each, the worst first; what fails stands in its place."""
        if len(texts) > MANY:
            self.services.rate_limit.take(self.caller.person, len(texts) - MANY)
        answers = await self.view.sessions.look_up_many(
            texts, newest_only=newest_only, within=READING_SECONDS
        )
        for answer in answers:
            self._note(answer)
        shown = [self._visible(text, each) for text, each in zip(texts, answers, strict=True)]
        return triage(texts, shown, cut=cut)

    async def spotted(self, text: str) -> Spotted:
        """Return the SIMs that a text names. Raises ListUnread and KoreError where none can say."""
        self.services.rate_limit.take_text(self.caller.person, len(text))
        found = await self.view.spotter.spot(text)
        if not (found.named or found.is_listed):
            raise self.view.directory.unread
        return found

    async def ask_fleet(self, query: FleetQuery) -> FleetAnswer:
        """Return which SIMs fit: few are looked up, of many the last scan tells.

        Raises NoneMeant, NoScan, ListUnread, StoreError and KoreError.
        """
        services, redaction = self.services, self.caller.redaction
        async with patience():
            query = self.view.fleet.narrowed(query)
            meant = await self.view.fleet.matching(query, redacts=redaction is not None)
            if meant.sids:
                made = await self.triage(meant.sids, newest_only=not query.top)
                now = services.clock.now()
                most = len(meant.sids)
                answer = fresh_answer(query, made, now, redacted=redaction, most=most)
                return replace(answer, missing=meant.missing)
            to = Audience("", self.caller.person, False, redaction, self.view.accounts)  # noqa: FBT003 -- as it is declared
            answer = await services.scans.from_scan(query, meant, to, most=MOST_ROWS)
        for row in answer.rows:
            self._note(row.snapshot)
        return answer

    async def incidents(self, within: timedelta) -> list[Incident]:
        """Return those that were open within that time; 0: that are. Newest first.

        Raises StoreError.
        """
        now, accounts = self.services.clock.now(), self.view.accounts
        start, incidents = now - within, self.services.incidents
        found = await incidents.between(None, start, now, accounts=accounts)
        return [redacted_incident(each) if self.caller.redacts else each for each in found]

    def _visible(self, text: str, answer: SessionReport | BotError) -> SessionReport | BotError:
        redaction = self.caller.redaction
        if redaction is None:
            return answer
        if isinstance(answer, BotError):
            return redacted_error(answer, text)
        return redacted(answer, redaction)

    def _note(self, answer: SessionReport | Snapshot | BotError) -> None:
        self._is_noted = True
        self.services.audit.note(self._asking(), answer)

    def _asking(self) -> AskedBy:
        """Return for the audit who asks, and by what: `mcp oncall look_up_sim`."""
        answered_by = request_fields().get("answer", "")
        return AskedBy(
            request=request_id(),
            team="",
            person=self.caller.person,
            channel="",
            thread=None,
            entry=f"mcp {self.caller.name} {answered_by}".rstrip(),
        )


@asynccontextmanager
async def patience() -> AsyncIterator[None]:
    """Give up after a minute. Raises TookTooLong."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield
    except TimeoutError as error:
        raise TookTooLong from error
