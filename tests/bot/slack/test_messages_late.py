"""Progress that Slack shows only after the answer was sent."""

import asyncio

import pytest

from bot.emulators.slack.faults import Fault
from tests.bot.slack.conftest import To
from tests.bot.slack.test_messages import delivery, fallback, progress, saying, texts
from tests.fakes import FakeClock
from tests.waiting import until

__all__ = ["delivery", "fallback", "progress"]


async def shown(progress, text="1 of 3"):
    message = progress.begin(To(), in_channel=True)
    await message.show(saying(text))
    return message


class Held(FakeClock):
    """Time in which a sleep lasts until it is let go."""

    def __init__(self):
        super().__init__()
        self.begun, self.let_go = asyncio.Event(), asyncio.Event()

    async def sleep(self, seconds):
        self.begun.set()
        await self.let_go.wait()


async def test_progress_that_is_cut_off_on_its_way_does_not_stand_over_the_answer(progress, slack):
    """Slack may do it late: the answer is put in its place once more."""
    message = await shown(progress)
    slack.workspace.clock = held = Held()
    slack.api.faults.latency["chat.update"] = 1
    showing = asyncio.create_task(message.show(saying("2 of 3")))
    await held.begun.wait()
    showing.cancel()
    await asyncio.wait({showing})
    slack.api.faults.latency.clear()

    await message.finish(saying("all"))
    held.let_go.set()
    await until(lambda: texts(slack) == ["2 of 3"])
    await message.settle()

    assert ["all"] == texts(slack)


@pytest.mark.parametrize("fault", [None, Fault(body={"ok": False, "error": "internal"})])
async def test_what_surely_ended_is_not_said_again(progress, slack, fault):
    """One edit, the answer's, is enough."""
    message = await shown(progress)
    if fault:
        slack.api.faults.add("chat.update", fault)
    await message.show(saying("2 of 3"))
    await message.finish(saying("all"))

    await message.settle()

    assert 2 == len(slack.api.calls.of("chat.update"))
