"""A digest from its due time to its post, between both stand-ins."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.alerts.incident import DownSim
from bot.digests.digest import IncidentSums
from bot.digests.schedule import DigestSchedule, Frequency
from bot.digests.subscription import ListedSim, PauseReason, Selection, SelectionKind, WhenQuiet
from bot.emulators.kore.faults import Fault
from bot.emulators.slack.people import ANA
from bot.jobs.kinds.digest import STILL_AT_IT
from bot.store.digest_runs import RunStage
from bot.store.jobs import NewJob
from bot.struct import replace
from tests.bot.alerts.test_webhook import ALERT, INCIDENT
from tests.builders import SID
from tests.databases import on_both
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
async def rig(database):
    """Three pumps that are online, and the engine."""
    async with digesting(database, stories=()) as rig:
        for number in range(3):
            put(rig, number)
        yield rig


@pytest.fixture
async def about(rig):
    """A digest of all SIMs that is kept."""
    await rig.parts.subscriptions.add(pumps())
    return pumps()


def put(rig, number, **changes):
    """Put a pump into KORE, or change it."""
    rig.kore.add(a_row(number), [a_session(rig.parts.clock.now(), **changes)])


def words(message):
    """All that a message says."""
    return " ".join(str(block.get("text", block)) for block in message.blocks)


async def made_without_grace(rig, about):
    """Have a digest made of which the grace is over once it has begun: its first list failed."""
    rig.kore.faults.add(Fault(path="/v1/Sims", times=1, status=503))
    key = await rig.begun(about)
    while not (await rig.job(key)).memo:
        await rig.pause()
    await rig.parts.subscriptions.change(replace(about, grace=timedelta(0)))
    job = await rig.ended(key)
    await rig.parts.subscriptions.change(about)
    return await rig.parts.fleet.runs.find(about.id, job.args["due"])


def gone_offline(rig, number):
    """End the session of a pump."""
    now = rig.parts.clock.now()
    put(rig, number, end=f"{now:%Y-%m-%dT%H:%M:%SZ}")


@on_both
async def test_the_first_digest(rig, about):
    """The first digest counts its SIMs and says that there is nothing to compare with."""
    run = await rig.made(about)
    text = rig.parents()[0].blocks

    assert (RunStage.POSTED, {"online": 3}, 3, 1) == (run.stage, run.counts, run.sims, run.chunks)
    assert "This is the first digest" in str(text)
    assert rig.parents()[0].ts == run.ts


@on_both
async def test_changes_are_said_in_the_next_digest(rig, about):
    """What went silent between two is on top of the second; a new SIM, and a gone one, are news."""
    await rig.made(about)
    gone_offline(rig, 1)
    put(rig, 7)
    run = await rig.made(about)

    assert "1 went silent" in rig.texts()[-1]
    assert "pump-1" in str(rig.parents()[-1].blocks)
    assert ["pump-7"] == [sim.name for sim in digest_of(run).new.first]


def incidents_of(rig, number, sims=(1,), **changes):
    """Return so many that began two hours ago, were taken after 4 minutes and ended an hour ago."""
    now = rig.parts.clock.now()
    began = now - 2 * H
    fell = [DownSim(f"DE{sim:032x}", f"pump-{sim}", began, began, back_at=now - H) for sim in sims]
    one = replace(
        INCIDENT,
        members=tuple(fell),
        opened_at=began,
        first_at=began,
        first_taken_at=began + timedelta(minutes=4),
        resolved_at=now - H,
    )
    return [replace(one, **{"id": f"i{at}{changes}", **changes}) for at in range(number)]


async def counted(rig, about, incidents):
    """Return what a digest says of incidents."""
    async with rig.parts.fleet.database.write() as tx:
        for each in incidents:
            await rig.parts.alerting.incidents.save(replace(ALERT, webhook=None), None, each, tx)
    return digest_of(await rig.made(about)).incidents


async def test_it_has_a_line_of_its_sims_incidents(rig, about):
    """How many, and how they stand; none of other channels, nor of other SIMs, is counted."""
    still_open = {"resolved_at": None, "first_taken_at": None}
    incidents = [
        *incidents_of(rig, 1, sims=(1, 99)),
        *incidents_of(rig, 1, **still_open),
        *incidents_of(rig, 1, channel="C0PARTNER"),
        *incidents_of(rig, 1, id="other", sims=(98, 99)),
    ]

    assert IncidentSums(2, 1) == await counted(rig, about, incidents)
    assert "*2 incidents* since" in str(rig.parents()[0].blocks).replace("\\xa0", " ")


async def test_nothing_to_say_of_other_sims_incidents(rig, about):
    """Where all of the channel's incidents are of other SIMs there is no line of them."""
    assert None is await counted(rig, about, incidents_of(rig, 5, sims=(99,)))


