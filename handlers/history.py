"""A SIM's history as a reply; a long one takes its time to draw, so it is drawn off the loop."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.files import HistoryFile, csv_file, picture_file, sent_screen, shared_screen
from bot.blocks.history import history_screen
from bot.blocks.history_months import LONGEST, beyond_fault, beyond_screen, days_fault
from bot.blocks.modals import loading_view, notice_view, session_view
from bot.digests.days import Day
from bot.errors import BadDays, BotError, OldButton
from bot.services import Services
from bot.sessions.report import SessionReport
from bot.sims.numbers import check_digit_fits, digits_of, is_iccid, is_imei
from handlers.clicks import Click, action_in, on_click, read, value_of
from handlers.lookups import look_up
from handlers.payloads import Body, Request, from_click, part, text_in
from handlers.replies import PATIENCE_SECONDS, Reply, attempt, send

log = logging.getLogger(__name__)


async def history_reply(
    report: SessionReport, days: int, services: Services, *, replace: bool = False
) -> Reply:
    """Show the last `days` to the asker: sessions up to 30, beyond that what scans have kept.

    Raises BadDays where not so many are known, and then only StoreError.
    """
    if days > LONGEST:
        return await _beyond(report, days, services, replace=replace)
    known = await _known(report.sim.sid, services)
    screen = await services.executor.run(history_screen, report, days, known=known)
    return Reply(screen, replace=replace)


async def _beyond(report: SessionReport, days: int, services: Services, *, replace: bool) -> Reply:
    known = await services.archive.days(report.sim.sid)
    if fault := beyond_fault(report, known, days):
        raise BadDays(fault)
    screen = await services.executor.run(beyond_screen, report, known, days)
    return Reply(screen, replace=replace)


async def _known(sid: str, services: Services) -> dict[int, Day]:
    """Return the days that are kept; a store that is away is no reason not to answer."""
    try:
        return await services.archive.days(sid)
    except BotError:
        log.info("days-not-read", exc_info=True)
        return {}


def register_history_buttons(app: AsyncApp, services: Services) -> None:
    """Attach a listener to each button."""
    for action, click in CLICKS.items():
        app.action(ids.pattern(action))(on_click(action, click, services))


async def history(request: Request, value: str, services: Services) -> Reply:
    """Show the history to who clicked, beside the answer that the button stands under."""
    asked = read(ids.Window, value)
    report = await look_up(request, asked.sid, services, for_all=False)
    return await history_reply(report, asked.days, services)


async def csv(request: Request, value: str, services: Services) -> Reply:
    """Send a CSV file of all sessions to who clicked."""
    return await _send(request, ids.FileKind.CSV, read(ids.Window, value), services)


async def timeline(request: Request, value: str, services: Services) -> Reply:
    """Send the picture of the timeline to who clicked."""
    return await _send(request, ids.FileKind.PICTURE, read(ids.Window, value), services)


async def share_file(request: Request, value: str, services: Services) -> Reply:
    """Make the file anew and share it where the button was clicked."""
    asked = read(ids.ShareFile, value)
    file = await MAKERS[asked.kind](request, asked, services, for_all=True)
    await services.files.to_channel(request, file)
    return _in_place(file)


async def _send(
    request: Request, kind: ids.FileKind, window: ids.Window, services: Services
) -> Reply:
    file = await MAKERS[kind](request, window, services, for_all=False)
    sent = await services.files.to_asker(request, file)
    is_elsewhere = sent.channel != request.channel
    share = ids.ShareFile(sid=window.sid, days=window.days, kind=kind) if is_elsewhere else None
    return Reply(sent_screen(file, share, is_ready=sent.is_ready))


def _in_place(file: HistoryFile) -> Reply:
    return Reply(shared_screen(file), replace=True)


async def _csv(
    request: Request, window: ids.Window, services: Services, *, for_all: bool
) -> HistoryFile:
    report = await look_up(request, window.sid, services, for_all=for_all)
    by = request.user if for_all else None
    return await services.executor.run(csv_file, report, window.days, shared_by=by)


async def _picture(
    request: Request, window: ids.Window, services: Services, *, for_all: bool
) -> HistoryFile:
    report = await look_up(request, window.sid, services, for_all=for_all)
    by = request.user if for_all else None
    png = await services.renderer.timeline(report, days=window.days)
    return await services.executor.run(picture_file, report, window.days, png, shared_by=by)


class Make(Protocol):
    """Makes a file; `for_all` of one that is shared with everybody in the channel."""

    async def __call__(
        self, request: Request, window: ids.Window, services: Services, *, for_all: bool
    ) -> HistoryFile:
        """Look the SIM up and write the file."""


MAKERS: Mapping[ids.FileKind, Make] = {ids.FileKind.CSV: _csv, ids.FileKind.PICTURE: _picture}
CLICKS: Mapping[str, Click] = {
    ids.HISTORY: history,
    ids.CSV: csv,
    ids.TIMELINE: timeline,
    ids.SHARE_FILE: share_file,
}


TITLE = "Session details"

Choose = Callable[[Body], ids.Details]
Listener = Callable[[AsyncAck, Body], Awaitable[None]]


def register_modals(app: AsyncApp, services: Services) -> None:
    """Attach a listener to the button that opens the window and to what can be chosen in it."""
    for action, choose in CHOICES.items():
        app.action(ids.pattern(action))(on_choice(action, choose, services))


def on_choice(name: str, choose: Choose, services: Services) -> Listener:
    """Return the listener that acknowledges and then shows the session that was chosen."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        await ack()
        details = SessionDetails(
            from_click(body), text_in(part(body, "view"), "id") or None, services
        )
        work = attempt(name, lambda: details.show(choose(body)), details.tell, services)
        services.tasks.start(work, name=name)

    return listener


