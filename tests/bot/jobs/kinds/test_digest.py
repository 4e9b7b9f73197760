"""A digest from its due time to its post, between both stand-ins and on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.digests.selection import ListedSim, Selection, SelectionKind
from bot.digests.subscription import PauseReason, WhenQuiet
from bot.emulators.kore.faults import Fault
from bot.emulators.slack.people import ANA
from bot.jobs.kinds.digest import STILL_AT_IT
from bot.store.digest_runs import Stage
from bot.store.jobs import NewJob
from tests.builders import SID
from tests.digest_rig import digest_of, digesting, pumps

H = timedelta(hours=1)


def a_row(number, **changes):
    """Return a SIM as KORE's payload has it."""
    return {
        "sid": f"DE{number:032x}",
        "unique_name": f"pump-{number}",
        "status": "active",
    } | changes


def a_session(now, *, open_for=1.0, **changes):
    """Return an open session that was updated a minute ago."""
    plain = {
        "start": f"{now - open_for * H:%Y-%m-%dT%H:%M:%SZ}",
        "last_updated": f"{now - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}",
        "end": None,
        "operator_mcc": "310",
        "operator_mnc": "260",
        "operator_name": "T-Mobile USA",
        "operator_country": "USA",
        "imei": "014931000129700",
        "packets_uploaded": 10,
        "packets_downloaded": 20,
    }
    return plain | changes


@pytest.fixture
async def desk(database):
    """Three pumps that are online, and the engine."""
    async with digesting(database, stories=()) as desk:
        for number in range(3):
            put(desk, number)
        yield desk


@pytest.fixture
async def about(desk):
    """A digest of all SIMs that is kept."""
    await desk.parts.subscriptions.add(pumps())
    return pumps()


def put(desk, number, **changes):
    """Put a pump into KORE, or change it."""
    desk.kore.add(a_row(number), [a_session(desk.parts.clock.now(), **changes)])


def words(message):
    """All that a message says."""
    return " ".join(str(block.get("text", block)) for block in message.blocks)


async def made_without_grace(desk, about):
    """Have a digest made of which the grace is over once it has begun: its first list failed."""
    desk.kore.faults.add(Fault(path="/v1/Sims", times=1, status=503))
    key = await desk.begun(about)
    while not (await desk.job(key)).memo:
        await desk.pause()
    await desk.parts.subscriptions.change(replace(about, grace=timedelta(0)))
    job = await desk.ended(key)
    await desk.parts.subscriptions.change(about)
    return await desk.parts.fleet.runs.find(about.id, job.args["due"])


def gone_offline(desk, number):
    """End the session of a pump."""
    now = desk.parts.clock.now()
    put(desk, number, end=f"{now:%Y-%m-%dT%H:%M:%SZ}")


async def test_the_first_digest(desk, about):
    """The first digest counts its SIMs and says that there is nothing to compare with."""
    run = await desk.made(about)
    text = desk.parents()[0].blocks

    assert (Stage.POSTED, {"online": 3}, 3, 1) == (run.stage, run.counts, run.sims, run.chunks)
    assert "This is the first digest" in str(text)
    assert desk.parents()[0].ts == run.ts


async def test_changes_are_said_in_the_next_digest(desk, about):
    """What went silent between two is on top of the second; a new SIM, and a gone one, are news."""
    await desk.made(about)
    gone_offline(desk, 1)
    put(desk, 7)
    run = await desk.made(about)

    assert "1 went silent" in desk.texts()[-1]
    assert "pump-1" in str(desk.parents()[-1].blocks)
    assert ["pump-7"] == [sim.name for sim in digest_of(run).new.first]


async def test_a_quiet_digest_is_one_line(desk, about):
    """The first has its lists in its thread; where nothing changed, one line says so."""
    first = await desk.made(about)
    _, *details = desk.slack.seen_by("ana")
    run = await desk.made(about)

    assert {first.ts} == {message.thread_ts for message in details}
    assert (Stage.POSTED, 2) == (run.stage, len(desk.texts()))
    assert len(details) + 2 == len(desk.slack.seen_by("ana"))
    assert "all quiet" in desk.texts()[-1]


