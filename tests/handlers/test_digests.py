"""What is done with a digest: pause, resume, remove, now, preview; and who may."""

import pytest

from bot.blocks.ids import SubscriptionButton
from bot.digests.subscription import KIND, PauseReason
from bot.emulators.kore.faults import hang
from bot.struct import replace
from tests.handlers.digest_steps import AT, added, kept, scheduled
from tests.waiting import until
from tests.whole_bot import find_button, whole_bot


@pytest.fixture
async def whole(database_url):
    async with whole_bot(database_url=database_url) as running:
        await added(running)
        yield running


async def next_due(whole):
    (one,) = await kept(whole)
    found = await whole.bot.services.digests.subscriptions._schedules.get(one.schedule_name)
    return found.next_due


async def job(whole):
    """The one job of digests that there is."""
    (one,) = await kept(whole)
    queue = whole.bot.services.digests.queue
    (only,) = await queue.live(KIND, f"{one.schedule_name}@")
    return await queue.get(only)


async def posted_in(whole, user):
    """The digest that comes to the channel."""

    def sent():
        seen = [m for m in whole.slack.seen_by(user) if m.metadata]
        return [m for m in seen if "was made" not in m.text]

    return (await until(sent))[-1]


async def test_pausing_and_resuming(whole):
    """A paused one is not due, who did it is told to all, and resumed it is due from then on."""
    await whole.type("digest pause pumps", user="ben")
    (paused,) = await kept(whole)
    resting = await next_due(whole)
    told = str(whole.answer("chloe").blocks)
    await whole.type("digest resume pumps", user="ben")

    assert PauseReason.ASKED is paused.paused
    assert resting is None
    assert "<@U0BEN0001> paused the digest *Pumps*" in told
    assert None is (await kept(whole))[0].paused
    assert await next_due(whole) > whole.bot.services.clock.now().timestamp()
    assert "resumed the digest *Pumps*" in str(whole.answer("chloe").blocks)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_what_is_so_already(whole):
    """Doing it again changes nothing, tells nobody else, and says so."""
    for again, words in (("resume", "is not paused"), ("pause", "is already paused")):
        await whole.type("digest pause" if again == "pause" else "help")
        seen = len(whole.slack.seen_by("chloe"))
        await whole.type(f"digest {again}")

        assert words in whole.answer().text
        assert seen == len(whole.slack.seen_by("chloe"))


async def test_removing_asks_first(whole):
    """Typed, it asks; the button then removes digest and schedule."""
    (one,) = await kept(whole)
    await whole.type("digest remove Pumps")
    asked = whole.answer()
    still = await kept(whole)
    await whole.click(asked, "Remove")

    assert "Remove the digest Pumps?" == asked.text
    assert (one,) == still
    assert () == await kept(whole)
    assert await scheduled(whole, one) is None
    assert "removed the digest *Pumps*" in str(whole.answer("chloe").blocks)


async def test_removing_ends_what_is_under_way(whole):
    """A run that is being made is cancelled with its digest."""
    whole.kore.faults.add(hang("/DataSessions", times=None))
    await whole.type("digest now")
    running = await job(whole)
    await whole.type("digest remove")
    await whole.click(whole.answer(), "Remove")
    whole.kore.faults.clear()

    ended = await whole.bot.services.digests.queue.get(running.key)
    assert "cancelled" == ended.state


async def test_post_now(whole):
    """The asker reads where it will come, and it comes there, with its buttons."""
    await whole.type("digest now pumps")
    said = whole.answer().text
    posted = await posted_in(whole, "chloe")

    assert "post it in <#C0FLEETOP>" in said
    assert "*Pumps" in posted.blocks[0]["text"]["text"]
    assert find_button(posted, "Pause")


async def test_one_that_is_being_made_already(whole):
    """A second one is not begun; the asker reads how far the first is, and so does the list."""
    whole.kore.faults.add(hang("/DataSessions", times=None))
    await whole.type("digest now")
    await until(whole.bot.services.digests.percents)
    await whole.type("digest now")
    second = whole.answer().text
    await whole.type("digest list")
    whole.kore.faults.clear()

    assert "is already being made: 0 %" in second
    assert "Being made now: 0\\xa0%" in str(whole.answer().blocks)


