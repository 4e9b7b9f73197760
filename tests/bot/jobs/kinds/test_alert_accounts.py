"""Alerts over several accounts: a channel hears of those that it may see, and one may be down."""

import pytest

from bot.alerts.incident import take
from bot.demo.partner import partner_stories
from bot.demo.stories.sims import common_outage
from bot.emulators.kore.faults import Fault
from bot.jobs.engine import execute
from bot.slack.access import AccountRule
from bot.struct import replace
from tests.alert_rig import ANA, FLEET_OPS, KINDS, WELL, alerting, come_back, fall_silent
from tests.databases import on_both

BARGE, REEFER = "barge-9", "reefer-3"
OTHER = "C0PARTNER"
RULES = (
    AccountRule("acme", frozenset({FLEET_OPS})),
    AccountRule("globex", frozenset({FLEET_OPS, OTHER})),
)


@pytest.fixture
async def rig(database):
    """Acme's five wells and a partner's fleet, all well; #fleet-ops may see both."""
    async with alerting(
        database, accounts=RULES, stories=[common_outage], theirs=partner_stories("globex")
    ) as made:
        come_back(made, *WELL)
        for sim in (BARGE, REEFER):
            made.partner.events.recover(sim)
        yield made


@on_both
async def test_what_falls_in_two_accounts_is_an_incident_of_each(rig):
    """An alert over both tells of each with its account's name; they are never one."""
    await rig.add()
    fall_silent(rig, *WELL[:3])
    rig.partner.events.undo(BARGE)
    await rig.move(12)

    assert ["acme", "globex"] == sorted(each.account for each in await rig.incidents())
    told = sorted(("account acme" in card, "account globex" in card) for card in shown(rig))
    assert [(False, True), (True, False)] == told


async def test_a_channel_hears_of_no_account_that_it_may_not_see(rig):
    """In #partner-shared an alert of all SIMs is of the partner's alone."""
    await rig.add(channel=OTHER)
    fall_silent(rig, *WELL[:3])
    rig.partner.events.undo(BARGE)
    await rig.move(12)
    (incident,) = await rig.incidents()

    assert {BARGE} == {member.name for member in incident.members}
    assert "well" not in str(rig.slack.seen_by("ana", "#partner-shared"))


async def test_one_account_that_is_down_keeps_the_other_s_alert_up(rig):
    """Acme's incident opens, grows and ends; the partner's SIMs are neither gone nor back."""
    await rig.add()
    rig.partner.events.undo(BARGE)
    await rig.move(12)
    rig.partner.faults.add(Fault(path="/v1/", status=503, times=None))
    fall_silent(rig, *WELL[:3])
    await rig.move(12)
    (theirs, ours), during = await rig.incidents(), rig.cards()
    rig.partner.faults.clear()
    rig.partner.events.undo(REEFER)
    come_back(rig, *WELL[:3])
    await rig.move(18)
    after = await rig.incidents()
    down = {member.name for each in after for member in each.down}

    assert ("globex", 1, 1) == (theirs.account, len(theirs.members), len(theirs.down))
    assert ("acme", 3) == (ours.account, len(ours.down))
    assert 1 == sum("has not answered for account globex" in text for text in during)
    assert 1 == sum("KORE answers for account globex again" in text for text in rig.cards())
    assert [False] == [each.is_open for each in after if each.account == "acme"]
    assert {BARGE, REEFER} == down


async def test_one_account_that_fails_in_the_middle_of_a_scan_blinds_itself_alone(rig):
    """Most SIMs are its own and listed, and none can be read: the partner's are told of."""
    await rig.add()
    await rig.move(12)
    rig.kore.faults.add(Fault(path="DataSessions", status=503, times=None))
    rig.partner.events.undo(BARGE)
    await rig.move(18)
    (theirs,) = await rig.incidents()
    counted = rig.parts.metrics.text().decode()

    assert 'scanned_sims_total{account="acme",outcome="failed"}' in counted
    assert 'scanned_sims_total{account="globex",outcome="failed"} 0.0' in counted
    assert ("globex", {BARGE}) == (theirs.account, {member.name for member in theirs.down})
    assert 1 == sum("has not answered for account acme" in text for text in rig.cards())


@on_both
async def test_an_incident_of_an_account_that_is_taken_away_is_told_no_more(rig):
    """Its card stays as it is, and the alert goes on with the other account."""
    await rig.add()
    rig.partner.events.undo(BARGE)
    await rig.move(12)
    before, story = rig.cards(), rig.story()
    rig.parts.authorizer._accounts = (RULES[0], AccountRule("globex", frozenset({OTHER})))
    (incident,) = await rig.incidents()
    await rig.parts.alerting.alerts.act(
        incident.id, lambda _, i: take(i, ANA, rig.parts.clock.now())
    )
    fall_silent(rig, *WELL[:3])
    await rig.move(12)

    assert before == [card for card in rig.cards() if "Common outage" not in card]
    assert any("Common outage: 3 SIMs" in card for card in rig.cards())
    assert not any(ANA in line for line in rig.story()[len(story) :])


async def test_an_alert_that_moves_while_it_scans_tells_nothing_of_before(rig):
    """What was read for #fleet-ops is of both accounts; #partner-shared may see one."""
    alert = await rig.add()
    for well in WELL[:3]:
        rig.kore.events.undo(well)
    rig.parts.clock.move(360)
    await rig.due_in(360)
    for kind in ("alert", "scan_chunk"):
        await rig.do(await rig.parts.queue.claim([kind], 9, 60.0))
    (job,) = await rig.parts.queue.claim(["alert"], 1, 60.0)
    outcome = await execute(job, KINDS["alert"], rig.parts)
    await rig.parts.alerting.alerts.change(replace(alert, channel=OTHER))
    await rig.parts.queue.record([(job, outcome)])
    await rig.move(12)

    assert [] == await rig.incidents()
    assert "well" not in str(rig.slack.seen_by("ana", "#partner-shared"))


def shown(rig):
    """What the cards of incidents show."""
    return [str(each.blocks) for each in rig.seen() if each.thread_ts is None]
