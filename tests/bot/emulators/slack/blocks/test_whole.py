"""What holds for the blocks of a message together, and for modals and Home as a whole."""

import pytest

from bot.emulators.slack.blocks.whole import blocks_faults, is_too_large, view_faults
from tests.bot.emulators.slack.blocks.samples import (
    BLOCKS,
    CARD,
    SECTION,
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
    (fault,) = blocks_faults([BLOCKS[name]], "message", unknown={name})

    assert f"unsupported type: {name} [json-pointer:/blocks/0/type]" == fault


FILE, CAROUSEL = {"id": "F0123456"}, BLOCKS["carousel"]


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
        (CAROUSEL | {"elements": [CARD | {"icon": of_file()}]}, "/blocks/0/elements/0/icon"),
    ],
)
def test_a_file_must_be_ready(block, at):
    """An image of an uploaded file is refused until the file is processed, wherever it stands."""
    not_ready = blocks_faults([block], "message", file_ready=lambda _: False)

    assert [f"invalid slack file [json-pointer:{at}/slack_file]"] == not_ready
    assert [] == blocks_faults([block], "message", file_ready=lambda file: file == FILE)


BOTH = ("modal", "home")
MODAL = {"type": "modal", "title": plain("Session"), "blocks": [SECTION]}
FULL = MODAL | {
    "submit": plain("Send"),
    "close": plain("Close"),
    "private_metadata": "x" * 3000,
    "callback_id": "x" * 255,
    "external_id": "x",
    "clear_on_close": True,
    "notify_on_close": True,
    "blocks": [BLOCKS["input"], BLOCKS["alert"]],
}
HOME = {"type": "home", "blocks": [SECTION], "private_metadata": "x"}


@pytest.mark.parametrize("view", [MODAL, FULL, HOME, {"type": "home", "blocks": []}])
def test_a_right_view_has_no_fault(view):
    """Small and full views are taken."""
    assert [] == view_faults(view, BOTH)


def test_a_wrong_view_is_named():
    """What is wrong is said in Slack's words, with its place in the view."""
    for view, fault in (
        (MODAL | {"title": plain("x" * 25)}, "must be less than 25 characters"),
        (MODAL | {"submit": plain("x" * 25)}, "must be less than 25 characters"),
        (MODAL | {"close": plain("x" * 25)}, "must be less than 25 characters"),
        (MODAL | {"private_metadata": "x" * 3001}, "must be less than 3001 characters"),
        (MODAL | {"callback_id": "x" * 256}, "must be less than 256 characters"),
        (MODAL | {"title": {"type": "mrkdwn", "text": "x"}}, "unsupported type: mrkdwn"),
        (MODAL | {"blocks": [BLOCKS["input"]]}, "missing required field: submit"),
        (MODAL | {"blocks": [BLOCKS["table"]]}, "unsupported type: table"),
        (MODAL | {"colour": "red"}, "invalid additional property: colour"),
        ({"type": "modal", "blocks": [SECTION]}, "missing required field: title"),
        (HOME | {"title": plain()}, "invalid additional property: title"),
        (HOME | {"blocks": [BLOCKS["alert"]]}, "unsupported type: alert"),
        (HOME | {"blocks": [SECTION] * 101}, "no more than 100 items allowed"),
        ({"type": "workflow_step", "blocks": []}, "unsupported type: workflow_step"),
        ({"blocks": []}, "missing required field: type"),
        (None, "must provide an object"),
        ([], "must provide an object"),
    ):
        (said,) = view_faults(view, BOTH)

        assert said.startswith(f"{fault} [json-pointer:/view"), (view, fault)


def test_a_modal_is_not_a_home():
    """Where only a modal may stand a Home tab is refused."""
    assert ["unsupported type: home [json-pointer:/view/type]"] == view_faults(HOME, ("modal",))


@pytest.mark.parametrize(("count", "large"), [(50, False), (100, True)])
def test_a_view_has_250_kilobytes(count, large):
    """What is larger than 250 KB as JSON is too large."""
    block = {"type": "section", "text": plain("x" * 2990)}

    assert large == is_too_large(MODAL | {"blocks": [block] * count})
