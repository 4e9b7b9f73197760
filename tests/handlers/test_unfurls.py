"""Previews of links to SIMs."""

import pytest

from bot.emulators.kore.faults import broken
from bot.emulators.slack.dispatcher import DeliveryFaults
from tests.whole_bot import whole_bot

LINKS = frozenset({"links:read", "links:write"})


@pytest.fixture(params=[False, True])
async def shown(request):
    """A bot that previews links, over either transport."""
    async with whole_bot(over_http=request.param, unfurl_links="yes") as whole:
        yield await with_links(whole)


async def with_links(whole):
    whole.slack.api.scopes |= LINKS
    whole.slack.workspace.unfurl_domains = ("korewireless.com",)
    return whole


async def link(whole, name="truck-42"):
    """A link to a SIM in KORE's console."""
    report = await whole.view.sessions.look_up(name)
    return f"https://console.korewireless.com/sims/{report.sim.sid}"


def previews(whole, message):
    return whole.slack.workspace.messages.get(message.ts).attachments


async def test_a_link_gets_a_short_card(shown):
    """State and verdict, and nothing of the card, the device and the place."""
    report = await shown.view.sessions.look_up("truck-42")
    message = await shown.say(f"see {await link(shown)}")

    (card,) = previews(shown, message)
    told = str(card)
    session = report.last_session
    assert "truck-42 is" in told
    assert not [secret for secret in (report.sim.iccid, session.imei) if secret and secret in told]
    assert f"{session.cell_location_estimate.lat:.3f}" not in told
    assert () == shown.slack.seen_by("ana")


async def test_the_same_link_is_shown_once_in_half_an_hour(shown):
    """In another channel it is news again."""
    workspace = shown.slack.workspace
    workspace.put_channel(workspace.channel("#general").with_members("U0SIMSESS"))
    url = await link(shown)
    messages = [await shown.say(url), await shown.say(url)]
    messages.append(await shown.say(url, channel="#general"))

    assert [1, 0, 1] == [len(previews(shown, message)) for message in messages]


async def test_what_gets_no_card(shown):
    """
    Other pages, many links, a link to two SIMs; nor a link that comes ten minutes late, or in a
    shared channel: Slack does not tell there of which company somebody is who shares it.
    """
    urls = [await link(shown, name) for name in ("truck-42", "well-1")]
    sids = [url.rpartition("/")[2] for url in urls]
    for text in (
        "https://console.korewireless.com/dashboard",
        "https://console.korewireless.com/sims/DE123",
        "{0} {0}?a {0}?b",
        "https://console.korewireless.com/compare?a={1}&b={2}",
    ):
        message = await shown.say(text.format(urls[0], *sids))

        assert () == previews(shown, message), text
    shared = await shown.say(urls[0], channel="#partner-shared")
    shown.slack.api.dispatcher.delivery_faults = DeliveryFaults(late_seconds=600)
    late = await shown.say(urls[1])

    assert ((), ()) == (previews(shown, shared), previews(shown, late))


async def test_what_is_being_written_is_previewed_too(shown):
    """A draft's preview comes with the message, and does not count as repeated."""
    url = await link(shown)
    await shown.slack.workspace.compose("ana", "#fleet-ops", url)
    await shown.heard()
    message = await shown.say(url)

    assert 1 == len(previews(shown, message))


async def test_twice_is_once(shown):
    """An event that comes again asks Slack for nothing more."""
    for count, faults in enumerate(({"twice": True}, {"backwards": True}), 1):
        shown.slack.api.dispatcher.delivery_faults = DeliveryFaults(**faults)
        await shown.say(await link(shown, ("truck-42", "well-1")[count - 1]))

        assert count == len(shown.slack.api.calls.of("chat.unfurl")), faults


async def test_nobody_is_told_that_it_failed(shown):
    """Nobody asked: a KORE that is down, or a Slack that refuses, is only logged."""
    url = await link(shown, "well-1")
    shown.slack.api.faults.fail("chat.unfurl", "cannot_unfurl_url")
    await shown.say(url)
    shown.kore.faults.add(broken(503, times=None))
    await shown.say("https://console.korewireless.com/sims/DE" + "a" * 32)

    assert () == shown.slack.seen_by("ana")
    assert () == shown.slack.direct("ana")


async def test_a_preview_that_nobody_saw_does_not_count_as_shown(shown):
    """Slack or KORE fails: the next link to the SIM has its preview all the same."""
    url = await link(shown)
    shown.slack.api.faults.status("chat.unfurl", 503, times=9)
    lost = [await shown.say(url)]
    shown.slack.api.faults.clear()
    shown.kore.faults.add(broken(503, times=None))
    other = await shown.say("https://console.korewireless.com/sims/DE" + "a" * 32)
    shown.kore.faults.clear()
    lost.append(other)

    assert [0, 0, 1] == [len(previews(shown, m)) for m in (*lost, await shown.say(url))]


async def test_one_sim_that_cannot_be_read_costs_no_other_its_preview(shown):
    """Of two links in a message one leads nowhere."""
    nowhere = "https://console.korewireless.com/sims/DE" + "a" * 32
    message = await shown.say(f"{nowhere} and {await link(shown)}")

    assert 1 == len(previews(shown, message))


async def test_it_is_off_at_first(whole):
    """Without the setting no link is looked at."""
    await with_links(whole)
    message = await whole.say(await link(whole))

    assert () == previews(whole, message)


async def test_who_may_not_ask_shows_nothing():
    """A link of somebody who is not on the list gets no card, and nobody a word of it."""
    async with whole_bot(unfurl_links="yes", allowed_users="U0BEN0001") as strict:
        await with_links(strict)
        url = await link(strict)
        first = await strict.say(url)
        second = await strict.say(url, user="ben")

        assert [0, 1] == [len(previews(strict, message)) for message in (first, second)]
        assert () == strict.slack.seen_by("ana")
