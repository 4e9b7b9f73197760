"""`help`."""

from handlers.commands import all_subcommands


async def test_it_lists_every_subcommand(whole):
    """Help is made from the registry: nothing is missing, and there are examples."""
    await whole.type("help")

    shown = str(whole.answer().blocks)
    assert all(
        each.usage.replace("<", "&lt;").replace(">", "&gt;") in shown
        for each in all_subcommands().values()
    )
    assert all(example in shown for example in all_subcommands()["sessions"].examples)


async def test_help_after_another_word_is_not_help(whole):
    """Only the first word counts."""
    await whole.type("truck-42 help")

    assert "Type /simsessions and a SIM" not in whole.answer().text
