"""The last step of a digest."""

import pytest

from bot.demo.stories.sims import common_outage
from bot.digests.subscription import PauseReason
from bot.emulators.slack.people import ANA
from bot.jobs.kinds import digest
from bot.store.digest_runs import RunStage
from bot.struct import replace
from tests.databases import on_both
from tests.digest_rig import digesting, pumps


@pytest.fixture
async def rig(database):
    async with digesting(database, stories=[common_outage], sims=3) as rig:
        await rig.parts.subscriptions.add(pumps())
        yield rig


@on_both
@pytest.mark.parametrize("times", [1, 2])
async def test_posts_whose_answer_was_lost_are_not_made_twice(rig, times):
    """Where Slack did it unsaid, the digest, or what is in its thread, is found again."""
    rig.slack.api.faults.hang_up("chat.postMessage", after_work=True, times=times)
    run = await rig.made(pumps())
    texts = [message.text for message in rig.slack.seen_by("ana")]

    assert (RunStage.POSTED, [run.ts]) == (run.stage, [message.ts for message in rig.parents()])
    assert sorted(set(texts)) == sorted(texts)


async def test_slack_away_for_too_long_ends_the_digest(rig, monkeypatch):
    """A digest that would be no news any more is given up, and the next one says so."""
    monkeypatch.setattr(digest, "PATIENCE", 0.0)
    rig.slack.api.faults.fail("chat.postMessage", "internal_error", times=9)
    run = await rig.made(pumps())

    assert (RunStage.FAILED, None) == (run.stage, run.ts)
    assert run.why


async def test_a_channel_that_does_not_take_it_pauses_it(rig):
    """A digest whose channel is lost comes no more until somebody mends that."""
    lost = {
        "not_in_channel": PauseReason.NOT_IN_CHANNEL,
        "channel_not_found": PauseReason.NOT_IN_CHANNEL,
        "is_archived": PauseReason.ARCHIVED,
        "restricted_action": PauseReason.NOT_ALLOWED,
    }
    for error, why in lost.items():
        one = pumps(id=error, name=error)
        await rig.parts.subscriptions.add(one)
        rig.slack.api.faults.fail("chat.postMessage", error, times=9)
        run = await rig.made(one)
        rig.slack.api.faults.clear()

        assert RunStage.FAILED is run.stage, error
        assert why is (await rig.parts.subscriptions.get(one.id)).paused, error


async def test_a_workspace_without_newer_blocks_gets_plainer_ones(rig):
    """Tables and charts that a workspace does not know become words."""
    rig.slack.workspace.unknown_blocks = frozenset({"data_table", "data_visualization"})
    run = await rig.made(replace(pumps()))
    posted = rig.slack.workspace.messages.in_channel("C0FLEETOP", seen_by=ANA.id)

    assert RunStage.POSTED is run.stage
    assert "data_table" not in str([message.blocks for message in posted])


async def test_how_late_digests_are_is_counted(rig):
    """Each end of a digest is a metric with its lag."""
    await rig.made(pumps())

    assert b'simsessions_digest_lag_seconds_count{outcome="posted"} 1.0' in (
        rig.parts.metrics.text()
    )
