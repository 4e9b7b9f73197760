"""How old news may be, learnt from sessions that are seen again; on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.diagnosis.evidence import Evidence, State
from bot.diagnosis.fields import Network
from bot.diagnosis.thresholds import Thresholds
from bot.sessions import news_ages
from bot.sessions.lookup import SessionLookup
from bot.sessions.news_ages import BINS, ENOUGH, FADE_AT, NewsAges
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver
from bot.store.errors import StoreNotReady
from bot.store.lookups import NewsAgeRows
from tests.bot.sessions.conftest import OPEN, SIM
from tests.builders import SID, a_session, a_sim

TELCEL = Network("334", 20)
HOUR = timedelta(hours=1)
START = datetime(2025, 9, 1, tzinfo=UTC)


@pytest.fixture
def ages(database):
    return NewsAges(NewsAgeRows(database))


def see(ages, clock, number=1, *, news=timedelta(), **changes):
    """Let one session of the SIM of that number be seen now; its news is so old."""
    told = {"operator_mcc": "334", "operator_mnc": "20", "radio_link": "LTE"}
    sid = f"DE{number:032}"
    told |= {"start": START, "last_updated": clock.now() - news, "end": None}
    session = a_session(**told | {"sim_sid": sid} | changes)
    ages.observe(Evidence(a_sim(sid=sid), (session,), clock.now()), clock.now())


def teach(ages, clock, age, *, sims=range(ENOUGH), **changes):
    """Let SIMs be seen with news of that age, and again with newer news."""
    for number in sims:
        see(ages, clock, number, news=age, **changes)
    clock.move(60)
    for number in sims:
        see(ages, clock, number, **changes)


def near(expected, line):
    """Return whether a line is the age, or up to a bin's width above it."""
    return expected <= line <= expected * 1.2


async def test_the_line_is_learnt_from_sessions_that_are_seen_again(ages, clock):
    """It is known from the fiftieth on, per network and radio, and for no other."""
    teach(ages, clock, 6 * HOUR, sims=range(ENOUGH - 1))
    await ages.save()
    before = ages.line(TELCEL, "LTE")
    teach(ages, clock, 6 * HOUR, sims=[ENOUGH])
    await ages.save()

    assert before is None
    assert near(6 * HOUR, ages.line(TELCEL, "E-UTRAN"))
    others = [(TELCEL, "GSM"), (TELCEL, "NB-IoT"), (Network("334", 3), "LTE"), (None, "LTE")]
    assert [None] * 4 == [ages.line(*each) for each in others]


async def test_it_is_the_99th_percentile(ages, clock):
    """One odd session of a hundred moves it not, a few do."""
    teach(ages, clock, HOUR, sims=range(99))
    teach(ages, clock, 1.8 * HOUR, sims=[200])
    await ages.save()
    with_one = ages.line(TELCEL, "LTE")
    teach(ages, clock, 1.8 * HOUR, sims=[201, 202, 203])
    await ages.save()

    assert near(HOUR, with_one)
    assert near(1.8 * HOUR, ages.line(TELCEL, "LTE"))


async def test_a_few_slow_ones_beside_many_fast_are_a_cadence(ages, clock):
    """What is within the line of the unlearnt teaches, however few; of outages each is left out."""
    teach(ages, clock, HOUR / 12, sims=range(100))
    teach(ages, clock, 3 * HOUR, sims=range(200, 204))
    await ages.save()
    with_slow = ages.line(TELCEL, "LTE")
    teach(ages, clock, HOUR / 12, sims=range(300, 500), radio_link="GSM")
    for hours, sims in ((8, range(600, 603)), (20, range(700, 703))):
        teach(ages, clock, hours * HOUR, sims=sims, radio_link="GSM")
    await ages.save()

    assert near(3 * HOUR, with_slow)
    assert near(HOUR / 12, ages.line(TELCEL, "GSM"))


async def test_an_outage_that_ends_is_no_cadence(ages, clock):
    """A few SIMs that were dead for hours and go on in their session move nothing; many do."""
    teach(ages, clock, HOUR, sims=range(97))
    teach(ages, clock, 8 * HOUR, sims=[201, 202, 203])
    await ages.save()
    with_three = ages.line(TELCEL, "LTE")
    teach(ages, clock, 8 * HOUR, sims=range(300, 310))
    await ages.save()

    assert near(HOUR, with_three)
    assert near(8 * HOUR, ages.line(TELCEL, "LTE"))


NO_PROOF = {
    "no news": {"last_updated": None},
    "the same news": {"news": 5 * HOUR + timedelta(seconds=60)},
    "another session": {"start": None},
    "closed by now": {"ended": True},
}


