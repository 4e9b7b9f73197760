"""Which deliveries were seen already."""

from bot.slack.dedupe import KEPT_SECONDS, MAX_IDS, RecentIds
from tests.fakes import FakeClock


def test_an_id_is_new_once():
    """The second time an id comes it was seen before; another is still new."""
    seen = RecentIds(FakeClock())

    assert [False, True, False] == [seen.before(each) for each in ("Ev1", "Ev1", "Ev2")]


def test_it_remembers_for_longer_than_slack_tries():
    """After an hour it still knows; after two hours it forgets."""
    clock = FakeClock()
    seen = RecentIds(clock)
    seen.before("Ev1")

    clock.move(3600)
    after_an_hour = seen.before("Ev1")
    clock.move(KEPT_SECONDS + 1)

    assert (True, False) == (after_an_hour, seen.before("Ev1"))


def test_it_does_not_grow_without_end():
    """However much comes, a bounded number of ids is kept, the newest."""
    seen = RecentIds(FakeClock())
    for n in range(MAX_IDS + 10):
        seen.before(f"Ev{n}")

    assert seen.before(f"Ev{MAX_IDS + 9}")
    assert not seen.before("Ev0")
