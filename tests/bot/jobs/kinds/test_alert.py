"""Alerts from their scans to their cards: both stand-ins, a time that is moved."""

import asyncio
import json
import re
from datetime import timedelta

import pytest

from bot.alerts.alert import Mute
from bot.digests.fleet import scan_name
from bot.digests.subscription import Selection, SelectionKind
from bot.emulators.kore.faults import Fault
from bot.jobs.engine import execute
from bot.sessions.redaction import Redactor
from bot.sessions.snapshot import Snapshot
from bot.store.jobs import NewJob
from bot.struct import replace
from tests.alert_rig import BEN, KINDS, WELL, come_back, fall_silent, outage
from tests.databases import on_both
from tests.digest_rig import pumps


@on_both
async def test_three_wells_fall_silent(rig):
    """One card, one mention; two come back, then the third, and it is over by itself."""
    await rig.add()
    await rig.move(6)
    quiet = rig.cards()
    fall_silent(rig, *WELL[:3])
    await rig.move(6)
    (opened,) = rig.cards()
    come_back(rig, *WELL[:2])
    await rig.move(6)
    rig.kore.events.recover(WELL[2])
    await rig.move(12)
    (incident,) = await rig.incidents()

    assert [] == quiet
    assert "Common outage: 3 SIMs" in opened
    assert 1 == len(rig.mentions())
    assert "well-1" in rig.story()[0]
    assert "All are back: resolved" in rig.story()[-1]
    assert rig.cards()[0].startswith("✅")
    assert not incident.is_open
    assert 3 == len(incident.members)


async def test_the_id_of_an_incident_is_never_taken_for_a_number(rig, monkeypatch):
    """However the dice fall it is sixteen hex digits, and who sees no numbers sees it whole."""
    monkeypatch.setattr("secrets.token_hex", lambda n: "1" * 2 * n)
    await rig.add()
    await rig.move(6)
    fall_silent(rig, WELL[0])
    await rig.move(6)
    (incident,) = await rig.incidents()

    assert re.fullmatch("[0-9a-f]{16}", incident.id)
    assert incident.id == Redactor(()).text(incident.id)


async def test_where_lost_sims_were(rig):
    """The place of the tower is kept of SIMs that fell silent, and of no others."""
    fall_silent(rig, *WELL[:3])
    await rig.add()
    scan = await rig.parts.fleet.runs.last(scan_name(Selection(SelectionKind.ALL), ""))
    seen = [
        Snapshot.from_json(row.row) async for p in rig.parts.fleet.rows.every(scan.id) for row in p
    ]

    assert {(25.687, -100.316)} == {each.place for each in seen if each.name in WELL[:3]}
    assert {None} == {each.place for each in seen if each.name not in WELL[:3]}


@on_both
async def test_what_is_muted_is_not_said_to_be_back(rig):
    """An incident whose SIMs were all muted ends, and nobody is told that they are well."""
    await rig.add()
    fall_silent(rig, WELL[0])
    await rig.move(6)
    (one,) = (await rig.incidents())[0].members
    now = rig.parts.clock.now()
    muted = Mute(one.sid, BEN, now, now + timedelta(days=1), "moved")
    await rig.parts.alerting.alerts.mute((await rig.incidents())[0].id, muted)
    await rig.move(8)
    told = "".join([*rig.story(), *rig.cards()])

    assert f"well-1* muted by <@{BEN}> until " in str([each.blocks for each in rig.seen()])
    assert "No SIM is left: resolved" in told
    assert "back" not in told


async def test_scans_that_several_need_are_made_once(rig):
    """Two alerts of the same SIMs, and one of some of them, ask KORE no more often than one."""
    await rig.add()
    alone = rig.asked()
    some = Selection(SelectionKind.PATTERN, "well-[12]")
    await rig.add(id="a2", name="Same")
    await outage(rig, id="a3", name="Some", selection=some)
    found = {each.alert: len(each.members) for each in await rig.incidents()}

    assert 5 == alone
    assert 10 == rig.asked()
    assert {"a1": 3, "a2": 3, "a3": 2} == found


@on_both
async def test_a_scan_that_somebody_began_meanwhile_is_waited_for(rig):
    """Of two alerts that list the same SIMs at the same time one has them scanned."""
    await rig.add()
    await rig.add(id="a2", name="Same")
    rig.parts.clock.move(360)
    await rig.due_in(360)
    jobs = await rig.parts.queue.claim(["alert"], 2, 60.0)
    outcomes = await asyncio.gather(*(execute(job, KINDS["alert"], rig.parts) for job in jobs))

    assert [0, 1] == sorted(len(outcome.children) for outcome in outcomes)


