"""`help`."""

import re

from bot.sessions.fleet_list import Examples
from handlers.commands import all_subcommands


async def test_it_lists_every_subcommand(whole):
    """Help is made from the registry: nothing is missing, and there are examples."""
    await whole.type("help")

    shown = str(whole.answer().blocks)
    assert all(
        each.usage.replace("<", "&lt;").replace(">", "&gt;") in shown
        for each in all_subcommands().values()
    )
    examples = whole.view.fleet.examples()
    sim = examples.sims[0]
    for example in (sim, examples.pattern, "offline", f"history {sim} 7"):
        assert f"`/simsessions {example}`" in shown, example


async def test_an_example_can_be_typed(whole):
    """Each is about SIMs that there are; before any is known there is the form of a SID."""
    assert "DE…" == Examples().fill("{sim}")
    assert None is Examples().fill("{pattern}")
    await whole.type("help")

    untried = {"help", "rules", "alert", "digest", "handover", "watch", "watches"}
    tries = re.findall(r"`/simsessions ([^`<&]+)`", str(whole.answer().blocks))
    for text in dict.fromkeys(tries):
        if not untried & set(text.split()):
            await whole.type(text)

            assert "🔎" not in str(whole.answer().blocks), text


async def test_help_after_another_word_is_not_help(whole):
    """Only the first word counts."""
    await whole.type("truck-42 help")

    assert "Type /simsessions and a SIM" not in whole.answer().text
