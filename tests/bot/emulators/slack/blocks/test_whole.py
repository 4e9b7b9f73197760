"""What holds for the blocks of a message together."""

import pytest

from bot.emulators.slack.blocks.whole import blocks_faults
from tests.bot.emulators.slack.blocks.samples import (
    BLOCKS,
    CARD,
    chart,
    image,
    most,
    mrkdwn,
    plain,
    rows,
)

DIVIDER = {"type": "divider"}
CHART = {"type": "data_visualization", "title": "t", "chart": chart()}


def table(characters=4):
    return {"type": "table", "rows": rows(1, 1, "x" * characters)}


def data_table(characters=4):
    return {"type": "data_table", "caption": "c", "rows": rows(2, 1, "x" * (characters // 2))}


def folded(*blocks):
    return {"type": "container", "title": plain(), "child_blocks": list(blocks)}


def markdown(characters):
    return {"type": "markdown", "text": "x" * characters}


def named(name, block=DIVIDER):
    return block | {"block_id": name}


def test_blocks_within_their_limits_are_right():
    """50 blocks, two charts, 20,000 characters in data tables, 12,000 of markdown."""
    for blocks, surface in (
        ([], "message"),
        ([DIVIDER] * 50, "message"),
        ([DIVIDER] * 100, "modal"),
        ([DIVIDER] * 100, "home"),
        ([CHART, CHART], "message"),
        ([data_table(10_000), data_table(10_000)], "message"),
        ([markdown(6000), markdown(6000)], "message"),
        ([named("a"), named("b")], "message"),
        ([table(), data_table(), CHART], "message"),
    ):
        assert [] == blocks_faults(blocks, surface), (blocks, surface)


WRONG = {
    most(50): [("", "message", [DIVIDER] * 51)],
    most(100): [("", "modal", [DIVIDER] * 101)],
    "too many data_visualization blocks": [("", "message", [CHART] * 3)],
    "only_one_table_allowed": [
        ("", "message", [table(), table()]),
        ("", "message", [table(), folded(table())]),
    ],
    "must be less than 20001 characters over all data tables": [
        ("", "message", [data_table(10_000), data_table(10_002)])
    ],
    "must be less than 12001 characters over all markdown": [
        ("", "message", [markdown(6000), markdown(6001)])
    ],
    '`block_id` "a" already exists': [
        ("/1/block_id", "message", [named("a"), named("a")]),
        ("/1/child_blocks/0/block_id", "message", [named("a"), folded(named("a"))]),
    ],
    "must provide an array": [("", "message", {}), ("", "modal", "x")],
}


def test_blocks_beyond_their_limits_are_named():
    """Each limit of the whole is told."""
    for fault, cases in WRONG.items():
        for at, surface, blocks in cases:
            said = f"{fault} [json-pointer:/blocks{at}]"
            assert [said] == blocks_faults(blocks, surface), (fault, at)


def test_all_that_is_wrong_is_told_at_once():
    """Two wrong blocks give two faults."""
    assert 2 == len(blocks_faults([{"type": "section"}, DIVIDER, {"type": "header"}], "message"))


@pytest.mark.parametrize("name", ["table", "data_table", "data_visualization", "container"])
def test_a_workspace_may_not_know_a_block(name):
    """Unknown blocks are unsupported types."""
    assert [f"unsupported type: {name} [json-pointer:/blocks/0/type]"] == blocks_faults(
        [BLOCKS[name]], "message", unknown={name}
    )


FILE = {"id": "F0123456"}


def of_file(**more):
    shown = image(slack_file=FILE, **more)
    del shown["image_url"]
    return shown


@pytest.mark.parametrize(
    ("block", "at"),
    [
        (of_file(), "/blocks/0"),
        ({"type": "section", "text": mrkdwn(), "accessory": of_file()}, "/blocks/0/accessory"),
        ({"type": "context", "elements": [mrkdwn(), of_file()]}, "/blocks/0/elements/1"),
        ({"type": "card", "hero_image": of_file()}, "/blocks/0/hero_image"),
        (folded(of_file()), "/blocks/0/child_blocks/0"),
        (
            {"type": "carousel", "elements": [CARD | {"icon": of_file()}]},
            "/blocks/0/elements/0/icon",
        ),
    ],
)
def test_a_file_must_be_ready(block, at):
    """An image of an uploaded file is refused until the file is processed, wherever it stands."""
    not_ready = blocks_faults([block], "message", file_ready=lambda _: False)

    assert [f"invalid slack file [json-pointer:{at}/slack_file]"] == not_ready
    assert [] == blocks_faults([block], "message", file_ready=lambda file: file == FILE)
