"""The jobs of incidents: cards, threads, what time brings, and what is said of a silent KORE."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.alerts.incident import DownSim, EventKind, Incident, resolve, snooze, take
from bot.alerts.incident_repository import MOST_CARDS
from bot.blocks.ids import IncidentTake
from bot.blocks.incident import incident_line
from bot.diagnosis.rule import Severity
from bot.digests.subscription import ListedSim, PauseReason, Selection, SelectionKind
from bot.emulators.kore.cards import Card
from bot.jobs.engine import execute
from bot.kore.errors import KoreError
from bot.struct import replace
from tests.alert_rig import (
    ANA,
    BEN,
    FLEET_OPS,
    KINDS,
    SECOND,
    WELL,
    alerting,
    come_back,
    fall_silent,
    outage,
)
from tests.databases import on_both


async def test_a_card_is_edited_at_most_every_45_seconds(rig):
    """Whatever comes and goes, edits of a card that nobody touched lie 45 s apart."""
    await rig.add(interval=timedelta(seconds=10))
    fall_silent(rig, WELL[0])
    await rig.move(1, step=0.2)
    for number in range(12):
        (fall_silent if number % 2 else lambda r, w: r.kore.events.recover(w))(rig, WELL[1])
        await rig.move(0.4, step=0.2)
    edits = rig.edits()

    assert edits
    assert all(later - earlier >= 45 for earlier, later in pairwise(edits))


async def test_what_people_do_stands_on_the_card_at_once(rig):
    """Who took it, and who resolved it, is on the card and in its thread."""
    await outage(rig)
    now = rig.parts.clock.now()
    await rig.act(take, ANA, now)
    taken = rig.seen()[0].blocks
    await rig.act(take, ANA, now, BEN)
    await rig.act(resolve, BEN, now)

    assert f"<@{ANA}> has been on it" in str(taken)
    assert [
        f"🙋 <@{ANA}> is on it.",
        f"🙋 <@{ANA}> handed this over to <@{BEN}>.",
        f"✅ <@{BEN}> resolved this",
    ] == [line.partition(" after")[0].rstrip() for line in rig.story()]
    assert rig.cards()[0].startswith("✅")


async def test_a_second_group_is_called_once(rig):
    """Where nobody takes an incident, the second group is mentioned once, in its thread."""
    await rig.add(mention_second=(SECOND,), escalate_after=timedelta(minutes=10))
    fall_silent(rig, *WELL[:3])
    await rig.move(40, step=2)

    assert 1 == len(rig.mentions())
    assert ["📣"] == [line[0] for line in rig.mentions(SECOND)]


async def test_unrelated_incidents_of_one_scan_call_once(database):
    """Of two cards one mentions, and says that there is another; so when nobody takes them."""
    async with alerting(database, sims=20) as rig:
        await rig.add(mention_second=(SECOND,), escalate_after=timedelta(minutes=10))
        for number in (100000, 100010):
            rig.kore.events.set_status(f"gateway-{number}", "suspended")
        await rig.move(30, step=2)
        cards, first, second = len(rig.cards()), rig.mentions(), rig.mentions(SECOND)
        shown = str([each.blocks for each in rig.seen()])
        told = [line[0] for line in rig.story()]

    assert (2, 1, 1) == (cards, len(first), len(second))
    assert "1 more incident opened or got worse at the same time" in shown
    assert "1 more incident is open" in second[0]
    assert ["📣", "📣"] == told


async def test_a_snoozed_incident_reminds_at_its_end(rig):
    """A snooze ends with one mention, if it is still so."""
    await outage(rig)
    now = rig.parts.clock.now()
    await rig.act(snooze, ANA, now, now + timedelta(minutes=20))
    await rig.move(15, step=3)
    asleep = len(rig.mentions())
    await rig.move(10, step=3)

    assert (1, 2) == (asleep, len(rig.mentions()))
    assert "⏰" == rig.story()[-1][0]


async def test_a_silent_kore_is_said_once_a_channel(rig):
    """Two alerts say one thing in their channel; when KORE is back, that message says so."""
    await rig.add()
    await rig.add(id="a2", name="More", interval=timedelta(minutes=4))
    fall_silent(rig, *WELL[:3])
    rig.kore_fails()
    await rig.move(20, step=2)
    blind = rig.cards()
    rig.kore.faults.clear()
    await rig.move(10, step=2)

    assert 1 == len(blind)
    assert "KORE has not answered since" in blind[0]
    assert "KORE answers again" in rig.cards()[0]
    assert 2 == len([card for card in rig.cards() if "Common outage" in card])


async def test_a_notice_and_an_answer_date_a_silence_alike(rig):
    """Since the first request that was not answered, not since the scan that failed later."""
    await rig.add()
    rig.kore_fails()
    asked = rig.parts.clock.now()
    with pytest.raises(KoreError):
        await rig.parts.fleet.kore.sim("new", fresh=True)
    await rig.move(6, step=2)
    _, state = await rig.parts.alerting.alerts.with_state("a1")
    silent_for = rig.parts.fleet.kore.silent_for

    assert rig.parts.clock.now() - timedelta(seconds=silent_for) == state.blind_since
    assert asked <= state.blind_since < asked + timedelta(seconds=30)


@pytest.mark.parametrize("lasts", [10, 10.5])
async def test_the_word_of_a_silent_kore_ends_with_the_last_alert(rig, lasts):
    """Whichever alert sees it last, it is one message, and that one says that it is over."""
    await rig.add(interval=timedelta(minutes=4))
    await rig.add(id="a2", name="More", interval=timedelta(minutes=4.5))
    rig.kore_fails()
    await rig.move(lasts, step=0.5)
    rig.kore.faults.clear()
    await rig.move(10, step=0.5)

    assert 1 == len(rig.cards())
    assert "KORE answers again" in rig.cards()[0]


async def test_a_silent_kore_is_not_over_because_nobody_looks(rig):
    """Where the alert that saw it is paused, nobody knows whether KORE answers."""
    alert = await rig.add()
    rig.kore_fails()
    await rig.move(6, step=2)
    await rig.parts.alerting.alerts.pause(alert)
    await rig.move(6, step=2)

    assert ["KORE has not answered since"] == [card[3:30] for card in rig.cards()]


@on_both
async def test_too_many_incidents_share_one_card(database):
    """Beyond the limit one card lists the rest; each is mentioned once in its thread."""
    cards = [Card(f"pole-{number:02}", 900 + number) for number in range(MOST_CARDS + 4)]
    async with alerting(database) as rig:
        now = rig.parts.clock.now()
        for card in cards:
            rig.kore.add(card.sim(now), card.always_on(now, hours=16))
        for number, card in enumerate(cards):
            one = Selection(SelectionKind.LISTED, sims=(ListedSim(card.sid, card.name),))
            await rig.add(id=f"a{number:02}", name=card.name, selection=one)
        for card in cards:
            rig.kore.events.set_status(card.name, "suspended")
        await rig.move(8, step=2)
        incidents = await rig.incidents()
        shared = [each for each in incidents if each.summary]

        assert (len(cards), 4) == (len(incidents), len(shared))
        assert MOST_CARDS + 1 == len(rig.cards())
        assert len(cards) == len(rig.mentions())
        assert "4 more incidents" in rig.cards()[-1]

        blocks = next(m.blocks for m in rig.seen() if "more incidents" in m.text)
        values = [block["accessory"]["value"] for block in blocks if "accessory" in block]
        assert {each.id for each in shared} == {IncidentTake.from_value(v).id for v in values}


def test_what_is_online_is_not_called_down():
    """A SIM that fell back to 2G is affected, not down."""
    now = datetime(2026, 1, 5, 12, tzinfo=UTC)
    rule, title = "radio_fallback", "Radio fell back to 2G"
    member = DownSim("DE1", "meter-30", now, now, Severity.WARNING)
    line = incident_line(
        Incident(
            id="1a2b",
            alert="a1",
            team="T1",
            channel="C1",
            family=rule,
            rule=rule,
            title=title,
            severity=Severity.WARNING,
            worst=Severity.WARNING,
            members=(member,),
            opened_at=now,
            first_at=now,
        )
    )

    assert "Affected since" in line
    assert "own since" not in line


async def test_a_channel_that_takes_no_posts_pauses_the_alert(rig):
    """An alert whose channel is closed to the bot is paused, and its maker told once."""
    alert = await rig.add(channel="C0DEPOT24")
    fall_silent(rig, *WELL[:3])
    await rig.move(12, step=3)
    found = await rig.parts.alerting.alerts.get(alert.id)
    told = [each.text for each in rig.slack.direct("ana")]

    assert PauseReason.ARCHIVED is found.paused
    assert 1 == len(told)
    assert "I paused" in told[0]


async def test_a_closed_channel_that_an_alert_has_left_does_not_pause_it(rig):
    """The card of what was opened there is dropped; the alert goes on where it tells now."""
    alert = await rig.add(channel="C0DEPOT24")
    fall_silent(rig, *WELL[:3])
    rig.parts.clock.move(360)
    await rig.due_in(360)
    while jobs := await rig.parts.queue.claim(["alert", "scan_chunk"], 1, 60.0):
        await rig.do(jobs)
    await rig.parts.alerting.alerts.change(replace(alert, channel=FLEET_OPS))
    await rig.move(6)
    found = await rig.parts.alerting.alerts.get(alert.id)

    assert ["C0DEPOT24"] == [each.channel for each in await rig.incidents()]
    assert None is found.paused
    assert () == rig.slack.direct("ana")


async def test_a_card_that_was_deleted_is_put_up_again(rig):
    """A card that cannot be changed any more is carried on by another, without a mention."""
    await outage(rig)
    rig.slack.workspace.messages.remove(rig.seen()[0].ts)
    rig.kore.events.recover(WELL[0])
    await rig.move(8)

    assert 1 == len(rig.cards())
    assert "2 of 3 down" in rig.cards()[0]


async def test_incidents_are_counted(rig):
    """One that opened, and was resolved, is counted as both, however often its card is drawn."""
    await rig.add()
    fall_silent(rig, *WELL[:3])
    await rig.move(20, step=2)
    opened = rig.counted()
    come_back(rig, *WELL[:3])
    await rig.move(20, step=2)

    assert {"opened": 1.0} == opened
    assert {"opened": 1.0, "resolved": 1.0} == rig.counted()


async def test_a_card_whose_maker_was_killed_is_not_left_old(rig):
    """It stands in the channel, which nobody wrote down; meanwhile all are back."""
    await rig.add()
    fall_silent(rig, *WELL[:3])
    rig.parts.clock.move(360)
    await rig.due_in(360)
    alert_kinds = [name for name in KINDS if not name.startswith("incident")]
    while jobs := await rig.parts.queue.claim(alert_kinds, 100, 60.0):
        await rig.do(jobs)
    (job,) = await rig.parts.queue.claim(["incident"], 1, 60.0)
    await execute(job, KINDS["incident"], rig.parts)
    come_back(rig, *WELL[:3])
    rig.parts.clock.move(900)
    await rig.due_in(900)
    while jobs := await rig.parts.queue.claim(alert_kinds, 100, 60.0):
        await rig.do(jobs)
    await rig.parts.queue.release()
    await rig.move(6)

    assert ["✅"] == [card[0] for card in rig.cards()]


@on_both
async def test_a_lost_job_is_found(rig):
    """An open incident whose job is gone is looked at again by the sweep."""
    await outage(rig)
    (incident,) = await rig.incidents()
    await rig.parts.queue.cancel(f"incident:{incident.id}")
    come_back(rig, *WELL[:3])
    await rig.move(20, step=2)

    assert rig.cards()[0].startswith("✅")


@on_both
async def test_what_happens_while_its_end_is_told_is_told_too(rig):
    """It comes back while Slack takes its time with the last line, before that is written down."""
    await outage(rig)
    (incident,) = await rig.incidents()
    await rig.parts.alerting.alerts.act(
        incident.id, lambda _, i: resolve(i, ANA, rig.parts.clock.now())
    )
    (job,) = await rig.parts.queue.claim(["incident"], 1, 60.0)
    outcome = await execute(job, KINDS["incident"], rig.parts)
    await rig.parts.alerting.alerts.act(
        incident.id,
        lambda _, i: i.reopened_at(rig.parts.clock.now()).with_event(
            EventKind.REOPENED, rig.parts.clock.now(), sims=tuple(i.sids)
        ),
    )
    await rig.parts.queue.record([(job, outcome)])
    await rig.work()

    assert ["✅", "↩"] == [line[0] for line in rig.story()[-2:]]
    assert not rig.cards()[0].startswith("✅")


@on_both
@pytest.mark.parametrize("hold", [0, 5])
async def test_a_clock_that_is_set_back_silences_nothing(rig, hold):
    """What stands in the store as of later holds up no scan, no card, no mention and no end."""
    after = {"mention_second": (SECOND,), "escalate_after": timedelta(minutes=15)}
    await rig.add(hold=timedelta(minutes=hold), **after)
    rig.kore.events.undo(WELL[0])
    await rig.move(6 + hold)
    rig.kore.events.undo(WELL[1])
    await rig.move(3)
    await rig.clock_goes_back(1800)
    rig.kore.events.undo(WELL[2])
    await rig.move(12 + hold)
    told, edited = rig.story(), rig.edits()
    come_back(rig, *WELL[:3])
    await rig.move(30, step=2)

    assert any("well-3" in line for line in (*told, *rig.cards()))
    assert edited
    assert 1 == len(rig.mentions(SECOND))
    assert ["✅"] == [card[0] for card in rig.cards()]
