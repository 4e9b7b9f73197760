"""`/simsessions help` and `rules`."""

import re

from bot.diagnosis.rule import all_rules
from bot.sessions.fleet import Examples
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


async def test_it_lists_every_rule(whole):
    """Each rule stands in the table, with the words that findings use."""
    await whole.type("rules")

    answer = whole.answer()
    assert f"{len(all_rules())} rules" in answer.text
    assert all(rule.name in str(answer.blocks) for rule in all_rules())


async def test_a_workspace_without_tables_reads_them_too(whole):
    """Where data_table is not known yet, a plainer screen comes."""
    whole.slack.workspace.unknown_blocks |= {"data_table", "table"}

    await whole.type("rules")

    assert all_rules()[0].name in str(whole.answer().blocks)
