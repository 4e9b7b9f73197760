"""What stands behind an account's name, as in `acme/pump-7`, is held to that account."""

import pytest

from bot.emulators.kore.cards import iccid, imei
from bot.errors import SimNotFound
from bot.sims.identifier import identify
from tests.accounts_rig import APART, GLOBEX, PUMP, THEIR_PUMP, TRUCK, VAULT, leaks, two_accounts


@pytest.fixture
async def both():
    """The bot with two accounts that everybody may see."""
    async with two_accounts() as running:
        yield running


@pytest.mark.parametrize("way", ["{}", "history {}", "is {} fine", "watch {}"])
async def test_what_stands_behind_an_account_is_held_to_it(both, way):
    """Another account's SIM is not that, by name or number, typed, said or sent to the bot."""
    wrong = [f"acme/{each}" for each in (VAULT.name, VAULT.sid, iccid(VAULT.serial))]
    for named in (*wrong, f"Acme/{imei(VAULT.serial)}", "globex/truck-42"):
        text = way.format(named)
        both.whole.slack.api.calls.clear()
        await both.whole.type(text)
        await both.whole.say(f"<@U0SIMSESS> {text}")
        await both.whole.say(text, channel="D0ANADM01")
        for sid in {VAULT.sid, TRUCK.sid} - {named.partition("/")[2]}:
            assert sid not in both.sent(), text
        assert named in both.whole.answer().text, text


async def test_an_account_holds_each_name_of_a_list(both):
    """What it lacks is named in the table, and what it has is found."""
    spotter = both.whole.view.spotter
    for text, sims in (
        ("acme/vault-9, acme/truck-42, pump-7", ["acme/vault-9", "acme/truck-42"]),
        (f"acme/{iccid(VAULT.serial)}\nglobex/vault-9", [f"acme/{iccid(VAULT.serial)}"]),
        ("acme/truck-42/status up", ["acme/truck-42"]),
    ):
        spotted = await spotter.spot(text, asked=True)
        assert sims == list(spotted.texts)[: len(sims)], text
    assert not (await spotter.spot("acme/vault-9 is down")).texts


async def test_an_imei_behind_an_account_is_one_seen_in_a_sim_of_it(both):
    """Where it was seen; behind the other account it is not known."""
    view = both.whole.view
    await view.sessions.look_up(VAULT.sid)
    found = await view.resolver.resolve(identify(f"globex/{imei(VAULT.serial)}"))

    assert VAULT.sid == found.value.sid
    with pytest.raises(SimNotFound):
        await view.resolver.resolve(identify(f"acme/{imei(VAULT.serial)}"))


async def test_a_hidden_account_is_as_one_that_there_is_not():
    """Its name before that of a SIM that may be seen names none, whichever name it is."""
    async with two_accounts(**APART) as two:
        said = {}
        for prefix in (GLOBEX, "nosuch"):
            for way in ("{}/pump-7", "check {}/pump-7", "{}/pump-7 offline?", "{}/offline"):
                text = way.format(prefix)
                two.whole.slack.api.calls.clear()
                await two.whole.type(text)
                assert [] == leaks(two, text), text
                assert "No SIM is called" in two.whole.answer().text, text
                answer = two.whole.answer().text.replace(prefix, "")
                assert answer == said.setdefault(way, answer), text


@pytest.mark.parametrize(
    ("text", "shown", "hidden"),
    [
        ("acme/pump-*", PUMP, THEIR_PUMP),
        ("globex/pump-* offline", THEIR_PUMP, PUMP),
        ("acme/offline", TRUCK, VAULT),
        ("offline acme", TRUCK, VAULT),
        ("Globex offline for 1h", VAULT, TRUCK),
    ],
)
async def test_a_question_behind_an_account_is_about_that_one(both, text, shown, hidden):
    """A pattern or a word of the fleet's; typed again as the answer has it, it is the same."""
    await both.whole.type(text)
    answer = str(both.whole.answer().blocks)

    assert f"{shown.name}" in answer
    assert hidden.sid not in answer
    account = "globex" if shown in {THEIR_PUMP, VAULT} else "acme"
    assert {"acme": GLOBEX, GLOBEX: "acme"}[account] not in answer.lower()


async def test_a_watch_on_a_pattern_behind_an_account_is_of_that_one(both):
    """Only its SIMs are asked about."""
    await both.whole.type("watch acme/pump-* until online")

    assert "1 SIM is called" in both.whole.answer().text