@pytest.mark.parametrize("again", NO_PROOF.values(), ids=NO_PROOF)
async def test_what_is_no_proof_of_life_teaches_nothing(ages, clock, again):
    """Only the same session, still open and with newer news, says that it was alive."""
    if again.get("start", True) is None:
        again = {"start": clock.now()}
    for number in range(ENOUGH):
        see(ages, clock, number, news=5 * HOUR)
    clock.move(60)
    if "ended" in again:
        again = {"end": clock.now()}
    for number in range(ENOUGH):
        see(ages, clock, number, **again)
    await ages.save()

    assert ages.line(TELCEL, "LTE") is None


async def test_one_session_teaches_once_an_hour(ages, clock):
    """A SIM that is watched does not decide alone."""
    for _ in range(3 * ENOUGH):
        see(ages, clock, news=timedelta(minutes=1))
        clock.move(30)
    await ages.save()

    assert ages.line(TELCEL, "LTE") is None


async def test_two_replicas_share_what_they_learnt(database, clock):
    """What either saw counts for both."""
    one, other = NewsAges(NewsAgeRows(database)), NewsAges(NewsAgeRows(database))
    teach(one, clock, 3 * HOUR, sims=range(ENOUGH // 2))
    teach(other, clock, 3 * HOUR, sims=range(100, 100 + ENOUGH // 2))
    for each in (one, other, one):
        await each.save()

    assert near(3 * HOUR, one.line(TELCEL, "LTE"))
    assert one.line(TELCEL, "LTE") == other.line(TELCEL, "LTE")


async def test_old_counts_fade(database, ages, clock):
    """A network that changed its habit is followed, and the store keeps a row a bin at most."""
    rows = NewsAgeRows(database)
    await rows.add({("334-20", "4", 10): FADE_AT, ("334-20", "4", 14): 41, ("1-1", "4", 7): 3})
    await ages.save()
    old = ages.line(TELCEL, "LTE")
    for _ in range(3):
        await rows.add({("334-20", "4", 10): FADE_AT // 2 + 100})
        await ages.save()
    faded = await rows.all()

    assert ages.line(TELCEL, "LTE") < old
    assert faded["334-20", "4", 10] <= FADE_AT
    assert (2, 3) == (faded["334-20", "4", 14], faded["1-1", "4", 7])


async def test_memory_is_bounded(database, ages, clock, monkeypatch):
    """Neither many sessions nor many networks make it grow, and no age is beyond the last bin."""
    monkeypatch.setattr(news_ages, "MOST_SESSIONS", 10)
    monkeypatch.setattr(news_ages, "MOST_PLACES", 2)
    for mnc in "1234":
        new = {"operator_mnc": mnc, "start": START + int(mnc) * HOUR}
        teach(ages, clock, timedelta(days=90), sims=range(20), **new)
        clock.move(news_ages.REMEMBERED_FOR)
    await ages.save()
    kept = await NewsAgeRows(database).all()

    assert {("334-1", "4", BINS - 1): 10, ("334-2", "4", BINS - 1): 10} == kept


class Away:
    """A store that is away until it is `back`."""

    def __init__(self, rows):
        self.rows, self.back = rows, False

    def __getattr__(self, name):
        if not self.back:
            raise StoreNotReady
        return getattr(self.rows, name)


async def test_a_store_that_is_away_costs_only_time(database, clock):
    """What was learnt meanwhile is saved when it is back."""
    store = Away(NewsAgeRows(database))
    ages = NewsAges(store)
    teach(ages, clock, 3 * HOUR)
    with pytest.raises(StoreNotReady):
        await ages.save()
    away = ages.line(TELCEL, "LTE")
    store.back = True
    await ages.save()

    assert away is None
    assert near(3 * HOUR, ages.line(TELCEL, "LTE"))


async def test_look_ups_learn_and_use_it(database, api, kore, clock):
    """With news of 3 h a SIM is stale at first, and online where others have lived with it."""
    ages = NewsAges(NewsAgeRows(database))
    resolver = SimResolver(kore, SimDirectory(kore, clock), clock)
    lookup = SessionLookup(kore, resolver, clock, Thresholds(), ages=ages)
    api.add(SIM, [OPEN | {"last_updated": "2026-01-05T09:00:00Z"}])
    first = await lookup.look_up(SID, fresh=True)
    sids = [f"DE{number:032}" for number in range(ENOUGH)]
    for updated in ("2026-01-05T08:58:00Z", "2026-01-05T12:00:00Z"):
        session = OPEN | {"start": "2026-01-05T08:00:00Z", "last_updated": updated}
        for sid in sids:
            api.add({"sid": sid, "status": "active"}, [session | {"sim_sid": sid}])
        await lookup.look_up_many(sids, fresh=True)
    await ages.save()
    again = await lookup.look_up(SID, fresh=True)

    assert (State.STALE, State.ONLINE) == (first.state, again.state)