async def test_a_quiet_digest_is_kept_back(desk, about):
    """Where that is wished, a quiet digest is not posted, and still counts for the trend."""
    silent = replace(about, when_quiet=WhenQuiet.SKIP)
    await desk.parts.subscriptions.change(silent)
    await desk.made(silent)
    before = desk.texts()
    run = await desk.made(silent)
    gone_offline(desk, 2)
    last = await desk.made(silent)

    assert (Stage.QUIET, before) == (run.stage, desk.texts()[: len(before)])
    assert 3 == len(digest_of(last).trend)


async def test_the_same_due_time_is_one_digest(desk, about):
    """A job of the same key is never made twice."""
    key = await desk.begun(about)
    await desk.ended(key)
    before = desk.texts()
    job = await desk.job(key)
    await desk.parts.queue.add(NewJob(job.kind, job.key, job.args))
    await desk.ended(key)

    assert before == desk.texts()


async def test_kore_down_at_the_due_time_is_waited_for(desk, about):
    """A list that KORE does not give now is asked for again within the grace."""
    desk.kore.faults.add(Fault(path="/v1/Sims", times=2, status=503))
    run = await desk.made(about)

    assert (Stage.POSTED, {"online": 3}) == (run.stage, run.counts)


async def test_kore_down_for_longer_than_the_grace_is_said(desk, about):
    """The channel is told once that nothing is known; the next one compares with the one before."""
    first = await desk.made(about)
    desk.kore.faults.add(Fault(path="/v1/Sims", times=None, status=503))
    run = await made_without_grace(desk, about)
    text, blocks = desk.texts()[-1], words(desk.parents()[-1])
    desk.kore.faults.clear()
    last = digest_of(await desk.made(about))

    assert Stage.FAILED is run.stage
    assert "KORE could not be asked" in text
    assert "KORE gave me no list of SIMs until" in blocks
    assert (first.due, 0, ()) == (last.since.timestamp(), last.new.count, last.missed)


async def test_sims_that_fail_are_named_and_not_called_offline(desk, about):
    """
    More than a fifth that could not be read is said on top, and they keep their last state: what
    changed meanwhile is said when they can be read again.
    """
    await desk.made(about)
    desk.kore.faults.add(Fault(path=f"{1:032x}/DataSessions", times=None, status=503))
    run = await made_without_grace(desk, about)
    digest = digest_of(run)
    desk.kore.faults.clear()
    gone_offline(desk, 1)
    last = digest_of(await desk.made(about))

    assert {"online": 2, "failed": 1} == run.counts
    assert (True, ()) == (digest.is_unreliable, digest.changes)
    assert ["pump-1"] == [sim.name for sim in digest.unread.first]
    assert any("1 of 3 SIMs could not be read" in text for text in desk.texts())
    assert [("went_silent", ["pump-1"])] == [
        (group.kind.value, [each.sim.name for each in group.first]) for group in last.changes
    ]


async def test_a_passing_failure_is_asked_again(desk, about):
    """A SIM that fails once is read in the end, and those of its chunk are not asked again."""
    desk.kore.faults.add(Fault(path=f"{1:032x}/DataSessions", times=1, status=503))
    run = await desk.made(about)
    asked = [each.path for each in desk.kore.requests if "DataSessions" in each.path]

    assert {"online": 3} == run.counts
    assert 4 == len(asked)


async def test_a_run_that_comes_too_late_is_skipped(desk, about):
    """A digest that could not be begun within its grace is left out, and the next one says so."""
    await desk.made(about, desk.now - 3000)
    hasty = replace(about, grace=timedelta(seconds=1))
    await desk.parts.subscriptions.change(hasty)
    late = await desk.made(hasty, desk.now - 2000)
    next_one = digest_of(await desk.made(about))

    assert Stage.SKIPPED is late.stage
    assert [late.due] == [missed.due.timestamp() for missed in next_one.missed]