@pytest.mark.parametrize(
    ("alone", "by_hand", "usual"),
    [(3, 1, (None, None)), (4, 3, (240.0, None)), (5, 0, (240.0, 3600.0))],
)
async def test_how_long_incidents_usually_take(rig, about, alone, by_hand, usual):
    """Five tell what is usual, and of their end only those that ended by themselves."""
    resolved = incidents_of(rig, by_hand, resolved_by="U0ANA0001")
    sums = await counted(rig, about, [*incidents_of(rig, alone), *resolved])

    assert IncidentSums(alone + by_hand, 0, *usual) == sums


async def test_a_quiet_digest_is_one_line(rig, about):
    """The first has its lists in its thread; where nothing changed, one line says so."""
    first = await rig.made(about)
    _, *details = rig.slack.seen_by("ana")
    run = await rig.made(about)

    assert {first.ts} == {message.thread_ts for message in details}
    assert (RunStage.POSTED, 2) == (run.stage, len(rig.texts()))
    assert len(details) + 2 == len(rig.slack.seen_by("ana"))
    assert "all quiet" in rig.texts()[-1]


async def test_a_quiet_digest_is_kept_back(rig, about):
    """Where that is wished, a quiet digest is not posted, and still counts for the trend."""
    silent = replace(about, when_quiet=WhenQuiet.SKIP)
    await rig.parts.subscriptions.change(silent)
    await rig.made(silent)
    before = rig.texts()
    run = await rig.made(silent)
    gone_offline(rig, 2)
    last = await rig.made(silent)

    assert (RunStage.QUIET, before) == (run.stage, rig.texts()[: len(before)])
    assert 3 == len(digest_of(last).trend)


@on_both
async def test_the_same_due_time_is_one_digest(rig, about):
    """A job of the same key is never made twice."""
    key = await rig.begun(about)
    await rig.ended(key)
    before = rig.texts()
    job = await rig.job(key)
    await rig.parts.queue.add(NewJob(job.kind, job.key, job.args))
    await rig.ended(key)

    assert before == rig.texts()


async def test_kore_down_at_the_due_time_is_waited_for(rig, about):
    """A list that KORE does not give now is asked for again within the grace."""
    rig.kore.faults.add(Fault(path="/v1/Sims", times=2, status=503))
    run = await rig.made(about)

    assert (RunStage.POSTED, {"online": 3}) == (run.stage, run.counts)


async def test_kore_down_for_longer_than_the_grace_is_said(rig, about):
    """It is said once that nothing is known; the next one compares with the one before."""
    first = await rig.made(about)
    rig.kore.faults.add(Fault(path="/v1/Sims", times=None, status=503))
    run = await made_without_grace(rig, about)
    text, blocks = rig.texts()[-1], words(rig.parents()[-1])
    rig.kore.faults.clear()
    last = digest_of(await rig.made(about))

    assert RunStage.FAILED is run.stage
    assert "KORE could not be asked" in text
    assert "KORE had given me no list of SIMs by" in blocks
    assert (first.due, 0, ()) == (last.since.timestamp(), last.new.count, last.missed)


async def test_sims_that_fail_are_named_and_not_called_offline(rig, about):
    """
    More than a fifth that could not be read is said on top, and they keep their last state: what
    changed meanwhile is said when they can be read again.
    """
    await rig.made(about)
    rig.kore.faults.add(Fault(path=f"{1:032x}/DataSessions", times=None, status=503))
    run = await made_without_grace(rig, about)
    digest = digest_of(run)
    rig.kore.faults.clear()
    gone_offline(rig, 1)
    last = digest_of(await rig.made(about))

    assert {"online": 2, "failed": 1} == run.counts
    assert (True, ()) == (digest.is_unreliable, digest.changes)
    assert ["pump-1"] == [sim.name for sim in digest.unread.first]
    assert any("1 of 3 SIMs could not be read" in text for text in rig.texts())
    assert [("went_silent", ["pump-1"])] == [
        (group.kind.value, [each.sim.name for each in group.first]) for group in last.changes
    ]


async def test_a_passing_failure_is_asked_again(rig, about):
    """A SIM that fails once is read in the end, and those of its chunk are not asked again."""
    rig.kore.faults.add(Fault(path=f"{1:032x}/DataSessions", times=1, status=503))
    run = await rig.made(about)
    asked = [each.path for each in rig.kore.requests if "DataSessions" in each.path]

    assert {"online": 3} == run.counts
    assert 4 == len(asked)


