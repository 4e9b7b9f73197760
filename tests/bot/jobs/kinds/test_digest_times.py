"""When a digest is left out, when it pauses itself, and what a preview leaves behind."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.stories.sims import common_outage
from bot.digests.schedule import QuietHours
from bot.digests.subscription import PauseReason, WhenQuiet
from bot.digests.subscriptions import PREVIEW
from bot.slack.access import Policy
from bot.store.digest_runs import RunStage
from bot.store.jobs import NewJob
from bot.struct import replace
from tests.databases import on_both
from tests.digest_rig import digesting, pumps


@pytest.fixture
async def rig(database):
    async with digesting(database, stories=[common_outage]) as running:
        yield running


def around(now):
    """Quiet hours, in UTC, in which a moment lies."""
    at = datetime.fromtimestamp(now, UTC).replace(second=0, microsecond=0)
    hour = timedelta(hours=1)
    return QuietHours((at - hour).time(), (at + hour).time())


async def kept(rig, **changes):
    one = pumps(**changes)
    await rig.parts.subscriptions.add(one)
    return one


@on_both
async def test_what_is_due_in_the_quiet_hours_is_left_out(rig):
    """Nothing is asked, posted or recorded; but who presses the button is awake."""
    one = await kept(rig, quiet_hours=around(rig.now))
    asked, due = len(rig.kore.requests), rig.now
    job = await rig.ended(await rig.begun(one, due))

    assert ("done", []) == (job.state, rig.texts())
    assert None is await rig.parts.fleet.runs.find(one.id, due)
    assert asked == len(rig.kore.requests)
    assert RunStage.POSTED is (await rig.made(one, now=True)).stage
    assert 1 == len(rig.texts())


async def test_other_hours_are_not_quiet(rig):
    """Outside of them it comes."""
    other = around(rig.now + 12 * 3600.0)
    one = await kept(rig, quiet_hours=other, when_quiet=WhenQuiet.SKIP)

    assert (await rig.made(one)).is_over
    assert 1 == len(rig.texts())


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("is_archived", PauseReason.ARCHIVED),
        ("not_in_channel", PauseReason.NOT_IN_CHANNEL),
        ("restricted_action", PauseReason.NOT_ALLOWED),
    ],
)
async def test_a_channel_that_is_lost_pauses_it_and_its_maker_is_told_once(rig, error, why):
    """Also where another run was already under way; what is paused has no next run."""
    one = await kept(rig)
    rig.slack.api.faults.fail("chat.postMessage", error)
    run = await rig.made(one)
    paused = await rig.parts.subscriptions.get(one.id)
    await rig.made(paused, rig.now + 1, now=True)

    (notice,) = rig.slack.direct("ana")
    assert RunStage.FAILED is run.stage
    assert why is paused.paused
    assert None is (await rig.parts.schedules.get(one.schedule_name)).next_due
    assert "I paused the digest Pumps" in notice.text
    assert "resume it" in notice.text


async def test_what_passes_pauses_nothing(rig):
    """An error of the moment is waited out."""
    one = await kept(rig)
    rig.slack.api.faults.fail("chat.postMessage", "fatal_error", times=2)
    run = await rig.made(one)

    assert RunStage.POSTED is run.stage
    assert None is (await rig.parts.subscriptions.get(one.id)).paused
    assert () == rig.slack.direct("ana")


async def previewed(rig, one):
    """Have it previewed for Ana."""
    key, args = f"{PREVIEW}:{one.id}", {"subscription": one.id, "person": "U0ANA0001"}
    await rig.parts.queue.add(NewJob(PREVIEW, key, args | {"due": rig.now}))
    return await rig.ended(key)


@on_both
async def test_a_preview_changes_nothing(rig):
    """It is compared with the last digest, and the next one is compared with that too."""
    one = await kept(rig)
    first = await rig.made(one)
    job = await previewed(rig, one)
    following = await rig.made(one, rig.now + 1)

    (shown,) = rig.slack.direct("ana")
    before = await rig.parts.fleet.runs.before(one.id, following.due, "")
    assert "done" == job.state
    assert shown.text.startswith("Preview: Pumps, ")
    assert " change" not in shown.text
    assert "first digest" not in str(shown.blocks)
    assert first.id == before.id
    assert 2 == len(rig.texts())


async def test_a_preview_of_what_its_channel_may_not_see(rig):
    """Where the channel may not read it, its preview says so and asks for no SIM."""
    one = await kept(rig, channel="C0PARTNER")
    rig.parts.authorizer._policies = replace(rig.parts.authorizer._policies, shared=Policy.REFUSE)
    await previewed(rig, one)

    (shown,) = rig.slack.direct("ana")
    assert "shared with another company" in shown.text
    assert [] == [asked for asked in rig.kore.requests if asked.path.endswith("/DataSessions")]


async def test_a_preview_of_a_digest_that_is_gone(rig):
    """There is nobody to tell, and nothing to do."""
    assert "done" == (await previewed(rig, pumps())).state
    assert () == rig.slack.direct("ana")
