"""Windows that say one thing: that work is going on, or what went wrong.

A window must be opened within 3 s of the click, so open `loading_view` first and update it.
"""

from bot.blocks import ids
from bot.blocks.kit import Block, Screen, View, modal, section


def loading_view(title: str, metadata: str = "") -> View:
    """Say that the answer is on its way."""
    return modal(ids.NOTICE_VIEW, title, [section("Reading…")], metadata)


def notice_view(title: str, screen: Screen) -> View:
    """Show a screen's words in a window, without its buttons."""
    return modal(ids.NOTICE_VIEW, title, words_of(screen))


def words_of(screen: Screen) -> list[Block]:
    """Give the blocks of a screen that hold words."""
    shown = [block for block in screen.blocks if block["type"] in {"section", "context"}]
    return shown or [section(screen.text)]
