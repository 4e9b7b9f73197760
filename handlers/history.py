"""A SIM's history as a reply; a long one takes its time to draw, so it is drawn off the loop."""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from functools import partial

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.csv_files import SlackFile, csv_file, picture_file, sent_screen, shared_screen
from bot.blocks.history import (
    LONGEST,
    days_fault,
    history_screen,
    older_days_fault,
    older_days_screen,
)
from bot.blocks.kit import clean
from bot.blocks.modals import loading_view, session_view
from bot.clock import parse_seconds
from bot.digests.archive import Archive
from bot.digests.days import Day
from bot.errors import BadDays, BotError, OldButton
from bot.ops.tasks import WorkerThread
from bot.services import Actor, Services
from bot.sessions.report import SessionReport
from bot.sims.numbers import check_digit_fits, digits_of, is_iccid, is_imei
from bot.struct import Struct, replace
from handlers.interactions import Click, ModalWindow, action_in, known_zone, read_value, value_of
from handlers.lookups import look_up
from handlers.payloads import Body, Context, Listener, from_click, part, text_in
from handlers.replies import PATIENCE_SECONDS, Reply, shared_once

log = logging.getLogger(__name__)


async def history_reply(
    report: SessionReport,
    days: int,
    archive: Archive,
    executor: WorkerThread,
    *,
    replace: bool = False,
) -> Reply:
    """Show the last `days` to the asker: sessions up to 30, beyond that what scans have kept.

    Raises BadDays where not so many are known, and then only StoreError.
    """
    if days <= LONGEST:
        known = await _known(report.sim.sid, archive)
        screen = await executor.run(history_screen, report, days, known=known)
        return Reply(screen, replace=replace)
    known = await archive.days(report.sim.sid)
    if fault := older_days_fault(report.made_at, known, days, clean(report.sim.full_name)):
        raise BadDays(fault)
    return Reply(await executor.run(older_days_screen, report, known, days), replace=replace)


async def _known(sid: str, archive: Archive) -> dict[int, Day]:
    """Return the days that are kept; a store that is away is no reason not to answer."""
    try:
        return await archive.days(sid)
    except BotError:
        log.info("days-not-read", exc_info=True)
        return {}


async def history(context: Context, value: str) -> Reply:
    """Show the history to who clicked, beside the answer that the button stands under."""
    asked, services = read_value(ids.HistoryWindow, value), context.services
    report = await look_up(context, asked.sid, for_all=False)
    return await history_reply(report, asked.days, services.archive, services.executor)


async def share_file(context: Context, value: str) -> Reply:
    """Make the file anew and share it where the button was clicked."""
    asked = read_value(ids.ShareFile, value)
    async with shared_once(context, value):
        file = await _made(context, asked.kind, asked, for_all=True)
        await context.services.files.to_channel(context.request, file)
    return Reply(shared_screen(file), replace=True)


async def send_file(kind: ids.FileKind, context: Context, value: str) -> Reply:
    """Send a CSV file of all sessions, or the picture of the timeline, to who clicked."""
    asked = read_value(ids.HistoryWindow, value)
    file = await _made(context, kind, asked, for_all=False)
    sent = await context.services.files.to_asker(context.request, file)
    is_elsewhere = sent.channel != context.request.channel
    share = ids.ShareFile(sid=asked.sid, days=asked.days, kind=kind) if is_elsewhere else None
    return Reply(sent_screen(file.name, share, is_ready=sent.is_ready, link=sent.link))


async def _made(
    context: Context, kind: ids.FileKind, asked: ids.HistoryWindow, *, for_all: bool
) -> SlackFile:
    """Look the SIM up and make its file; `for_all` names who shares it with the channel."""
    services, days = context.services, asked.days
    report = await look_up(context, asked.sid, for_all=for_all)
    by = context.request.user if for_all else None
    if kind is ids.FileKind.CSV:
        return await services.executor.run(csv_file, report, days, shared_by=by)
    png = await services.renderer.timeline(report, days=days)
    return await services.executor.run(picture_file, report, days, png, shared_by=by)