@on_both
async def test_a_digest_takes_the_scan_of_an_alert(rig):
    """A digest of the same SIMs that is due right after a scan asks for none of them again."""
    await rig.add()
    asked, due = rig.asked(), rig.parts.clock.now().timestamp()
    digest = pumps(selection=Selection(SelectionKind.ALL))
    await rig.parts.subscriptions.add(digest)
    await rig.parts.queue.add(
        NewJob("digest", f"{digest.schedule_name}@x", {"subscription": digest.id, "due": due})
    )
    await rig.work()
    run = await rig.parts.fleet.runs.find(digest.id, due)

    assert asked == rig.asked()
    assert (5, 5) == (run.sims, sum(run.counts.values()))
    assert any("well" in card or "5 SIMs" in card for card in rig.cards())


async def test_an_alert_takes_the_scan_of_a_digest(rig):
    """An alert that is due right after a digest of the same SIMs asks for none of them again."""
    digest = pumps(selection=Selection(SelectionKind.ALL))
    await rig.parts.subscriptions.add(digest)
    due = rig.parts.clock.now().timestamp()
    await rig.parts.queue.add(
        NewJob("digest", f"{digest.schedule_name}@x", {"subscription": digest.id, "due": due})
    )
    await rig.work()
    asked = rig.asked()
    await rig.add()
    _, state = await rig.parts.alerting.alerts.with_state("a1")

    assert asked == rig.asked()
    assert (True, 5) == (state.primed, state.sims)


@on_both
async def test_a_sim_that_is_gone_leaves_no_row(rig):
    """What is not listed any more is not judged by what was seen of it last."""
    await outage(rig, selection=Selection(SelectionKind.STATUS, "active"))
    rig.kore.events.set_status(WELL[0], "suspended")
    await rig.move(6)
    (incident,) = await rig.incidents()

    assert ["left"] == [each.gone for each in incident.members if each.gone]


@pytest.mark.parametrize("times", [1, None], ids=["once", "for long"])
async def test_a_row_that_cannot_be_read_takes_no_sim_away(rig, times):
    """A SIM whose row of the list is nonsense may be there: it stays in its incident."""
    await outage(rig)
    sims = [sim.model_dump(mode="json") async for sim in rig.parts.fleet.kore.sims()]
    odd = [sim | {"sid": None} if sim["unique_name"] == WELL[0] else sim for sim in sims]
    body = json.dumps({"sims": odd, "meta": None})
    rig.kore.faults.add(Fault("/v1/Sims$", times=times, status=200, body=body))
    await rig.move(11)
    (incident,) = await rig.incidents()

    assert {(None, 1)} == {(each.gone, each.times) for each in incident.members}


@on_both
async def test_a_step_that_is_done_twice_opens_nothing_twice(rig):
    """A process that is lost before its outcome is saved leaves nothing; a late one is refused."""
    await rig.add()
    fall_silent(rig, *WELL[:3])
    rig.parts.clock.move(360)
    await rig.due_in(360)
    while jobs := await rig.parts.queue.claim(list(KINDS), 100, 60.0):
        lost = [(job, await execute(job, KINDS[job.kind], rig.parts)) for job in jobs]
        await rig.parts.queue.release()
        again = await rig.parts.queue.claim(list(KINDS), 100, 60.0)
        await rig.parts.queue.record(lost)
        for job in again:
            outcome = await execute(job, KINDS[job.kind], rig.parts)
            await rig.parts.queue.record([(job, outcome)])

    assert 1 == len(await rig.incidents())
    assert 1 == len(rig.cards())
    assert 1 == len(rig.mentions())


async def test_a_paused_alert_asks_nothing(rig):
    """A paused alert scans no more; a resumed one tells what went down meanwhile."""
    alert = await rig.add()
    await rig.parts.alerting.alerts.pause(alert)
    fall_silent(rig, *WELL[:3])
    asked = rig.asked()
    await rig.move(20, step=5)
    paused = rig.asked()
    await rig.parts.alerting.alerts.resume(alert)
    await rig.move(6)

    assert asked == paused
    assert 1 == len(await rig.incidents())


async def test_a_removed_alert_resolves_what_is_open(rig):
    """The card of a removed alert says who ended it."""
    alert = await outage(rig)
    await rig.parts.alerting.alerts.remove(alert, BEN, rig.parts.clock.now())
    await rig.move(6)

    assert f"<@{BEN}> resolved it" in rig.cards()[0]


