"""The buttons of an incident's card, and the windows that two of them open."""

from datetime import timedelta

import pytest

from bot.alerts.incident import IncidentState
from bot.blocks import ids
from bot.blocks.modals import MUTED, ON_IT, PERSON, REASON, UNTIL
from bot.store.lookups import LookupFilter, Lookups
from tests.handlers.alert_steps import SID, errors_in, forged, incident, opened, sent
from tests.waiting import until
from tests.whole_bot import whole_bot

ANA, BEN = "U0ANA0001", "U0BEN0001"


async def card_of(whole, words=""):
    """Wait for the card of the incident to say this."""

    def stands():
        cards = [m for m in whole.slack.seen_by("ana") if "Gone silent" in m.text]
        return [card for card in cards if words in str(card.blocks)]

    return (await until(stands))[0]


@pytest.fixture
async def card(whole):
    await opened(whole)
    return await card_of(whole)


async def test_the_card_says_what_is_down_and_what_to_do(whole, card):
    """Who is down since when, the action, who is mentioned, and that nobody is on it."""
    told = str(card.blocks)

    assert "<!subteam^S0ONCALL1>" in card.text
    for words in ("well-1", "well-2", "Check power", "Nobody is on it yet", "Wells"):
        assert words in told


async def test_somebody_takes_it(whole, card):
    """Who took it and when is kept, and on the card at once."""
    await whole.click(card, "I'm on it", user="ben")
    taken = await incident(whole)

    await card_of(whole, f"<@{BEN}> has been on it")
    assert (IncidentState.TAKEN, BEN) == (taken.state, taken.taken_by)
    assert taken.taken_at is not None


async def test_two_people_take_it_at_once(whole, card):
    """Whoever clicks "I'm on it" second is told who has it, and takes over only on purpose."""
    await whole.click(card, "I'm on it", user="ben")
    await whole.click(card, "I'm on it", user="ana")
    told = whole.answer("ana")

    assert BEN == (await incident(whole)).taken_by
    assert f"<@{BEN}> is already on it" in str(told.blocks)

    await whole.click(await card_of(whole, "Take over"), "Take over", user="ana")
    assert ANA == (await incident(whole)).taken_by


async def test_who_is_on_it_already_is_told_so_alone(whole, card):
    """By a card that is drawn anew or not yet; nothing changes, nor by handing it to them."""
    await whole.click(card, "I'm on it", user="ben")
    before = await incident(whole)
    drawn = await card_of(whole, "Take over")
    for shown, button in ((card, "I'm on it"), (drawn, "Take over")):
        await whole.click(shown, button, user="ben")
        assert "You are already on it, since " in whole.answer("ben").text, button
    await whole.click(drawn, "Hand over…")
    assert {PERSON: ON_IT} == errors_in(await sent(whole, {PERSON: BEN}))
    assert before == await incident(whole)


async def test_it_is_handed_over(whole, card):
    """The person who was chosen has it; story and card say from whom, and how severe it is."""
    await whole.click(card, "Hand over…")
    await sent(whole, {PERSON: BEN})
    handed = await incident(whole)

    await card_of(whole, f"<@{ANA}> handed it over")
    assert "· critical'" in str(card.blocks)  # a word, not only a color
    assert BEN == handed.taken_by
    assert (ANA, BEN) == (handed.events[-1].by, handed.events[-1].other)


async def test_it_is_handed_over_to_somebody_who_can_see_it(whole, card):
    """Who is not in the channel is refused at the field, and the window stays."""
    await whole.click(card, "Hand over…")
    delivery = await sent(whole, {PERSON: "U0EMIL001"})

    assert "not in this channel" in delivery.answer["errors"][PERSON]
    assert (await incident(whole)).taken_by is None
    await sent(whole, {PERSON: BEN})
    assert BEN == (await incident(whole)).taken_by


async def test_it_is_handed_over_to_somebody_who_may_act_on_it():
    """Who may not use the bot could press nothing on the card: the field says so."""
    async with whole_bot(allowed_users={ANA}) as strict:
        await opened(strict)
        await strict.click(await card_of(strict), "Hand over…")
        delivery = await sent(strict, {PERSON: BEN})

        assert "may not use me" in delivery.answer["errors"][PERSON]
        assert (await incident(strict)).taken_by is None


def buttons_of(message):
    """The buttons of a card, by what they say."""
    rows = (block["elements"] for block in message.blocks if block["type"] == "actions")
    return {button["text"]["text"]: button for row in rows for button in row}


