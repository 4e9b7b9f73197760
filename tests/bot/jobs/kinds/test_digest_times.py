"""When a digest is left out, when it pauses itself, and what a preview leaves behind."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.digests.schedule import QuietHours
from bot.digests.service import PREVIEW
from bot.digests.subscription import PauseReason, WhenQuiet
from bot.slack.access import Policy
from bot.store.digest_runs import Stage
from bot.store.jobs import NewJob
from tests.digest_rig import digesting, pumps


@pytest.fixture
async def desk(database):
    async with digesting(database) as running:
        yield running


def around(now):
    """Quiet hours, in UTC, in which a moment lies."""
    at = datetime.fromtimestamp(now, UTC).replace(second=0, microsecond=0)
    hour = timedelta(hours=1)
    return QuietHours((at - hour).time(), (at + hour).time())


async def kept(desk, **changes):
    one = pumps(**changes)
    await desk.parts.subscriptions.add(one)
    return one


async def test_what_is_due_in_the_quiet_hours_is_left_out(desk):
    """Nothing is asked, posted or recorded; but who presses the button is awake."""
    one = await kept(desk, quiet_hours=around(desk.now))
    asked, due = len(desk.kore.requests), desk.now
    job = await desk.ended(await desk.begun(one, due))

    assert ("done", []) == (job.state, desk.texts())
    assert None is await desk.parts.fleet.runs.find(one.id, due)
    assert asked == len(desk.kore.requests)
    assert Stage.POSTED is (await desk.made(one, now=True)).stage
    assert 1 == len(desk.texts())


async def test_other_hours_are_not_quiet(desk):
    """Outside of them it comes."""
    midnight = QuietHours(time(0, 0), time(0, 1))
    one = await kept(desk, quiet_hours=midnight, when_quiet=WhenQuiet.SKIP)

    assert (await desk.made(one)).is_over
    assert 1 == len(desk.texts())


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("is_archived", PauseReason.ARCHIVED),
        ("not_in_channel", PauseReason.NOT_IN_CHANNEL),
        ("restricted_action", PauseReason.NOT_ALLOWED),
    ],
)
@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_channel_that_is_lost_pauses_it_and_its_maker_is_told_once(desk, error, why):
    """Also where another run was already under way; what is paused has no next run."""
    one = await kept(desk)
    desk.slack.api.faults.fail("chat.postMessage", error)
    run = await desk.made(one)
    paused = await desk.parts.subscriptions.get(one.id)
    await desk.made(paused, desk.now + 1, now=True)

    (told,) = desk.slack.direct("ana")
    assert Stage.FAILED is run.stage
    assert why is paused.paused
    assert None is (await desk.parts.schedules.get(one.schedule_name)).next_due
    assert "I paused the digest Pumps" in told.text
    assert "resume it" in told.text


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_what_passes_pauses_nothing(desk):
    """An error of the moment is waited out."""
    one = await kept(desk)
    desk.slack.api.faults.fail("chat.postMessage", "fatal_error", times=2)
    run = await desk.made(one)

    assert Stage.POSTED is run.stage
    assert None is (await desk.parts.subscriptions.get(one.id)).paused
    assert () == desk.slack.direct("ana")


async def previewed(desk, one):
    """Have it previewed for Ana."""
    key, args = f"{PREVIEW}:{one.id}", {"subscription": one.id, "person": "U0ANA0001"}
    await desk.parts.queue.add(NewJob(PREVIEW, key, args | {"due": desk.now}))
    return await desk.ended(key)


async def test_a_preview_changes_nothing(desk):
    """It is compared with the last digest, and the next one is compared with that too."""
    one = await kept(desk)
    first = await desk.made(one)
    job = await previewed(desk, one)
    following = await desk.made(one, desk.now + 1)

    (shown,) = desk.slack.direct("ana")
    before = await desk.parts.fleet.runs.before(one.id, following.due)
    assert "done" == job.state
    assert shown.text.startswith("Preview: Pumps, ")
    assert "nothing changed" in shown.text
    assert first.id == before.id
    assert 2 == len(desk.texts())


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_preview_of_what_its_channel_may_not_see(desk):
    """Where the channel may not be told, its preview says so and asks for no SIM."""
    one = await kept(desk, channel="C0PARTNER")
    desk.parts.authorizer._policies = replace(desk.parts.authorizer._policies, shared=Policy.REFUSE)
    await previewed(desk, one)

    (shown,) = desk.slack.direct("ana")
    assert "shared with another company" in shown.text
    assert [] == [asked for asked in desk.kore.requests if asked.path.endswith("/DataSessions")]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_preview_of_a_digest_that_is_gone(desk):
    """There is nobody to tell, and nothing to do."""
    assert "done" == (await previewed(desk, pumps())).state
    assert () == desk.slack.direct("ana")
