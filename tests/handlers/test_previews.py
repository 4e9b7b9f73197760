"""Previews of links to SIMs in KORE's console; SIMs as Work Objects, in answers and in the pane."""

import pytest

from bot.emulators.kore.faults import broken
from bot.emulators.slack.dispatcher import DeliveryFaults
from bot.emulators.slack.faults import Fault
from tests.whole_bot import whole_bot

LINKS = frozenset({"links:read", "links:write"})


@pytest.fixture(params=[False, True])
async def previewed(request):
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


async def test_a_link_gets_a_short_card(previewed):
    """State and verdict, and nothing of the card, the device and the place."""
    report = await previewed.view.sessions.look_up("truck-42")
    message = await previewed.say(f"see {await link(previewed)}")

    (card,) = previews(previewed, message)
    told = str(card)
    session = report.last_session
    assert "truck-42 is" in told
    assert not [secret for secret in (report.sim.iccid, session.imei) if secret and secret in told]
    assert f"{session.cell_location_estimate.lat:.3f}" not in told
    assert () == previewed.slack.seen_by("ana")


async def test_the_same_link_is_shown_once_in_half_an_hour(previewed):
    """In another channel it is news again."""
    workspace = previewed.slack.workspace
    workspace.put_channel(workspace.channel("#general").with_members("U0SIMSESS"))
    url = await link(previewed)
    messages = [await previewed.say(url), await previewed.say(url)]
    messages.append(await previewed.say(url, channel="#general"))

    assert [1, 0, 1] == [len(previews(previewed, message)) for message in messages]


async def test_what_gets_no_card(previewed):
    """
    Other pages, many links, a link to two SIMs; nor a link that comes ten minutes late, or in a
    shared channel: Slack does not tell there of which company somebody is who shares it.
    """
    urls = [await link(previewed, name) for name in ("truck-42", "well-1")]
    sids = [url.rpartition("/")[2] for url in urls]
    for text in (
        "https://console.korewireless.com/dashboard",
        "https://console.korewireless.com/sims/DE123",
        "{0} {0}?a {0}?b",
        "https://console.korewireless.com/compare?a={1}&b={2}",
    ):
        message = await previewed.say(text.format(urls[0], *sids))

        assert () == previews(previewed, message), text
    shared = await previewed.say(urls[0], channel="#partner-shared")
    previewed.slack.api.dispatcher.delivery_faults = DeliveryFaults(late_seconds=600)
    late = await previewed.say(urls[1])

    assert ((), ()) == (previews(previewed, shared), previews(previewed, late))


async def test_what_is_being_written_is_previewed_too(previewed):
    """A draft's preview comes with the message, and does not count as repeated."""
    url = await link(previewed)
    await previewed.slack.workspace.compose("ana", "#fleet-ops", url)
    await previewed.heard()
    message = await previewed.say(url)

    assert 1 == len(previews(previewed, message))


async def test_twice_is_once(previewed):
    """An event that comes again asks Slack for nothing more."""
    for count, faults in enumerate(({"twice": True}, {"backwards": True}), 1):
        previewed.slack.api.dispatcher.delivery_faults = DeliveryFaults(**faults)
        await previewed.say(await link(previewed, ("truck-42", "well-1")[count - 1]))

        assert count == len(previewed.slack.api.calls.of("chat.unfurl")), faults


async def test_nobody_is_told_that_it_failed(previewed):
    """Nobody asked: a KORE that is down, or a Slack that refuses, is only logged."""
    url = await link(previewed, "well-1")
    previewed.slack.api.faults.fail("chat.unfurl", "cannot_unfurl_url")
    await previewed.say(url)
    previewed.kore.faults.add(broken(503, times=None))
    await previewed.say("https://console.korewireless.com/sims/DE" + "a" * 32)

    assert () == previewed.slack.seen_by("ana")
    assert () == previewed.slack.direct("ana")


