"""Nothing is answered twice, and nothing late."""

import pytest

from bot.ops.metrics import Metrics
from bot.services import Deduplication
from bot.store.errors import StoreLost
from bot.store.idempotency import RecentIds
from handlers.dedupe import is_first, is_late
from tests.fakes import FakeClock


class Seen:
    """Gives one answer, or raises."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    async def claim(self, key, within):
        self.asked.append((key, within))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def knowing(seen):
    """What a process knows that has seen nothing yet."""
    clock = FakeClock()
    return Deduplication(RecentIds(clock), seen, clock, Metrics())


@pytest.mark.parametrize(("answer", "first"), [(True, True), (False, False), (StoreLost(), True)])
async def test_who_has_the_first_word(answer, first):
    """The store decides between processes; where it is down this one answers."""
    assert first is await is_first("C1:1.0", knowing(Seen(answer)))


async def test_this_process_asks_the_store_once():
    """What it has seen itself it does not ask again."""
    seen = Seen(StoreLost())
    deduplication = knowing(seen)

    assert [True, False] == [await is_first("C1:1.0", deduplication) for _ in range(2)]
    assert 1 == len(seen.asked)


@pytest.mark.parametrize(
    ("event_time", "ts", "late"),
    [
        (0, "0", False),
        (599, "599", False),
        (600, "0", True),
        (0, "600", True),
        (None, "0", False),
        (None, None, False),
        ("soon", "now", False),
        (True, "1e9", False),
    ],
)
def test_how_old_an_event_may_be(event_time, ts, late):
    """Its own time and its envelope's count, whichever is older; without one it is not late."""
    deduplication = knowing(Seen(True))
    now = int(deduplication.clock.now().timestamp())
    body = {
        "event_time": now - event_time if type(event_time) is int else event_time,
        "event": {"event_ts": f"{now - int(ts)}.000000" if ts and ts.isdigit() else ts},
    }

    assert late is is_late(body, deduplication)
