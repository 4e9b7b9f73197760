"""Previews and answers that open in Slack's side pane, for who opens them."""

import pytest

from bot.emulators.kore.faults import broken
from bot.emulators.slack.faults import Fault
from tests.handlers.test_unfurls import link, with_links
from tests.whole_bot import whole_bot


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
