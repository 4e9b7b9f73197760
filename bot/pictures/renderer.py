"""Draws pictures beside the event loop, one after the other.

A thread is enough: drawing is many small steps, between which Python lets the event loop go on.
Even the import of all that draws, Pillow above all, happens there at the first picture.
"""

from datetime import UTC, tzinfo

from bot.diagnosis.thresholds import Thresholds
from bot.ops.tasks import WorkerThread
from bot.sessions.report import SessionReport

DEFAULTS = Thresholds()


class Renderer:
    """Draws for all who ask, in the order asked, by the thresholds of this bot."""

    def __init__(self, executor: WorkerThread, limits: Thresholds = DEFAULTS) -> None:
        self._off_loop = executor
        self._limits = limits

    async def timeline(self, report: SessionReport, *, days: int = 30, zone: tzinfo = UTC) -> bytes:
        """Draw the timeline of a report as a PNG.

        Raises KoreError where its sessions could not be read, Restarting once the loop's side is
        closed. Who is cancelled while it waits takes its place in the queue with it; a picture that
        is under way is finished for nobody.
        """
        return await self._off_loop.run(_draw, report, days, zone, self._limits)


def _draw(report: SessionReport, days: int, zone: tzinfo, limits: Thresholds) -> bytes:
    from bot.pictures.timeline import draw_report  # noqa: PLC0415 -- not at the bot's start

    return draw_report(report, days=days, zone=zone, limits=limits)