async def test_a_preview_that_nobody_saw_does_not_count_as_shown(previewed):
    """Slack or KORE fails: the next link to the SIM has its preview all the same."""
    url = await link(previewed)
    previewed.slack.api.faults.status("chat.unfurl", 503, times=9)
    lost = [await previewed.say(url)]
    previewed.slack.api.faults.clear()
    previewed.kore.faults.add(broken(503, times=None))
    other = await previewed.say("https://console.korewireless.com/sims/DE" + "a" * 32)
    previewed.kore.faults.clear()
    lost.append(other)

    assert [0, 0, 1] == [len(previews(previewed, m)) for m in (*lost, await previewed.say(url))]


async def test_one_sim_that_cannot_be_read_costs_no_other_its_preview(previewed):
    """Of two links in a message one leads nowhere."""
    nowhere = "https://console.korewireless.com/sims/DE" + "a" * 32
    message = await previewed.say(f"{nowhere} and {await link(previewed)}")

    assert 1 == len(previews(previewed, message))


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


@pytest.fixture(params=[False, True])
async def shown(request):
    """A bot whose previews open in the pane, over either transport."""
    settings = {"unfurl_links": "yes", "work_objects": "yes"}
    async with whole_bot(over_http=request.param, **settings) as whole:
        yield await with_links(whole)


async def opened(whole, message, url, user="ana"):
    """What a person's pane shows who clicks a preview."""
    workspace = whole.slack.workspace
    await workspace.open_entity(user, message.ts, url)
    await whole.heard()
    return workspace.entities.panes.get(workspace.person(user).id)


async def told_of_card_device_place(whole, entity):
    """What an entity says that guests and channels may not read."""
    report = await whole.view.sessions.look_up("pump-7")
    session = report.last_session
    secrets = (report.sim.iccid, session.imei, session.cell_id)
    said = str(entity).replace(" ", "")
    return [secret for secret in secrets if secret in said]


def fields(entity):
    return {each["key"]: each["value"] for each in entity["entity_payload"]["custom_fields"]}


async def test_a_preview_carries_the_sim(shown):
    """The entity says state and cause, and nothing of card, device and place; the card stays."""
    url = await link(shown, "pump-7")
    message = await shown.say(url)
    entity = shown.slack.workspace.entities.shown[url]

    assert {"state", "cause", "next_step", "as_of"} == set(fields(entity))
    assert "pump-7 is offline" in fields(entity)["state"]
    assert "sim" == entity["external_ref"]["type"]
    assert [] == await told_of_card_device_place(shown, entity)
    assert shown.slack.workspace.messages.get(message.ts).attachments


async def test_who_opens_it_sees_the_card_as_it_stands_now(shown):
    """The pane has the last session too, read anew; a member of the workspace sees all of it."""
    url = await link(shown, "pump-7")
    message = await shown.say(url)
    before = len(shown.kore.requests)
    entity = await opened(shown, message, url)

    told = fields(entity)
    assert "Barred by the network" in told["cause"]
    assert await told_of_card_device_place(shown, entity)
    assert "redacted" not in told
    assert before < len(shown.kore.requests)


async def test_a_guest_sees_less(shown):
    """What a guest may not see anywhere is not in their pane either, and it says so."""
    url = await link(shown, "pump-7")
    message = await shown.say(url)
    entity = await opened(shown, message, url, user="gil")

    assert "redacted" in fields(entity)["redacted"]
    assert [] == await told_of_card_device_place(shown, entity)


async def test_what_goes_wrong_is_said_in_the_pane(shown):
    """KORE that does not answer, or a SIM that is gone, is a sentence where the card would be."""
    url = await link(shown, "pump-7")
    message = await shown.say(url)
    shown.kore.faults.add(broken(path="/v1/Sims", times=None))
    pane = await opened(shown, message, url)

    assert "custom" == pane["error"]["status"] if "error" in pane else fields(pane)["warnings"]


@pytest.mark.parametrize("is_done", [False, True])
async def test_an_answer_of_slacks_that_is_in_doubt_spoils_no_pane(shown, is_done):
    """It is shown again, and not covered by an error."""
    url = await link(shown, "pump-7")
    message = await shown.say(url)
    lost = Fault(500, "<html>", after_work=is_done)
    shown.slack.api.faults.add("entity.presentDetails", lost)
    pane = await opened(shown, message, url)

    assert "pump-7 is offline" in fields(pane)["state"]


