"""What handlers may use: drawing beside the event loop."""

import asyncio
import threading

import pytest

from bot.diagnosis.thresholds import HOUR, Thresholds
from bot.errors import Restarting
from bot.kore.errors import KoreError
from bot.ops.tasks import WorkerThread
from bot.pictures.timeline import draw_report
from bot.services import Renderer
from tests.bot.pictures.sheets import a_report, ago, an_open

MANY = tuple(ago(n / 20, 0.7) for n in range(600))


@pytest.fixture
def renderer(executor):
    return Renderer(executor)


def threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("off-loop")]


async def test_it_draws_what_the_function_draws(renderer):
    """Byte by byte, with the days asked for; an error is told, and the next picture drawn."""
    report = a_report((ago(1), ago(9)))

    assert draw_report(report) == await renderer.timeline(report)
    assert draw_report(report, days=7) == await renderer.timeline(report, days=7)

    with pytest.raises(KoreError, match="could not be read"):
        await renderer.timeline(a_report(None))

    assert (await renderer.timeline(a_report(()))).startswith(b"\x89PNG")


async def test_it_draws_by_the_thresholds_of_the_bot(executor):
    """What the bot does not call stale is not hatched."""
    report = a_report((an_open(2, 8),))
    limits = Thresholds(stale_after=9 * HOUR)
    patient = Renderer(executor, limits)

    assert draw_report(report, limits=limits) == await patient.timeline(report)
    assert draw_report(report) != draw_report(report, limits=limits)


async def test_the_loop_goes_on_while_it_draws(renderer):
    """Another task has many turns before a picture of 600 sessions is done."""
    turns = 0
    drawing = asyncio.ensure_future(renderer.timeline(a_report(MANY)))
    while not drawing.done():
        turns += 1
        await asyncio.sleep(0)

    assert turns > 10
    assert (await drawing).startswith(b"\x89PNG")


async def test_many_askers_share_one_thread(renderer):
    """All get their picture, each its own, drawn one after the other."""
    reports = [a_report(MANY[: 10 * n]) for n in range(8)]
    before = len(threads())
    pictures = await asyncio.gather(*(renderer.timeline(report) for report in reports))

    assert before + 1 == len(threads())
    assert [draw_report(report) for report in reports] == pictures


async def test_no_thread_before_the_first_picture():
    """A renderer that nobody asked costs nothing, and closes all the same."""
    before, executor = threads(), WorkerThread()
    Renderer(executor)

    assert before == threads()
    await executor.aclose()


async def test_a_cancelled_asker_breaks_nothing(renderer):
    """Whoever gives up, under way or waiting, the others get their pictures."""
    askers = [asyncio.ensure_future(renderer.timeline(a_report(MANY))) for _ in range(4)]
    await asyncio.sleep(0)
    askers[0].cancel()
    askers[2].cancel()
    told = await asyncio.gather(*askers, return_exceptions=True)

    assert [True, False, True, False] == [isinstance(t, asyncio.CancelledError) for t in told]
    assert told[1] == told[3] == await renderer.timeline(a_report(MANY))


async def test_closing_waits_for_the_picture_under_way():
    """What has begun is finished; what waits behind it, or comes later, is told of the restart."""
    before, executor = threads(), WorkerThread()
    renderer = Renderer(executor)
    askers = [asyncio.ensure_future(renderer.timeline(a_report(MANY))) for _ in range(20)]
    await asyncio.sleep(0)
    await executor.aclose()
    told = await asyncio.gather(*askers, return_exceptions=True)
    finished = [answer for answer in told if isinstance(answer, bytes)]

    assert 20 == len(finished) + sum(isinstance(answer, Restarting) for answer in told)
    assert len(finished) < 20
    with pytest.raises(Restarting):
        await renderer.timeline(a_report(()))
    assert before == threads()
