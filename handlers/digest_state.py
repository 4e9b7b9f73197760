"""What stands in the form of a digest: Slack's state of the window as a draft."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bot.blocks import ids
from bot.blocks.digest_form import block_of
from bot.digests.cadence import Every
from bot.digests.draft import Draft, Field
from bot.digests.selection import Which
from bot.digests.subscription import WhenQuiet
from bot.errors import OldButton
from handlers.request import part

View = Mapping[str, Any]
_PLAIN = ("value", "selected_time", "selected_conversation")
_KINDS = {Field.WHICH: Which, Field.EVERY: Every, Field.WHEN_QUIET: WhenQuiet}


def form_in(view: View) -> ids.DigestForm:
    """Give which digest the window is about. Raises OldButton."""
    try:
        return ids.DigestForm.from_value(str(view.get("private_metadata")))
    except ValidationError as error:
        raise OldButton from error


def draft_in(view: View) -> Draft:
    """Give all that is filled in, the fields that are not shown now included. Raises OldButton."""
    told: dict[str, Any] = dict(form_in(view).kept)
    values = part(part(view, "state"), "values")
    for name in Field:
        block = block_of(name)
        if block in values:
            told[name.value] = _text(part(part(values, block), block))
    try:
        told |= {name.value: kind(told[name.value]) for name, kind in _KINDS.items()}
        return Draft(**told)
    except (KeyError, TypeError, ValueError) as error:
        raise OldButton from error


def _text(told: Mapping[str, Any]) -> str:
    """Give what was typed or chosen; "" where nothing was."""
    chosen = part(told, "selected_option").get("value")
    plain = next((told[key] for key in _PLAIN if told.get(key)), None)
    return str(chosen or plain or "")
