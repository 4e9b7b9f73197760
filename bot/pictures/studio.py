"""Draws pictures beside the event loop: in one thread of its own, one picture after the other.

A thread is enough: drawing is many small steps, between which Python lets the event loop go on.
Even the import of all that draws, Pillow above all, happens there at the first picture.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, tzinfo
from functools import partial

from bot.diagnosis.thresholds import Thresholds
from bot.errors import Restarting
from bot.sessions.report import SessionReport

DEFAULTS = Thresholds()


class Studio:
    """Draws for all who ask, in the order asked. Nothing is started before the first picture."""

    def __init__(self, limits: Thresholds = DEFAULTS) -> None:
        self._limits = limits
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="studio")
        self._is_closed = False

    async def timeline(self, report: SessionReport, *, days: int = 30, zone: tzinfo = UTC) -> bytes:
        """Draw the timeline of a report as a PNG.

        Raises KoreError where its sessions could not be read, Restarting once the studio is closed.
        Who is cancelled while it waits takes its place in the queue with it; a picture that is
        under way is finished for nobody.
        """
        if self._is_closed:
            raise Restarting
        work = partial(self._draw, report, days, zone)
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def aclose(self) -> None:
        """Wait for the picture under way; those behind it are not drawn. Twice does no harm."""
        self._is_closed = True
        await asyncio.to_thread(self._thread.shutdown)

    def _draw(self, report: SessionReport, days: int, zone: tzinfo) -> bytes:
        if self._is_closed:
            raise Restarting
        from bot.pictures.timeline import draw_report  # noqa: PLC0415 -- not at the bot's start

        return draw_report(report, days=days, zone=zone, limits=self._limits)
