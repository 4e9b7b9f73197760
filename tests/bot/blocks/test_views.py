"""Windows that say one thing."""

from bot.blocks.errors import error_screen
from bot.blocks.views import loading_view, notice_view
from bot.sims.errors import Candidate, SimNotFound
from tests.bot.blocks.reports import view_wrongs, words
from tests.builders import SID


def test_loading_view():
    """
    A window can be opened before its answer is known, and keeps what it is about.
    """
    view = loading_view("Session details", '{"sid":"DE"}')

    assert [] == view_wrongs(view)
    assert '{"sid":"DE"}' == view["private_metadata"]


def test_notice_view():
    """
    An error is read in a window without buttons that would not work there.
    """
    view = notice_view(
        "Session details", error_screen(SimNotFound("Gone.", (Candidate(SID, "a"),)))
    )

    assert [] == view_wrongs(view)
    assert "🔎 Gone." in list(words(view))
    assert ["section"] == [block["type"] for block in view["blocks"]]
