"""What Slack says of a person or a channel, asked once."""

import asyncio

import pytest

from bot.slack.directory import AGAIN_SECONDS, FRESH_SECONDS, STALE_SECONDS, StaleCache
from bot.slack.errors import SlackRefused, SlackUnreachable


class Slack:
    """Answers with what is set, and counts."""

    def __init__(self):
        self.asked = []
        self.answer = True
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, key):
        self.asked.append(key)
        await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def says():
    return Slack()


@pytest.fixture
async def remembered(says, clock):
    made = StaleCache("guest", says, clock)
    yield made
    await made.aclose()


async def test_an_answer_is_good_for_some_minutes(remembered, says, clock):
    """
    Slack is asked once a key, and again when the answer is old.
    """
    first = [await remembered.get(key) for key in ("U1", "U1", "U2")]
    says.answer = False
    clock.move(FRESH_SECONDS + 1)

    assert [True] * 3 == first
    assert await remembered.get("U1") is False
    assert ["U1", "U2", "U1"] == says.asked


async def test_many_who_ask_at_once_make_one_question(remembered, says):
    """
    They wait for the same answer.
    """
    says.gate.clear()
    asking = asyncio.gather(*(remembered.get("U1") for _ in range(5)))
    await asyncio.sleep(0)
    says.gate.set()

    assert [True] * 5 == await asking
    assert ["U1"] == says.asked


@pytest.mark.parametrize("error", [SlackRefused("m", "missing_scope"), SlackUnreachable("m")])
async def test_what_slack_does_not_say_is_unknown_for_a_minute(remembered, says, clock, error):
    """
    None is not False; after a minute Slack is asked again.
    """
    says.answer = error
    unknown = [await remembered.get("U1") for _ in range(2)]
    says.answer = False
    clock.move(AGAIN_SECONDS + 1)

    assert [None, None] == unknown
    assert await remembered.get("U1") is False
    assert ["U1", "U1"] == says.asked


async def test_an_answer_that_says_nothing_is_unknown(remembered, says, clock):
    """
    As if Slack had not answered.
    """
    says.answer = None
    unknown = await remembered.get("U1")
    says.answer = True
    clock.move(AGAIN_SECONDS + 1)

    assert unknown is None
    assert await remembered.get("U1") is True


async def test_an_old_answer_stands_in_while_slack_fails(remembered, says, clock):
    """
    For an hour; then it is unknown.
    """
    await remembered.get("U1")
    says.answer = SlackUnreachable("m")
    clock.move(FRESH_SECONDS + 1)
    stale = await remembered.get("U1")
    clock.move(STALE_SECONDS)

    assert stale is True
    assert await remembered.get("U1") is None


async def test_nobody_waits_for_long(remembered, says, monkeypatch):
    """
    Whoever asks goes on without an answer; the next one has it.
    """
    monkeypatch.setattr("bot.slack.directory.PATIENCE_SECONDS", 0.01)
    says.gate.clear()
    without = await remembered.get("U1")
    says.gate.set()
    with_it = await remembered.get("U1")

    assert (None, True) == (without, with_it)


async def test_what_slack_told_by_itself_needs_no_question(remembered, says):
    """
    An event says it too.
    """
    remembered.learn("C1", False)

    assert await remembered.get("C1") is False
    assert [] == says.asked


async def test_a_fault_of_ours_is_not_kept(remembered, says):
    """
    It is raised to who asked, and the next one asks again.
    """
    says.answer = KeyError("x")
    with pytest.raises(KeyError):
        await remembered.get("U1")
    says.answer = True

    assert await remembered.get("U1") is True
