"""A timeline's cost: warm, in a process that never drew, and how long it holds the event loop.

The floor is Pillow alone: as many plain rectangles, painted four times as large and reduced so that
their edges are as sharp, and the PNG of it, without a letter. How
long the loop is held is told in CPU of this process: what others do on the machine does not count.
"""

import asyncio
import io
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

from rounds import ROUNDS, held, report, timed

from bot.diagnosis.evidence import State
from bot.kore.models import DataSession, Sim
from bot.ops.tasks import WorkerThread
from bot.pictures.timeline import draw_report
from bot.services import Renderer
from bot.sessions.report import SessionReport

SESSIONS = 500
NETWORKS = (("310", "260", "USA"), ("310", "410", "USA"), ("334", "020", "MEX"))
RADIOS = ("LTE", "LTE", "UMTS", "NR")
NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
IN_FRESH_PROCESS = """
import time
from picture import a_report, draw
told = a_report()
begun = time.process_time()
draw(told)
print(time.process_time() - begun, time.process_time())
"""


def a_session(number: int) -> DataSession:
    """Return one of many sessions; the SIM roams, and its radio falls back now and then."""
    mcc, mnc, country = NETWORKS[number // 50 % len(NETWORKS)]
    start = NOW - timedelta(days=30) * (number + 1) / SESSIONS
    return DataSession(
        radio_link=RADIOS[number % len(RADIOS)],
        operator_mcc=mcc,
        operator_mnc=mnc,
        operator_country=country,
        operator_name=f"Operator {mnc}",
        imei="014931000129700" if number < SESSIONS // 2 else "353328110000770",
        start=start,
        end=start + timedelta(minutes=10 + number * 7 % 60),
        last_updated=start + timedelta(minutes=5),
    )


def a_report() -> SessionReport:
    """Return what the bot knows of a SIM that has been busy for a month."""
    return SessionReport(
        query="truck-42",
        sim=Sim(sid="DE" + "0" * 32, unique_name="truck-42", iccid="8901260012345678909"),
        state=State.OFFLINE,
        since=None,
        sessions=tuple(a_session(number) for number in range(SESSIONS)),
        summary=None,
        findings=(),
        as_of=NOW,
        made_at=NOW,
    )


def draw(told: SessionReport) -> bytes:
    """Draw as the renderer does."""
    return draw_report(told)


def floor() -> bytes:
    """Draw as many rectangles, and nothing else."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- the fresh process must not have it yet

    image = Image.new("L", (4 * 1200, 4 * 420))
    sheet = ImageDraw.Draw(image)
    for number in range(SESSIONS):
        sheet.rectangle((9 * number, 400, 9 * number + 5, 600), fill=number % 100)
    image = image.reduce(4)
    image.putpalette([part for grey in range(256) for part in (grey, grey, grey)])
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def cold() -> tuple[float, float]:
    """Return the CPU seconds of a first picture, and of its whole process from exec on."""
    done = subprocess.run(
        [sys.executable, "-c", IN_FRESH_PROCESS],
        env={"PYTHONPATH": ":".join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    )
    first, whole = done.stdout.split()
    return float(first), float(whole)


async def holds(told: SessionReport) -> tuple[float, float, float]:
    """Return the hold of the first picture here, of later ones, and of a thread that counts.

    All in ms, and in the CPU of all threads, of which one draws.
    """
    executor = WorkerThread()
    renderer = Renderer(executor)

    async def picture() -> float:
        return await held(renderer.timeline(told), time.process_time)

    async def count() -> float:
        counting = asyncio.to_thread(sum, (number % 7 for number in range(500_000)))
        return await held(counting, time.process_time)

    first = await picture()
    pairs = [(await picture(), await count()) for _ in range(3 * ROUNDS)]
    await executor.aclose()
    later, counting = zip(*pairs, strict=True)
    return first, statistics.median(later), statistics.median(counting)


def main() -> None:
    """Print the figures."""
    told = a_report()
    first_hold, later_hold, counting = asyncio.run(holds(told))
    figures = timed({"picture": lambda: draw(told), "floor": floor}, 3 * ROUNDS)
    colds = [cold() for _ in range(ROUNDS)]
    warm, bare = figures["picture"].cpu, figures["floor"].cpu
    first, whole = (statistics.median(times) for times in zip(*colds, strict=True))
    print(f"  {SESSIONS} sessions, {len(draw(told))} bytes of PNG; floor {bare * 1e3:.1f} ms CPU")
    print(f"  a fresh process from exec to the first picture: {whole * 1e3:.0f} ms CPU")
    print(f"  a thread that only counts holds the loop for {counting:.1f} ms")
    report("picture: CPU warm", warm * 1e3, 60, "ms")
    report("picture: x Pillow's rectangles alone", warm / bare, 4)
    report("picture: CPU of the first in a process", first * 1e3, 200, "ms")
    report("picture: longest hold of the loop, first", first_hold, 10, "ms")
    report("picture: longest hold of the loop, later", later_hold, 10, "ms")


if __name__ == "__main__":
    main()
