"""The window to paste SIMs into."""

from bot.blocks import ids
from bot.blocks.paste import paste_view
from tests.bot.blocks.reports import view_wrongs


def test_slack_takes_it_and_it_knows_its_place():
    """
    Where the answer goes comes back with what was pasted.
    """
    place = ids.Place(channel="C1", thread="1.5", response_url="https://hooks.example/" + "x" * 400)

    view = paste_view(place, "Paste them.")

    assert [] == view_wrongs(view)
    assert place == ids.Place.from_value(view["private_metadata"])
