"""What can be clicked beneath a table of SIMs: details of one, the file of all, sharing it."""

from collections.abc import Mapping

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.history_files import sent_screen
from bot.blocks.session_report import session_report
from bot.blocks.triage_file import triage_file
from bot.errors import OldButton
from bot.services import Services
from bot.sessions.triage import Triage
from bot.sims.spotter import Spotted
from handlers.answering import answer_later
from handlers.asking import look_up
from handlers.buttons import Body, Click, Listener, action_in, on_click, read
from handlers.reply import Reply, showing
from handlers.request import Request, from_click, part
from handlers.triage import Board, table_reply


def register_triage_buttons(app: AsyncApp, services: Services) -> None:
    """Attach a listener to each."""
    app.action(ids.pattern(ids.TRIAGE_DETAILS))(on_details(services))
    for action, click in CLICKS.items():
        app.action(ids.pattern(action))(on_click(action, click, services))


def on_details(services: Services) -> Listener:
    """Give the listener that shows the SIM that was chosen to who chose it."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        await ack()
        request, option = from_click(body), part(action_in(body), "selected_option")
        chosen = str(option.get("value"))
        answer_later("details", lambda: details(request, chosen, services), request, services)

    return listener


async def details(request: Request, sid: str, services: Services) -> Reply:
    """Report on one SIM of the table, beside the table. Raises OldButton."""
    if not ids.Sims.takes(sid):
        raise OldButton
    report = await look_up(request, sid, services, for_all=False)
    return Reply(lambda refused: session_report(report, refused=refused))


async def csv(request: Request, value: str, services: Services) -> Reply:
    """Send the table as a file to who clicked, as it is now."""
    made = await _read_again(request, value, services, for_all=False)
    file = await services.off_loop.run(triage_file, made)
    sent = await services.files.to_asker(request, file)
    return showing(sent_screen(file, None, is_ready=sent.is_ready))


async def share(request: Request, value: str, services: Services) -> Reply:
    """Post the table for the whole channel, as it is now."""
    made = await _read_again(request, value, services, for_all=True)
    return table_reply(made, services, for_all=True)


async def _read_again(request: Request, value: str, services: Services, *, for_all: bool) -> Triage:
    try:
        sids = read(ids.Sims, value).sids
    except ValueError as error:
        raise OldButton from error
    board = Board(Spotted(sids, len(sids)))
    await board.fill(request, services, for_all=for_all)
    return board.triage()


CLICKS: Mapping[str, Click] = {ids.TRIAGE_CSV: csv, ids.TRIAGE_SHARE: share}