def of_button(body: Body) -> ids.Details:
    """Read the session that a button names. Raises OldButton."""
    return read(ids.Details, value_of(body))


def of_select(body: Body) -> ids.Details:
    """Read the session that was chosen in the window. Raises OldButton."""
    option = part(action_in(body), "selected_option")
    metadata = text_in(part(body, "view"), "private_metadata")
    try:
        return ids.chosen(metadata, text_in(option, "value"))
    except ValueError as error:
        raise OldButton from error


class Window(Protocol):
    """A window that is open."""

    async def show(self, view: Mapping[str, Any]) -> None:
        """Draw it anew."""


class SessionDetails:
    """The window of one person; `view` is its id where the click was in it."""

    def __init__(self, request: Request, view: str | None, services: Services) -> None:
        self._request = request
        self._services = services
        self._window: Window | None = services.windows.opened(view) if view else None

    async def show(self, chosen: ids.Details) -> None:
        """Show a session, in a new window if need be. Raises what the look-up or Slack raises."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            place = chosen.channel or self._request.channel
            chosen = chosen.model_copy(update={"channel": place or None})
            window = await self._opened(chosen)
            request = replace(self._request, channel=place)
            report = await look_up(request, chosen.sid, self._services, for_all=False)
            view = await self._services.executor.run(session_view, report, chosen)
        await window.show(view)

    async def tell(self, reply: Reply) -> None:
        """Say what went wrong, in the window if there is one."""
        if self._window is None:
            await send(reply, self._request, self._services)
            return
        try:
            await self._window.show(notice_view(TITLE, reply.screen))
        except BotError:
            log.exception("not-delivered")

    async def _opened(self, chosen: ids.Details) -> Window:
        if self._window is None:
            view = loading_view(TITLE, chosen.to_value())
            self._window = await self._services.windows.open(self._request.trigger, view)
        return self._window


CHOICES: Mapping[str, Choose] = {
    ids.DETAILS: of_button,
    ids.TURN_PAGE: of_button,
    ids.CHOOSE_SESSION: of_select,
}


_PARTED = re.compile(r"(?P<sim>\S.*?)\s+(?P<days>\d+\s+days?|\S+)", re.IGNORECASE | re.DOTALL)
_UNIT = re.compile(r"(?<=\d)\s*(?:d|days?)$", re.IGNORECASE)
_CHECKED = frozenset({15, 19, 20})  # lengths of IMEIs and ICCIDs that end in a check digit
_TELECOM = "89"  # how every ICCID begins (ITU-T E.118), and no IMEI


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand what was typed; `fault` says what is wrong with its days."""

    sim: str
    days: int = LONGEST
    fault: str | None = None


def readings(text: str) -> tuple[Reading, ...]:
    """Return each way to read the text, the likelier first."""
    whole = Reading(text.strip())
    parted = _PARTED.fullmatch(whole.sim)
    if parted is None:
        return (whole,)
    days = _UNIT.sub("", parted["days"])
    fault = days_fault(days)
    head = Reading(parted["sim"], LONGEST if fault else int(days), fault)
    # a name with a wrong, or large, number of days behind it is likelier a longer name
    is_unlikely = fault or head.days > LONGEST
    return _of_numbers(head, whole) or ((whole, head) if is_unlikely else (head, whole))


def _of_numbers(*found: Reading) -> tuple[Reading, ...]:
    """Return those that are an ICCID or an IMEI, where the check digit fits first."""
    fitting = [(reading, _fit(reading.sim)) for reading in found]
    likely = sorted((pair for pair in fitting if pair[1]), key=lambda pair: -pair[1])
    return tuple(reading for reading, _ in likely)


def _fit(text: str) -> int:
    """Return 0 for no ICCID or IMEI, 1 for one by its length, 2 where its check digit fits too."""
    digits = digits_of(text) or ""
    could_be = is_iccid(digits) or (is_imei(digits) and not digits.startswith(_TELECOM))
    if not could_be:
        return 0
    return 2 if len(digits) in _CHECKED and check_digit_fits(digits) else 1