async def test_what_the_engine_skipped_is_said(desk, about):
    """Due times at which nothing ran are named in the next digest."""
    due = desk.now // 3600 * 3600
    run = await desk.made(about, due, skipped_since=due - 7200)

    assert [due - 7200, due - 3600] == [each.due.timestamp() for each in digest_of(run).missed]


async def test_one_digest_at_a_time(desk, about):
    """A run that is due while the one before is still being made is left out."""
    desk.kore.faults.latency = 0.5
    first = await desk.begun(about, desk.now - 60)
    while await desk.parts.fleet.runs.under_way() == ():
        await desk.hurried(first)
    second = await desk.made(about)
    await desk.ended(first)

    assert (Stage.SKIPPED, STILL_AT_IT) == (second.stage, second.why)


async def test_a_digest_that_was_removed_comes_to_nothing(desk):
    """Without its subscription a job posts nothing."""
    await desk.ended(await desk.begun(pumps()))

    assert [] == desk.texts()


async def test_a_digest_that_was_paused_just_before_comes_to_nothing(desk, about):
    """What was due already when somebody paused it is not posted; asked for by hand, it is."""
    await desk.parts.subscriptions.pause(about)
    await desk.ended(await desk.begun(about))
    before = desk.texts()
    await desk.made(about, now=True)

    assert ([], 1) == (before, len(desk.texts()))


async def test_an_archived_channel_pauses_its_digest(desk):
    """A digest that its channel does not take is paused, with the reason."""
    archived = pumps(channel="C0DEPOT24")
    await desk.parts.subscriptions.add(archived)
    run = await desk.made(archived)

    assert Stage.FAILED is run.stage
    assert PauseReason.ARCHIVED is (await desk.parts.subscriptions.get(archived.id)).paused


async def test_slack_down_is_waited_for(desk, about):
    """A post that Slack does not take now is made later, once."""
    desk.slack.api.faults.rate_limit("chat.postMessage", 0.01, times=2)
    desk.slack.api.faults.fail("chat.postMessage", "internal_error", times=1)
    run = await desk.made(about)

    assert (Stage.POSTED, 1) == (run.stage, len(desk.parents()))


async def test_a_named_sim_that_is_gone_is_said(desk):
    """A SIM of a pasted list that KORE no longer has is named as it was typed."""
    listed = (ListedSim(f"DE{0:032x}", "pump-0"), ListedSim(SID.replace("1", "f"), "pump-lost"))
    named = pumps(selection=Selection(SelectionKind.LISTED, sims=listed))
    await desk.parts.subscriptions.add(named)
    run = await desk.made(named)

    assert (("pump-lost",), {"online": 1}) == (digest_of(run).missing, run.counts)


async def test_a_pattern_that_fits_nothing_is_said(desk):
    """Without any SIM the digest says so, rather than that all is well."""
    nobody = pumps(selection=Selection(SelectionKind.PATTERN, "truck-*"))
    await desk.parts.subscriptions.add(nobody)
    run = await desk.made(nobody)

    assert (Stage.POSTED, {}) == (run.stage, run.counts)
    assert "no SIM fits SIMs called truck-" in desk.texts()[0]


async def test_a_shared_channel_is_told_no_numbers(desk):
    """In a channel shared with another company neither IMEI nor ICCID is told."""
    shared = pumps(channel="C0PARTNER")
    await desk.parts.subscriptions.add(shared)
    await desk.made(shared)
    put(desk, 1, imei="356938035643809")
    run = await desk.made(shared)
    told = desk.slack.workspace.messages.in_channel("C0PARTNER", seen_by=ANA.id)

    assert "new_imei" in [group.kind.value for group in digest_of(run).changes]
    assert "35693803564380" not in str([message.blocks for message in told])
    assert "are redacted" in str([message.blocks for message in told])
