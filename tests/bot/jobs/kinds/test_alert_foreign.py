"""The answer to another app's alert, over the whole bot: once, renewed, within its bounds."""

import pytest
from sqlalchemy import select, update

from bot.emulators.kore.faults import broken
from bot.emulators.slack.people import GRAFANA
from bot.jobs.kinds.alert import REFUSALS
from bot.store.schema import NOW, buckets, jobs
from bot.struct import force_setattr
from tests.databases import on_both
from tests.handlers.alert_steps import DOWN, HISTORY, alert, answers, done, listening, live
from tests.whole_bot import whole_bot


@pytest.fixture
async def heard(database_url):
    """A bot that listens in #fleet-ops."""
    async with listening(database_url) as whole:
        yield whole


@on_both
async def test_an_alert_that_repeats_brings_the_answer_up_to_date(heard):
    """Within an hour, and as it resolves: one answer, where the first alert stands."""
    first = await alert(heard, DOWN)
    await alert(heard, DOWN)
    await alert(heard, "[RESOLVED] SimSilent: well-1, well-2 and well-3 are down")

    (answer,) = answers(heard)
    assert first.ts == answer.thread_ts
    assert answer.edited_ts
    assert "The alert came 3 times" in str(answer.blocks)


async def test_another_alert_is_another_answer(heard):
    """Other SIMs, or another title."""
    for text in (DOWN, f"{DOWN} pump-7", "Billing: well-1, well-2, well-3 went over"):
        raised = await alert(heard, text)

        assert 1 == len(answers(heard, raised)), text


@on_both
async def test_after_an_hour_it_is_answered_anew(heard):
    """An answer that far up helps nobody: the new alert's thread gets its own."""
    first = await alert(heard, DOWN)
    async with heard.bot.services.store.write() as tx:
        (job,) = (await tx.execute(select(jobs.c.args).where(jobs.c.kind == "foreign_alert"))).all()
        before = f"{float(first.ts) - 3700:.6f}"
        await tx.execute(update(jobs).values(args=job.args.replace(first.ts, before)))
    second = await alert(heard, DOWN)

    assert [1, 1] == [len(answers(heard, first)), len(answers(heard, second))]


async def test_what_readers_may_not_see_is_redacted(database_url):
    """In a channel shared with another company, as for a mention there."""
    async with whole_bot(database_url=database_url) as whole:
        whole.slack.api.scopes |= HISTORY
        await whole.type("alert listen on", channel="#partner-shared")
        workspace = whole.slack.workspace
        workspace.put_channel(workspace.channel("#partner-shared").with_members(GRAFANA.id))
        await alert(whole, "pump-7 is down", channel="#partner-shared")

        (answer,) = answers(whole, channel="#partner-shared")
        assert "redacted in a channel shared with another company" in str(answer.blocks)


async def test_who_may_no_longer_ask_ends_it(database_url):
    """The answer is in the name of who asked for it: without them nothing is told."""
    async with listening(database_url, allowed_users="U0ANA0001") as whole:
        services = whole.bot.services
        force_setattr(services.access, "users", frozenset({"U0BEN0001"}))
        await alert(whole, DOWN)

        said = whole.slack.seen_by("ben")[-1]
        assert [] == answers(whole)
        assert "I no longer listen to alerts in this channel" in said.text
        assert REFUSALS == 5
        await services.listening_channels.read()
        assert not services.listening_channels.may_listen("C0FLEETOP")


MANY = ", ".join(f"pump-{number}" for number in range(20))
"""So many that a minute passes until they may be looked up, however busy the machine is."""


@on_both
async def test_a_storm_does_not_eat_kore(heard):
    """A channel's alerts have so many SIMs looked up; that there are more is said once an hour."""
    store, mine = heard.bot.services.store, jobs.c.kind == "foreign_alert"
    full = heard.bot.services.store.insert(buckets)
    async with store.write() as tx:
        await tx.execute(full.values(name="alerts C0FLEETOP", full_at=NOW + 179))
    asked = len(heard.kore.requests)
    raised = [
        await heard.slack.workspace.alert("#fleet-ops", text)
        for text in (f"{MANY} are down", f"{MANY} are back")
    ]
    await heard.heard()

    assert (2, [], asked) == (await live(heard), answers(heard), len(heard.kore.requests))

    async with store.write() as tx:
        at = float(raised[0].ts) - 599  # the same hour for both
        for each in raised:
            (args,) = (
                await tx.execute(select(jobs.c.args).where(mine, jobs.c.args.contains(each.ts)))
            ).one()
            late = args.replace(f'"latest":"{each.ts}"', f'"latest":"{at}"')
            await tx.execute(update(jobs).where(jobs.c.args == args).values(args=late))
    await done(heard)

    (said,) = answers(heard)
    assert "More alerts come in here" in said.text
    assert asked == len(heard.kore.requests)


async def test_while_kore_does_not_answer_it_is_tried_again(heard):
    """Nobody asked, so nobody is told that it did not work; the answer comes when it can."""
    heard.kore.faults.add(broken(times=12))
    await alert(heard, "pump-7 is down")

    (answer,) = answers(heard)
    assert "pump-7 is offline" in answer.text
