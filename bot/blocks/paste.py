"""The window to paste SIMs into."""

from bot.blocks import ids
from bot.blocks.inputs import field, typed
from bot.blocks.kit import View, modal, plain, section

TITLE = "Look up SIMs"
LABEL = "SIMs, one a line"
HINT = "SIDs (DE…), ICCIDs, IMEIs or names; a pasted alert or table will do."
_SUBMIT = 24


def paste_view(place: ids.Place, said: str) -> View:
    """Ask for SIMs; `said` is why, and `place` where the answer goes."""
    pasted = field(ids.PASTED, LABEL, typed("", lines=True), hint=HINT)
    view = modal(ids.PASTE_VIEW, TITLE, [section(said), pasted], place.to_value())
    return view | {"submit": plain("Look up", _SUBMIT)}