async def test_a_preview(whole):
    """It comes to the asker alone, is not posted, and no digest counts it."""
    await whole.type("digest preview pumps")
    seen = len(whole.slack.seen_by("chloe"))
    shown = (await until(lambda: whole.slack.direct("ana")))[-1]
    (one,) = await kept(whole)

    assert "Preview: " in shown.text
    assert "only you see it" in str(shown.blocks[0])
    assert [] == [block for block in shown.blocks if block["type"] == "actions"]
    assert seen == len(whole.slack.seen_by("chloe"))
    now = whole.bot.services.clock.now().timestamp()
    assert None is await whole.bot.services.digests.runs.before(one.id, now + 60, "")


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_the_list_and_its_buttons(whole):
    """Each digest stands with when it comes next in the reader's zone, and can be paused there."""
    await whole.type("digest")
    shown = whole.answer()
    await whole.click(shown, "Pause")

    assert "1 digest in this channel" == shown.text
    assert f"SIMs called `truck-*`, on weekdays at {AT} (America/New_York)" in str(shown.blocks)
    assert "Next: <!date^" in str(shown.blocks)
    assert PauseReason.ASKED is (await kept(whole))[0].paused
    await whole.type("digest list")
    assert "Resume" in str(whole.answer().blocks)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_lists_of_a_channel_and_of_a_person(whole):
    """Another channel has none, and says how to make one; a direct message shows one's own."""
    await whole.type("digest", channel="#partner-shared")
    elsewhere = whole.slack.seen_by("ana", "#partner-shared")[-1]
    direct = whole.slack.workspace.dm("U0ANA0001").id
    await whole.type("digest", channel=direct)

    assert "No digests in this channel yet" in elsewhere.text
    assert "New digest…" in str(elsewhere.blocks)
    assert "1 digest that you made" == whole.slack.direct("ana")[-1].text
    assert "in <#C0FLEETOP>" in str(whole.slack.direct("ana")[-1].blocks)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_what_is_not_understood(whole):
    """A misspelt word or name gets the near ones, and nothing is done until one is chosen."""
    for typed, words in (
        ("digest pause nothing like it", "`/simsessions digest list` shows those here"),
        ("digest paus pumps", "Did you mean `/simsessions digest pause`?"),
        ("digest explode", "Try `/simsessions digest [add"),
        ("digest pause pmps", "Did you mean one of these?"),
    ):
        await whole.type(typed)

        assert words in str(whole.answer().blocks).replace("\u2217", "*"), typed
        assert None is (await kept(whole))[0].paused, typed
    await whole.click(whole.answer(), "Pumps")

    assert PauseReason.ASKED is (await kept(whole))[0].paused


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_without_a_name_there_must_be_one_only(whole):
    """With two it asks which."""
    (one,) = await kept(whole)
    await whole.bot.services.digests.subscriptions.add(replace(one, id="2", name="Wells"))
    await whole.type("digest pause")

    assert "This channel has 2 digests. Which one?" in whole.answer().text
    assert [None, None] == [each.paused for each in await kept(whole)]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_who_may(whole):
    """Somebody in another channel does not find it; its maker does, from anywhere."""
    await whole.type("digest pause Pumps", user="ben", channel="#partner-shared")
    refused = whole.slack.seen_by("ben", "#partner-shared")[-1]
    unchanged = (await kept(whole))[0].paused
    await whole.type("digest pause Pumps", user="ana", channel="#partner-shared")

    assert "Pumps" in refused.text
    assert unchanged is None
    assert PauseReason.ASKED is (await kept(whole))[0].paused


async def click_elsewhere(dispatch, user, value):
    """A click of somebody's in another channel, on a button as theirs would be."""
    pressed = {"type": "button", "action_id": "digest_pause", "block_id": "b", "value": value}
    place = {"type": "message", "channel_id": "C0PARTNER", "is_ephemeral": False}
    where = {"channel": {"id": "C0PARTNER"}, "container": place}
    await dispatch.interaction("block_actions", user, actions=[pressed], **where)
    await dispatch.whole.settle()


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_button_checks_who_presses_it_and_what_it_carries(dispatch, whole):
    """
    Who is in the digest's channel may press it wherever they see it; others may not. One that no
    digest belongs to is answered with a sentence.
    """
    (one,) = await kept(whole)
    button = SubscriptionButton(id=one.id).to_value()
    for value in ("", "x", "{}", '{"id":7}', '{"id":"nobody"}'):
        await click_elsewhere(dispatch, "ana", value)

        text = whole.answer().text
        assert "another version of me" in text or "not there any more" in text, value
        assert None is (await kept(whole))[0].paused, value
    for user, is_done in (("emil", False), ("ana", True), ("ben", True)):
        await click_elsewhere(dispatch, user, button)

        assert is_done is ((await kept(whole))[0].paused is not None), user
        await whole.type("digest resume")


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_lost_store_is_said(whole):
    """Without the store there are no digests, and that is what is said."""
    await whole.bot.services.store.aclose()
    await whole.type("digest")

    assert "my database" in whole.answer().text.lower()


async def at_home(whole, user):
    """The blocks of somebody's Home tab, opened anew."""
    await whole.slack.workspace.open_home(user)
    await whole.slack.api.dispatcher.settled()
    await whole.settle()
    return whole.slack.workspace.views.home(whole.slack.workspace.person(user).id).body["blocks"]


async def press_at_home(whole, user, label):
    """Press a button of the Home tab by its label."""
    rows = [block for block in await at_home(whole, user) if block["type"] == "actions"]
    pairs = [(row["block_id"], element) for row in rows for element in row["elements"]]
    block, element = next(pair for pair in pairs if pair[1]["text"]["text"] == label)
    await whole.slack.workspace.click_home(user, block, element["action_id"])
    await whole.settle()


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_the_home_tab_has_the_digests_of_ones_channels(database_url):
    """Those that one made, and those of the channels that one is in, each with its channel."""
    async with whole_bot(
        database_url=database_url, allowed_teams={"T0ACMEIOT", "T0CARRIER"}
    ) as whole:
        await added(whole)
        for user, is_there in (("ana", True), ("ben", True), ("emil", False)):
            blocks = str(await at_home(whole, user))

            assert is_there is ("*Pumps*" in blocks), user
            assert is_there is ("in <#C0FLEETOP>" in blocks), user


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_the_buttons_of_the_home_tab(whole):
    """They do what they do elsewhere, for whoever is in the digest's channel."""
    await press_at_home(whole, "ben", "Pause")
    paused = (await kept(whole))[0].paused
    await press_at_home(whole, "ben", "Edit")
    edited = whole.window("ben")["title"]["text"]
    await press_at_home(whole, "ana", "New digest…")

    assert PauseReason.ASKED is paused
    assert "Edit digest" == edited
    assert "New digest" == whole.window("ana")["title"]["text"]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_its_lag_is_told(whole):
    """How late digests end, and that nothing is stuck, stands where it is watched."""
    await whole.type("digest now")
    await posted_in(whole, "chloe")
    metrics, ended = whole.bot.services.metrics, b'digest_lag_seconds_count{outcome="posted"} 1.0'

    await until(lambda: ended in metrics.text())
    assert () == await whole.bot.why_not_ready()