async def test_what_is_over_is_seen_between_two_scans(rig):
    """Once all are back for 5 min it is resolved, however seldom the alert scans."""
    await outage(rig, 61, interval=timedelta(hours=1))
    asked = rig.asked()
    come_back(rig, *WELL[:3])
    await rig.move(12)
    (over,) = await rig.incidents()
    _, state = await rig.parts.alerting.alerts.with_state("a1")
    rechecked = rig.asked()
    await rig.move(40)

    assert timedelta(minutes=5) <= over.resolved_at - over.back_at <= timedelta(minutes=6)
    assert 3 * 3 >= rechecked - asked
    assert rechecked == rig.asked()
    assert 5 == state.sims


async def test_a_look_between_two_scans_that_fails_changes_nothing(rig):
    """A KORE that fails between two scans is no news; the next scan tells."""
    await outage(rig, 61, interval=timedelta(hours=1))
    rig.kore_fails()
    await rig.move(30, step=5)
    (incident,) = await rig.incidents()

    assert 3 == len(incident.down)
    assert 1 == len(rig.cards())


async def test_an_edited_alert_is_scanned_by_its_new_interval(rig):
    """One that has been scanned hourly need not wait the hour out."""
    alert = await rig.add(interval=timedelta(hours=1))
    await rig.move(10)
    await rig.parts.alerting.alerts.change(replace(alert, interval=timedelta(minutes=5)))
    fall_silent(rig, *WELL[:3])
    await rig.move(1)

    assert 1 == len(await rig.incidents())


async def test_a_channel_whose_readers_may_not_see_all_gets_less(rig):
    """In a shared channel the cell that tells the SIMs is not named."""
    await outage(rig, channel="C0PARTNER")

    seen = str([message.blocks for message in rig.seen("#partner-shared")])
    assert "Common outage" in seen
    assert "334-020-2301" not in seen


@on_both
async def test_names_that_no_database_takes(rig):
    """A NUL in the names of SIMs and operators keeps nobody from hearing of them, in any way."""
    now, account = rig.parts.clock.now(), rig.kore.account
    await rig.add(webhook="ops")
    await rig.move(6)
    fall_silent(rig, *WELL[:3])
    for well in WELL[:3]:
        found = account.find(well)
        rows = [row | {"operator_name": "TEL\0CEL"} for row in found.sessions(now)]
        rig.kore.add(found.sim(now) | {"unique_name": f"{well}\0"}, rows)
    await rig.move(6)

    (card,), (news,) = rig.cards(), await rig.parts.queue.live("webhook", "")
    told = (await rig.parts.queue.get(news)).args["news"]["incident"]
    assert "3 SIMs" in card
    assert [f"{well}\0" for well in WELL[:3]] == sorted(each["name"] for each in told["sims"])


async def begin_scan(rig):
    """Have all SIMs of the alert listed, and none of them asked for yet."""
    rig.parts.clock.move(360)
    await rig.due_in(360)
    await rig.do(await rig.parts.queue.claim(["alert"], 1, 60.0))


async def test_other_sims_that_an_alert_gets_while_it_scans(rig):
    """What was scanned of the SIMs of before says nothing of what is wrong with the new ones."""
    alert = await rig.add(selection=Selection(SelectionKind.PATTERN, "well-[12]"))
    fall_silent(rig, *WELL[2:])
    await begin_scan(rig)
    others = Selection(SelectionKind.PATTERN, "well-[345]")
    await rig.parts.alerting.alerts.change(replace(alert, selection=others))
    await rig.move(12)
    _, state = await rig.parts.alerting.alerts.with_state("a1")

    assert [] == await rig.incidents()
    assert (True, 3) == (state.primed, state.sims)


async def test_other_sims_that_an_alert_gets_as_a_scan_is_read(rig):
    """What was read of the SIMs of before is not kept as if it were of the new ones."""
    alert = await rig.add(selection=Selection(SelectionKind.PATTERN, "well-[12]"))
    fall_silent(rig, *WELL[2:])
    await begin_scan(rig)
    await rig.do(await rig.parts.queue.claim(["scan_chunk"], 1, 60.0))
    (job,) = await rig.parts.queue.claim(["alert"], 1, 60.0)
    outcome = await execute(job, KINDS["alert"], rig.parts)
    others = Selection(SelectionKind.PATTERN, "well-[345]")
    await rig.parts.alerting.alerts.change(replace(alert, selection=others))
    await rig.parts.queue.record([(job, outcome)])
    await rig.move(12)
    _, state = await rig.parts.alerting.alerts.with_state("a1")

    assert [] == await rig.incidents()
    assert (True, 3) == (state.primed, state.sims)
