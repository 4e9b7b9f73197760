"""Watches and notices as people see them who may not see which card and device it is."""

from dataclasses import replace

from bot.sessions.redaction import redacted_snapshot
from bot.watches.hiding import hidden_watch
from tests.bot.blocks.test_handover import a_watch
from tests.builders import ICCID


def test_a_name_that_is_the_card_is_hidden_too():
    """
    The watch's own copy of the name as well as its snapshots'.
    """
    watch = a_watch()
    seen = replace(watch.latest, name=f"pump {ICCID}")
    hidden = hidden_watch(replace(watch, name=seen.name, latest=seen, noticed=seen))

    assert "pump withheld" == hidden.name
    assert redacted_snapshot(seen) == hidden.latest == hidden.noticed


def test_another_name_stays():
    """
    Most names say nothing of the card.
    """
    assert "pump-7" == hidden_watch(a_watch()).name
