"""Builders keep Slack's limits whatever they are given."""

import pytest

from bot.blocks import kit
from bot.sandbox.slack_api.blocks.view import view_faults
from bot.sandbox.slack_api.blocks.whole import blocks_faults

LONG = "x<&>" * 5000


@pytest.mark.parametrize(
    "blocks",
    [
        [kit.section(LONG)],
        [kit.section(LONG, kit.button(LONG, "a", LONG, value="v"))],
        [kit.context(*[LONG] * 30)],
        [kit.divider()],
        [kit.actions("row", [kit.button(LONG, f"a{n}", LONG) for n in range(40)])],
        [kit.container(LONG, [kit.section(LONG)] * 30)],
        kit.fields([(f"label {n}", LONG) for n in range(33)]),
    ],
)
def test_limits(blocks):
    """
    Whatever goes in, Slack takes what comes out.
    """
    assert [] == blocks_faults(blocks, "message")


def test_fields_keep_all():
    """
    More than ten facts go into further sections.
    """
    sections = kit.fields([(str(n), str(n)) for n in range(23)])

    assert [10, 10, 3] == [len(block["fields"]) for block in sections]


def test_screen_drops_what_is_not_there():
    """
    Absent blocks are left out, and no more than fifty go along.
    """
    drawn = kit.screen("t" * 5000, [None, *[kit.divider()] * 60])

    assert 50 == len(drawn.blocks)
    assert 4000 == len(drawn.text)


def test_modal_limits():
    """
    A window has a title of 24 characters and 100 blocks at most.
    """
    view = kit.modal("id", LONG, [kit.divider()] * 120)

    assert [] == view_faults(view, ("modal",))


def test_button_leaves_out_what_is_not_given():
    """
    A button without a link has no empty link.
    """
    button = kit.button("Map", "map", "Map of the tower", value=None, url="https://a.example")

    assert "value" not in button
    assert "https://a.example" == button["url"]


def test_words_of_ours_are_not_made_links_by_slack():
    """
    Slack is told not to look for links and channels in plain words.
    """
    assert kit.mrkdwn("www.example.com")["verbatim"] is True
