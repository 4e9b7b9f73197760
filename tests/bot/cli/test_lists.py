"""What the terminal lists: look-ups as lines."""

import json

from bot.cli.lists import AUDIT
from bot.store.lookups import Lookup
from bot.struct import replace

ROW = Lookup(
    id="a", at=1767614400.25, request="7f3a9c", team="T1", person="U1", channel="C1", thread=None,
    entry="command sessions", outcome="ok", sim="DE1", name="pump-7", snapshot="{}",
)  # fmt: skip
FAILED = replace(ROW, person="U0LONGER1", sim=None, name=None, outcome="sim_not_found", channel="")


def table(*rows):
    return list(AUDIT.lines(rows, as_json=False))


def test_the_columns_stand_below_each_other():
    """What is not known is a dash; the head names the columns."""
    head, first, second = table(ROW, FAILED)

    starts = [head.index(word) for word in ("user", "channel", "by", "name", "outcome", "ref")]
    told = [first[at:].split("  ")[0] for at in starts]
    assert ["U1", "C1", "command sessions", "pump-7", "ok", "7f3a9c"] == told
    assert "2026-01-05 12:00:00" == first[:19]
    assert "U0LONGER1  -        command sessions  -       -    sim_not_found  7f3a9c" in second


def test_a_name_cannot_steer_the_terminal():
    """Names are data."""
    assert "\x1b" not in table(replace(ROW, name="a\x1b[31mb\nc"))[1]


def test_nothing_is_said():
    """An empty list is no empty screen."""
    assert ["No look-up matches."] == table()


def test_json_is_one_object_a_line():
    """Unknown is null, the time is ISO 8601; the snapshot is not told."""
    told = json.loads(*AUDIT.lines([FAILED], as_json=True))

    assert "2026-01-05T12:00:00.250Z" == told["at"]
    assert (None, None, None) == (told["channel"], told["sim"], told["name"])
    assert ("sim_not_found", "7f3a9c") == (told["outcome"], told["ref"])
    assert "snapshot" not in told