async def test_a_run_that_comes_too_late_is_skipped(rig, about):
    """A digest that could not be begun within its grace is left out, and the next one says so."""
    await rig.made(about, rig.now - 3000)
    hasty = replace(about, grace=timedelta(seconds=1))
    await rig.parts.subscriptions.change(hasty)
    late = await rig.made(hasty, rig.now - 2000)
    next_one = digest_of(await rig.made(about))

    assert RunStage.SKIPPED is late.stage
    assert [late.due] == [missed.due.timestamp() for missed in next_one.missed]


async def test_what_the_engine_skipped_is_said(rig, about):
    """Due times at which nothing ran are named in the next digest."""
    due = rig.now // 60 * 60 - 1800  # no test runs until half an hour from now
    line = f"{datetime.fromtimestamp(due, UTC).minute} * * * *"
    hourly = replace(about, schedule=DigestSchedule(Frequency.CRON, line=line))
    await rig.parts.subscriptions.change(hourly)
    run = await rig.made(hourly, due, skipped_since=due - 7200)

    assert [due - 7200, due - 3600] == [each.due.timestamp() for each in digest_of(run).missed]


@on_both
async def test_one_digest_at_a_time(rig, about):
    """A run that is due while the one before is still being made is left out."""
    rig.kore.faults.latency = 0.5
    first = await rig.begun(about, rig.now - 60)
    while await rig.parts.fleet.runs.under_way() == ():
        await rig.hurried(first)
    second = await rig.made(about)
    await rig.ended(first)

    assert (RunStage.SKIPPED, STILL_AT_IT) == (second.stage, second.why)


async def test_a_digest_that_was_removed_comes_to_nothing(rig):
    """Without its subscription a job posts nothing."""
    await rig.ended(await rig.begun(pumps()))

    assert [] == rig.texts()


async def test_a_digest_that_was_paused_just_before_comes_to_nothing(rig, about):
    """What was due already when somebody paused it is not posted; asked for by hand, it is."""
    await rig.parts.subscriptions.pause(about)
    await rig.ended(await rig.begun(about))
    before = rig.texts()
    await rig.made(about, now=True)

    assert ([], 1) == (before, len(rig.texts()))


async def test_an_archived_channel_pauses_its_digest(rig):
    """A digest that its channel does not take is paused, with the reason."""
    archived = pumps(channel="C0DEPOT24")
    await rig.parts.subscriptions.add(archived)
    run = await rig.made(archived)

    assert RunStage.FAILED is run.stage
    assert PauseReason.ARCHIVED is (await rig.parts.subscriptions.get(archived.id)).paused


async def test_slack_down_is_waited_for(rig, about):
    """A post that Slack does not take now is made later, once."""
    rig.slack.api.faults.rate_limit("chat.postMessage", 0.01, times=2)
    rig.slack.api.faults.fail("chat.postMessage", "internal_error", times=1)
    run = await rig.made(about)

    assert (RunStage.POSTED, 1) == (run.stage, len(rig.parents()))


async def test_a_named_sim_that_is_gone_is_said(rig):
    """A SIM of a pasted list that KORE no longer has is named as it was typed."""
    listed = (ListedSim(f"DE{0:032x}", "pump-0"), ListedSim(SID.replace("1", "f"), "pump-lost"))
    named = pumps(selection=Selection(SelectionKind.LISTED, sims=listed))
    await rig.parts.subscriptions.add(named)
    run = await rig.made(named)

    assert (("pump-lost",), {"online": 1}) == (digest_of(run).missing, run.counts)


async def test_a_pattern_that_fits_nothing_is_said(rig):
    """Without any SIM the digest says so, rather than that all is well."""
    nobody = pumps(selection=Selection(SelectionKind.PATTERN, "truck-*"))
    await rig.parts.subscriptions.add(nobody)
    run = await rig.made(nobody)

    assert (RunStage.POSTED, {}) == (run.stage, run.counts)
    assert "no SIM fits SIMs called truck-" in rig.texts()[0]


async def test_a_shared_channel_is_told_no_numbers(rig):
    """In a channel shared with another company neither IMEI nor ICCID is shown."""
    shared = pumps(channel="C0PARTNER")
    await rig.parts.subscriptions.add(shared)
    await rig.made(shared)
    put(rig, 1, imei="356938035643809")
    run = await rig.made(shared)
    posted = rig.slack.workspace.messages.in_channel("C0PARTNER", seen_by=ANA.id)

    assert "new_imei" in [group.kind.value for group in digest_of(run).changes]
    assert "35693803564380" not in str([message.blocks for message in posted])
    assert "are redacted" in str([message.blocks for message in posted])