async def test_resolving_what_is_still_down_is_asked_first(whole, card):
    """One tap on a phone does not end an incident whose SIMs are down; it says what follows."""
    asked = buttons_of(card)["Resolve"]["confirm"]

    assert "2 SIMs are still down" in asked["text"]["text"]


async def test_a_snoozed_incident_stays_somebodys(whole, card):
    """Others take over from who has it, also while it is snoozed."""
    await whole.click(card, "I'm on it", user="ben")
    await whole.click(card, "Snooze 1 h")

    assert "Take over" in buttons_of(await card_of(whole, "snoozed"))


async def test_a_card_that_is_over_says_who_was_on_it(whole, card):
    """Nobody is on what is over."""
    await whole.click(card, "I'm on it", user="ben")
    await whole.click(card, "Resolve")

    assert f"<@{BEN}> took it" in str((await card_of(whole, "resolved it")).blocks)


@pytest.mark.parametrize("nobody", ["C0FLEETOP", "U1> <!channel", "U" * 5000])
async def test_it_is_handed_over_to_people_alone(whole, card, nobody):
    """What the window never offers is refused, and leaves the incident as it is."""
    await whole.click(card, "Hand over…")
    await sent(whole, {PERSON: nobody})

    assert (await incident(whole)).taken_by is None
    assert "another version of me" in str(whole.window())


@pytest.mark.parametrize("label", ["Snooze 1 h", "Snooze until Monday"])
async def test_it_is_snoozed(whole, card, label):
    """Until its end nobody is mentioned; who did it is kept."""
    await whole.click(card, label)
    snoozed = await incident(whole)

    assert (IncidentState.SNOOZED, ANA) == (snoozed.state, snoozed.snoozed_by)
    assert snoozed.snoozed_until >= snoozed.opened_at + timedelta(hours=1)


async def test_a_sim_is_muted_with_a_reason_and_an_end(whole, card):
    """The SIM leaves the incident, and its alert says nothing of it until then."""
    await whole.click(card, "Mute a SIM…")
    await sent(whole, {MUTED: SID, UNTIL: "24", REASON: "being moved"})
    alert = await whole.bot.services.alerts.alerts.get("a1")
    (muted,) = alert.mutes

    assert (SID, ANA, "being moved") == (muted.sid, muted.by, muted.reason)
    assert timedelta(hours=24) == muted.until - muted.at
    await card_of(whole, ": being moved")
    assert "muted" == (await incident(whole)).member(SID).gone


async def test_a_reason_of_any_length_is_kept_in_brief(whole, card):
    """The window takes 200 characters; what is longer was not typed there."""
    await whole.click(card, "Mute a SIM…")
    await sent(whole, {MUTED: SID, UNTIL: "24", REASON: "moved " * 4000})
    alert = await whole.bot.services.alerts.alerts.get("a1")

    assert 200 >= len(alert.mutes[0].reason) > 100
    assert 200 >= len((await incident(whole)).events[-1].reason) > 100


async def test_somebody_resolves_it(whole, card):
    """It is over because somebody says so; a second click changes nothing."""
    await whole.click(card, "Resolve")
    await whole.click(card, "Resolve", user="ben")
    over = await incident(whole)

    assert (IncidentState.RESOLVED, ANA) == (over.state, over.resolved_by)
    assert "already over" in whole.answer("ben").text


async def test_details_show_all_of_it(whole, card):
    """The window has the SIMs, when each was noticed, and the story."""
    await whole.click(card, "Details")
    shown = str(whole.window()["blocks"])

    assert "well-1" in shown
    assert ", noticed <!date" in shown
    assert "1a2b" in shown


async def test_somebody_who_is_not_in_its_channel_may_not_act(whole):
    """An id that comes back from elsewhere is refused, whatever was clicked."""
    await opened(whole, channel="G0ONCALL1")
    await forged(whole, ids.INCIDENT_TAKE, ids.IncidentButton(id="1a2b"), user="ben")

    assert "Only people in an incident's channel" in whole.answer("ben").text
    assert (await incident(whole)).taken_by is None


async def test_what_people_did_is_audited(whole, card):
    """Each act is a row of the audit, with who and which incident."""
    await whole.click(card, "I'm on it", user="ben")
    await whole.bot.services.audit.flush()
    rows = await Lookups(whole.bot.services.store).find(LookupFilter())
    acts = [(row.person, row.entry.split()[-3:]) for row in rows if "incident" in row.entry]

    assert [(BEN, ["incident", "take", "1a2b"])] == acts