async def test_who_may_not_ask_gets_a_sentence():
    """The list of people holds for the pane: who is not on it sees no SIM."""
    settings = {"unfurl_links": "yes", "work_objects": "yes", "allowed_users": "U0BEN0001"}
    async with whole_bot(**settings) as whole:
        await with_links(whole)
        url = await link(whole, "pump-7")
        message = await whole.say(url, user="ben")
        refused = await opened(whole, message, url, user="ana")
        seen = await opened(whole, message, url, user="ben")

    assert "not on my list" in refused["error"]["custom_message"]
    assert "pump-7" in str(seen)


async def test_where_slack_takes_no_entities_the_card_is_shown(shown):
    """A workspace without Work Objects gets the previews that it had before."""
    shown.slack.workspace.entities.is_on = False
    message = await shown.say(await link(shown))

    assert shown.slack.workspace.messages.get(message.ts).attachments
    assert {} == shown.slack.workspace.entities.shown


async def test_off_by_default():
    """Previews carry no entity where it is not switched on."""
    async with whole_bot(unfurl_links="yes") as whole:
        await with_links(whole)
        await whole.say(await link(whole))

        assert {} == whole.slack.workspace.entities.shown


CONSOLE = "https://console.korewireless.com/sims/{sid}"
ANSWERS = {"work_objects": "yes", "kore_console_url": CONSOLE}


async def answered(whole, user="ana"):
    """The answer to a mention that all in the channel read."""
    await whole.say("<@U0SIMSESS> pump-7", user=user)
    return whole.answer(user)


@pytest.mark.parametrize("over_http", [False, True])
async def test_an_answer_opens_in_the_pane(over_http):
    """The post carries the SIM beside the mark by which it is found; the pane has it anew."""
    async with whole_bot(over_http=over_http, **ANSWERS) as whole:
        message = await answered(whole)
        (entity,) = message.metadata["entities"]
        asked = len(whole.kore.requests)
        pane = await opened(whole, message, entity["url"])

        assert "simsessions_post" == message.metadata["event_type"]
        assert message.metadata["event_payload"]["key"]
        assert "pump-7 is offline" in fields(entity)["state"]
        assert "Barred by the network" in fields(entity)["cause"]
        assert [] == await told_of_card_device_place(whole, entity)
        assert "Barred by the network" in fields(pane)["cause"]
        assert asked < len(whole.kore.requests)


async def test_who_may_not_ask_opens_no_answer_either():
    """The pane of an answer is decided for who opens it, not for who asked."""
    async with whole_bot(**ANSWERS, allowed_users="U0BEN0001") as whole:
        message = await answered(whole, user="ben")
        (entity,) = message.metadata["entities"]
        refused = await opened(whole, message, entity["url"], user="ana")
        seen = await opened(whole, message, entity["url"], user="ben")

    assert "not on my list" in refused["error"]["custom_message"]
    assert "pump-7" in str(seen)


async def test_where_slack_takes_no_entities_the_answer_comes_without():
    """A workspace without Work Objects gets the same answer, once, with its mark."""
    async with whole_bot(**ANSWERS) as whole:
        whole.slack.workspace.entities.is_on = False
        message = await answered(whole)
        answers = [each for each in whole.slack.seen_by("ana") if each.is_the_bots]

        assert [message] == answers
        assert "pump-7" in message.text
        assert {"event_type", "event_payload"} == set(message.metadata)


@pytest.mark.parametrize("missing", ANSWERS)
async def test_answers_carry_nothing_by_default(missing):
    """Without the setting, or an address for the SIM, an answer is what it was."""
    settings = {name: value for name, value in ANSWERS.items() if name != missing}
    async with whole_bot(**settings) as whole:
        message = await answered(whole)

        assert {"event_type", "event_payload"} == set(message.metadata)
        assert {} == whole.slack.workspace.entities.shown
