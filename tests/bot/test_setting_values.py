"""How values are read, and written so that they can be typed again."""

from datetime import timedelta

import pytest

from bot.blocks.format import WebLinks
from bot.setting_values import (
    checked_console,
    checked_pattern,
    read_limit,
    read_runbooks,
    seconds,
    setting_text,
)
from tests.builders import SID


def test_shown():
    """A value is written with its largest whole unit."""
    for value, text in (
        (timedelta(seconds=90), "90s"),
        (timedelta(minutes=15), "15min"),
        (timedelta(hours=1), "1h"),
        (timedelta(days=3), "3d"),
        (timedelta(seconds=0.5), "0.5s"),
        ((timedelta(hours=1), timedelta(hours=4)), "1h,4h"),
        (7, "7"),
        (None, ""),
        (frozenset(), ""),
    ):
        assert text == setting_text(value), (value, text)


@pytest.mark.parametrize("value", [timedelta(hours=36), (timedelta(minutes=1),), 300])
def test_what_is_shown_can_be_typed(value):
    """Reading what was shown gives the value again."""
    assert value == read_limit(setting_text(value), value)


@pytest.mark.parametrize("text", ["", "h", "1y", "-1", "1 2", "1e3", "nan", "١٢x"])
def test_what_is_no_duration(text):
    """Neither signs, exponents, words nor unknown units pass."""
    with pytest.raises(ValueError, match="is not a duration"):
        seconds(text)


CONSOLE = "https://console.example/sims/{sid}/overview"


def test_addresses_are_filled_in():
    """A SID and a rule stand in their places; what is not set leads nowhere."""
    links = WebLinks(CONSOLE, "https://wiki.example/{rule}?team=a")

    assert f"https://console.example/sims/{SID}/overview" == links.sim(SID)
    assert "https://wiki.example/flapping?team=a" == links.runbook("flapping")
    assert links.runbook(None) is None
    assert (None, None) == (WebLinks().sim(SID), WebLinks().runbook("flapping"))
    assert "https://a.example" == WebLinks(runbooks={"x": "https://a.example"}).runbook("x")


@pytest.mark.parametrize(
    ("check", "typed", "fault"),
    [
        (checked_console, CONSOLE, None),
        (checked_console, "https://console.example/#/s?q=%7B%22sid%22:%22{sid}%22%7D", None),
        (checked_console, "http://console.example/{sid}", "is not an https:// address"),
        (checked_console, "https://me:pw@console.example/{sid}", "is not an https:// address"),
        (checked_console, "https://console.example/sims", "names no SIM"),
        (checked_console, "https://console.example/{sid}0", "names no SIM"),
        (checked_pattern, "https://wiki.example/{rule}", None),
        (checked_pattern, "https://wiki.example/", "has no {rule} in it"),
        (checked_pattern, "ftp://wiki.example/{rule}", "is not an https:// address"),
        (read_runbooks, "flapping: nowhere", "is not an https:// address"),
        (read_runbooks, "a: https://a.example\nflapping", "entry 2 is not `rule: https://…`"),
    ],
)
def test_what_is_typed_is_checked(check, typed, fault):
    """A SID that is filled in can be read back out of the link; all are https."""
    if fault is None:
        assert typed == check(typed)
        return
    with pytest.raises(ValueError, match="^" + fault.replace("{", r"\{")):
        check(typed)


@pytest.mark.parametrize(
    "text",
    [
        "flapping: https://a.example/x\n# ours\ngone_silent: 'https://b.example/?q=1'\n",
        '{"flapping": "https://a.example/x",\n "gone_silent": "https://b.example/?q=1"}',
        '{"flapping":"https://a.example/x","gone_silent":"https://b.example/?q=1"}',
    ],
)
def test_runbooks_are_read_as_yaml_or_json(text):
    """A file has one address a rule, in either way of writing."""
    assert {
        "flapping": "https://a.example/x",
        "gone_silent": "https://b.example/?q=1",
    } == read_runbooks(text)
