"""A SIM's history as a reply; a long one takes its time to draw, so it is drawn off the loop."""

from bot.blocks.history import history_screen
from bot.services import Services
from bot.sessions.report import SessionReport
from handlers.reply import Reply


def history_reply(
    report: SessionReport, days: int, services: Services, *, replace: bool = False
) -> Reply:
    """Show the sessions of the last `days` to the asker."""
    return Reply(
        lambda refused: services.off_loop.run(history_screen, report, days, refused=refused),
        replace=replace,
    )
