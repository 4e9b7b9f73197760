"""What a digest's form is checked for, and what is kept of it."""

import pytest

from bot.blocks import ids
from bot.blocks.subscriptions import MOST
from bot.digests.form import FormField
from bot.digests.subscription import SelectionKind
from bot.emulators.kore.faults import broken, late
from bot.struct import replace
from tests.bot.digests.subscriptions import subscription
from tests.handlers.alert_steps import forged
from tests.handlers.digest_steps import (
    PUMPS,
    WITHOUT_BEN,
    added,
    choose,
    errors_in,
    kept,
    send,
    shown,
    words,
)
from tests.whole_bot import whole_bot

MANY = "\n".join(f"gone-{number}" for number in range(201))


@pytest.fixture
async def whole(database_url):
    async with whole_bot(database_url=database_url) as running:
        yield running


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_what_names_no_sim(whole):
    """A plan, a status or a list that names none is said on its field."""
    listed = (SelectionKind.LISTED, FormField.LISTED)
    for which, field, value, sentence in (
        (SelectionKind.PLAN, FormField.PLAN, "Gold", "No SIM is on a rate plan Gold"),
        (SelectionKind.STATUS, FormField.STATUS, "scheduled", "No SIM has the status scheduled"),
        (*listed, "truck-42\nnobody-at-all", "No SIM is called nobody-at-all."),
        (*listed, MANY, "201 SIMs; the limit is 200"),
    ):
        await whole.type("digest add")
        await choose(whole, FormField.WHICH, which)
        delivery = await send(whole, {FormField.NAME: "Some", field: value})

        assert sentence in errors_in(delivery)[field], value
        assert () == await kept(whole), value


async def test_a_name_is_free_once_in_a_channel(whole):
    """The second of the same name is told so, whatever its case; another channel may have it."""
    await added(whole)
    second = await added(whole, PUMPS | {FormField.NAME: "pumps"})
    elsewhere = await added(whole, PUMPS | {FormField.CHANNEL: "C0PARTNER"})

    assert "has a digest of that name" in errors_in(second)[FormField.NAME]
    assert {} == errors_in(elsewhere)
    assert 2 == len(await kept(whole))


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_slow_kore_does_not_break_the_window(whole):
    """The form is answered within three seconds; the fault comes on its field afterwards."""
    whole.kore.faults.add(late(2.5, "/v1/Sims", times=None))
    await whole.type("digest add")
    await choose(whole, FormField.WHICH, SelectionKind.PLAN)
    delivery = await send(whole, {FormField.NAME: "Plans", FormField.PLAN: "Gold"})

    assert delivery.ok
    assert delivery.ack_seconds < 3
    assert "Asking KORE" in words(delivery.answer["view"])
    assert "No SIM is on a rate plan `Gold`" in words(whole.window())
    assert "Gold" == shown(whole)[FormField.PLAN]["initial_value"]
    assert "Plans" == shown(whole)[FormField.NAME]["initial_value"]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_kore_that_does_not_answer(whole):
    """What cannot be checked is not kept; the field says why, and nothing typed is lost."""
    await whole.type("digest add")
    await choose(whole, FormField.WHICH, SelectionKind.STATUS)
    whole.kore.faults.add(broken(times=None))
    delivery = await send(whole, {FormField.NAME: "Some", FormField.STATUS: "active"})

    told = errors_in(delivery).get(FormField.STATUS) or words(whole.window())
    assert "Nothing was saved, and what you typed is still here" in told
    assert FormField.NAME in shown(whole)
    assert () == await kept(whole)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_channel_that_takes_no_post_gets_no_digest(whole):
    """Where only the first post shows that the channel refuses the bot, nothing is kept either."""
    for error, sentence in (
        ("is_archived", "is archived"),
        ("not_in_channel", "Invite me there"),
        ("restricted_action", "I may not post in that channel"),
    ):
        whole.slack.api.faults.fail("chat.postMessage", error)

        delivery = await added(whole)

        assert sentence in errors_in(delivery)[FormField.CHANNEL], error
        assert () == await kept(whole), error


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_post_that_only_fails_now_keeps_the_digest(whole):
    """What Slack may take a minute later is no reason to lose what was made."""
    whole.slack.api.faults.fail("chat.postMessage", "fatal_error", times=9)

    await added(whole)

    assert 1 == len(await kept(whole))


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_an_edit_that_the_channel_refuses_is_taken_back(whole):
    """The digest stays what it was."""
    await added(whole)
    await whole.type("digest edit Pumps")
    whole.slack.api.faults.fail("chat.postMessage", "not_in_channel")

    delivery = await send(whole, {FormField.NAME: "Trucks"})

    assert "Invite me there" in errors_in(delivery)[FormField.CHANNEL]
    assert ["Pumps"] == [one.name for one in await kept(whole)]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_store_that_is_lost_loses_nothing_typed(whole):
    """The form stays, and says on top why nothing was kept."""
    await whole.type("digest add")
    await whole.bot.services.store.aclose()

    await send(whole, PUMPS)

    assert "my database" in words(whole.window()).lower()
    assert FormField.NAME in shown(whole)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_limit_of_digests_in_a_channel(whole):
    """The list of a channel's digests can always be shown whole."""
    await added(whole)
    (one,) = await kept(whole)
    keep = whole.bot.services.digests.subscriptions
    for number in range(MOST - 1):
        await keep.add(replace(one, id=f"x{number}", name=f"Pumps {number}"))

    delivery = await added(whole, PUMPS | {FormField.NAME: "One more"})

    assert "20 digests, which is the most" in errors_in(delivery)[FormField.CHANNEL]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_channel_that_may_not_ask_gets_no_digest(database_url):
    """The lists of who may ask hold for the channel that is chosen, not only where one types."""
    async with whole_bot(database_url=database_url, allowed_channels={"C0FLEETOP"}) as whole:
        delivery = await added(whole, PUMPS | {FormField.CHANNEL: "C0PARTNER"})

        assert "I may not answer here" in errors_in(delivery)[FormField.CHANNEL]
        assert () == await kept(whole)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_the_form_shows_none_to_somebody_elsewhere(whole):
    """An id that comes back from another channel, by somebody who is not there, opens nothing."""
    theirs = subscription(channel="G0ONCALL1")
    await whole.bot.services.digests.subscriptions.add(theirs)
    await forged(whole, "digest_edit", ids.SubscriptionButton(id=theirs.id), user="ben")

    assert "people in its channel" in words(whole.window("ben"))
    assert theirs.selection.text not in words(whole.window("ben"))


async def test_a_window_with_another_channel_in_it(whole):
    """What it carries is no proof that the person is in that channel: nothing is kept."""
    whole.slack.workspace.put_channel(WITHOUT_BEN)
    await whole.type("digest add", user="ben")
    top = whole.slack.workspace.views.top(whole.slack.workspace.person("ben").id)
    top.body["private_metadata"] = ids.SubscriptionForm(at=WITHOUT_BEN.id).to_value()
    await send(whole, PUMPS, user="ben")

    assert () == await kept(whole)
    assert "people in its channel" in words(whole.window("ben"))


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_private_channel_without_the_bot_is_named_as_what_is_wrong(whole):
    """Slack hides from the bot who is in it; its people are told to invite the bot."""
    await whole.type("digest add", channel="#on-call-private")
    delivery = await send(whole, PUMPS)
    elsewhere = await send(whole, PUMPS | {FormField.CHANNEL: "C0FLEETOP"})

    assert "I am not in that channel. Invite me there" in errors_in(delivery)[FormField.CHANNEL]
    assert "C0FLEETOP" == (await kept(whole))[0].channel, elsewhere
