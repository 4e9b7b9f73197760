"""Help made from the registry."""

from bot.blocks.help import HelpEntry, help_screen
from tests.bot.blocks.reports import faults, words

ENTRIES = (
    HelpEntry("/simsessions <sim>", "its last session", ("/simsessions pump-7",)),
    HelpEntry("/simsessions help", "this"),
)


def test_help_lists_what_can_be_typed():
    """
    Every entry stands with its use, and the examples can be copied.
    """
    drawn = help_screen(ENTRIES)
    text = "\n".join(words(drawn.blocks))

    assert "`/simsessions &lt;sim&gt;`  its last session" in text
    assert "*Try:* `/simsessions pump-7`" in text
    assert [] == faults(drawn)


def test_many_entries_fit():
    """
    However many subcommands there are, Slack takes the help.
    """
    many = [HelpEntry(f"/simsessions sub{n} " + "x" * 200, "y" * 400) for n in range(100)]

    assert [] == faults(help_screen(many))


def test_no_entries():
    """
    Without subcommands there is still a sentence.
    """
    assert [] == faults(help_screen([]))