CLICKS: Mapping[str, Click] = {
    ids.HISTORY: history,
    ids.CSV: partial(send_file, ids.FileKind.CSV),
    ids.TIMELINE: partial(send_file, ids.FileKind.PICTURE),
    ids.SHARE_FILE: share_file,
}


TITLE = "Session details"

Choose = Callable[[Body], ids.Details]


def register_modals(app: AsyncApp, services: Services) -> None:
    """Attach a listener to the button that opens the modal and to what can be chosen in it."""
    for action, choose in CHOICES.items():
        app.action(action)(on_choice(action, choose, services))


def on_choice(name: str, choose: Choose, services: Services) -> Listener:
    """Return the listener that acknowledges and then shows the session that was chosen."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        await ack()
        context = Context(actor, from_click(body), services)
        view = text_in(part(body, "view"), "id")
        window = ModalWindow(context, services.modals.opened(view) if view else None, TITLE)
        window.show_later(name, lambda: show_details(window, choose(body)))

    return listener


def session_of_button(body: Body) -> ids.Details:
    """Read the session that a button names. Raises OldButton."""
    return read_value(ids.Details, value_of(body))


def session_of_select(body: Body) -> ids.Details:
    """Read the session that was chosen in the modal. Raises OldButton."""
    option = part(action_in(body), "selected_option")
    metadata = text_in(part(body, "view"), "private_metadata")
    try:
        return ids.chosen_session(metadata, text_in(option, "value"))
    except ValueError as error:
        raise OldButton from error


async def show_details(window: ModalWindow, chosen: ids.Details) -> None:
    """Show a session, in a new modal if need be. Raises what the look-up or Slack raises."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        context = window.context
        channel = context.request.channel or await context.checked_channel(chosen.channel or "")
        chosen = chosen.model_copy(update={"channel": channel or None})
        modal = await window.open(TITLE, loading_view(TITLE, chosen))
        context = context.for_request(replace(context.request, channel=channel))
        report = await look_up(context, chosen.sid, for_all=False)
        zone, executor = await known_zone(context), context.services.executor
        view = await executor.run(session_view, report, chosen, zone)
    await modal.show(view)


CHOICES: Mapping[str, Choose] = {
    ids.DETAILS: session_of_button,
    ids.TURN_PAGE: session_of_button,
    ids.CHOOSE_SESSION: session_of_select,
}


_PARTED = re.compile(
    r"(?P<sim>\S.*?)\s+(?:for\s+)?(?P<days>(?:\d+|an?)\s+(?:days?|weeks?)|\S+)",
    re.IGNORECASE | re.DOTALL,
)
_A_DAY = 24 * 3600
_UNIT = re.compile(r"(?<=\d)\s*(?:d|days?)$", re.IGNORECASE)
_CHECKED = frozenset({15, 19, 20})  # lengths of IMEIs and ICCIDs that end in a check digit
_TELECOM = "89"  # how every ICCID begins (ITU-T E.118), and no IMEI


class SimAndDays(Struct):
    """One way to understand what was typed; `fault` says what is wrong with its days."""

    sim: str
    days: int = LONGEST
    fault: str | None = None


def sim_and_days(text: str) -> tuple[SimAndDays, ...]:
    """Return each way to read the text, the likelier first."""
    whole = SimAndDays(text.strip())
    parted = _PARTED.fullmatch(whole.sim)
    if parted is None:
        return (whole,)
    seconds = parse_seconds(parted["days"]) or 0
    is_whole = seconds and not seconds % _A_DAY
    days = f"{seconds / _A_DAY:g}" if is_whole else _UNIT.sub("", parted["days"])
    fault = days_fault(days)
    head = SimAndDays(parted["sim"], LONGEST if fault else int(days), fault)
    # a name with a wrong, or large, number of days behind it is likelier a longer name
    is_unlikely = fault or head.days > LONGEST
    return _of_numbers(head, whole) or ((whole, head) if is_unlikely else (head, whole))


def _of_numbers(*found: SimAndDays) -> tuple[SimAndDays, ...]:
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
