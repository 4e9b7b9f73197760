"""/simsessions, typed by a person."""

import asyncio

import pytest

from bot.sandbox.kore_api.faults import broken


async def test_the_asker_alone_reads_what_the_sim_is_doing(both_ways):
    """
    The answer is ephemeral: a sentence with the state on top, and the facts as blocks.
    """
    delivery = await both_ways.type("truck-42")

    answer = both_ways.answer()
    assert delivery.ok
    assert "truck-42 is" in answer.text
    assert answer.ephemeral_to == both_ways.slack.workspace.person("ana").id
    assert () == both_ways.slack.seen_by("ben")
    assert delivery.answer is None


@pytest.mark.parametrize("text", ["", "   ", "help", "HELP", "help me"])
async def test_nothing_or_help_lists_what_can_be_typed(whole, text):
    """
    Without a SIM the answer is help, with examples.
    """
    await whole.type(text)

    answer = whole.answer()
    assert "Type /simsessions and a SIM" in answer.text
    assert any("/simsessions rules" in str(block) for block in answer.blocks)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hlep", "Did you mean /simsessions help?"),
        ("rulez", "Did you mean /simsessions rules?"),
        ("pmp-7", "Did you mean"),
        ("HS" + "0" * 32, "Super SIM"),
        ("8901 2600 1234", "12 digits"),
        ("DE" + "f" * 32, "found no such SIM"),
        ("<!channel>", ""),
        ("../../etc/passwd", ""),
        ("x" * 3000, ""),
    ],
)
async def test_what_cannot_be_answered_is_explained(whole, text, says):
    """
    Misspelt subcommands and SIMs, Super SIMs and rubbish get a sentence, and only the asker.
    """
    delivery = await whole.type(text)

    answer = whole.answer()
    assert delivery.ok
    assert says in answer.text
    assert "<!channel>" not in answer.text
    assert answer.ephemeral_to


async def test_in_a_channel_without_the_bot_it_answers_too(whole):
    """
    The response_url needs no membership.
    """
    await whole.type("truck-42", channel="#on-call-private")

    assert "truck-42 is" in whole.answer("ana", "#on-call-private").text


async def test_a_kore_that_is_down_is_said(whole):
    """
    Without KORE there is a clear sentence, and the ack does not wait for it.
    """
    whole.kore.faults.add(broken(503, times=None))

    delivery = await whole.type("DE" + "0" * 32)

    assert delivery.ok
    assert "KORE" in whole.answer().text


async def test_many_may_ask_at_once(whole):
    """
    Each asker gets their own answer.
    """
    type_in = whole.slack.workspace.command
    names = ("ana", "ben", "chloe")

    await asyncio.gather(*(type_in(n, "#fleet-ops", "/simsessions", "truck-42") for n in names))
    await whole.settle()

    assert [1, 1, 1] == [len(whole.slack.seen_by(name)) for name in names]
