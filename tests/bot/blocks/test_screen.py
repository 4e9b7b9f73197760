"""What is sent, at its richest and in its plainer forms."""

import pytest

from bot.blocks.kit import container, context, divider, fields, section
from bot.blocks.screen import ALL_BLOCKS, NOTHING, Degradable, Screen, degrade, screen

CHART = {"type": "data_visualization"}
DATA_TABLE = {"type": "data_table"}
PLAIN_TABLE = {"type": "table"}
TEXT = section("text")


def test_limits():
    """
    A text is cut, None is no part, and at most 50 blocks are sent, counted in their plainer form.
    """
    drawn = screen("t" * 5000, [None, *[divider()] * 60])

    assert (4000, 50) == (len(drawn.text), len(drawn.blocks))

    many = Degradable("new", [{"type": "new"}], lambda: [divider()] * 60)

    assert 2 == len(Screen("", [many, TEXT]).blocks)
    assert [divider()] * 50 == Screen("", [many, TEXT]).without(frozenset({"new"})).blocks


FORMS = Degradable("new", [{"type": "new"}], lambda: [
    TEXT, Degradable("table", [PLAIN_TABLE], lambda: [divider()])
])  # fmt: skip


@pytest.mark.parametrize(
    ("refused", "kinds"),
    [
        ((), ["new", "section"]),
        (("table",), ["new", "section"]),
        (("new",), ["section", "table", "section"]),
        (("new", "table"), ["section", "divider", "section"]),
    ],
)
def test_each_form_is_drawn_where_the_richer_ones_are_refused(refused, kinds):
    """A plainer form may have plainer forms itself; what has none stays."""
    drawn = Screen("title", [FORMS, TEXT]).without(frozenset(refused))

    assert kinds == [block["type"] for block in drawn.blocks]
    assert "title" == drawn.text


def test_the_lowest_rung_is_text():
    """Where no block may be used, all words of the blocks stand in the text."""
    blocks = [TEXT, *fields([("Label", "value")]), context("small", "print"), divider()]
    drawn = Screen("title", blocks)

    assert Screen("text\n*Label* value\nsmall\nprint", []) == drawn.without(ALL_BLOCKS)
    assert drawn == drawn.without(NOTHING)


@pytest.mark.parametrize(
    ("blocks", "messages", "given_up"),
    [
        ([TEXT, DATA_TABLE], [], {"data_table"}),
        ([TEXT, DATA_TABLE, CHART], [], {"data_visualization"}),
        ([container("t", [PLAIN_TABLE])], [], {"container"}),
        ([PLAIN_TABLE], [], {"table"}),
        (
            [TEXT, CHART, DATA_TABLE],
            ["[ERROR] unsupported type: data_table [json-pointer:/blocks/2/type]"],
            {"data_table"},
        ),
        (
            [TEXT, CHART, DATA_TABLE],
            ["[ERROR] invalid block [json-pointer:/blocks/2/rows/0]"],
            {"data_table"},
        ),
        (
            [container("t", [PLAIN_TABLE])],
            ["[ERROR] unsupported type: table [json-pointer:/blocks/0/child_blocks/0/type]"],
            {"container"},
        ),
        (
            [TEXT, CHART],
            ["[ERROR] must be less than 3001 [json-pointer:/blocks/0/text]"],
            {"data_visualization"},
        ),
        ([TEXT, CHART], ["[ERROR] what [json-pointer:/blocks/99/type]"], {"data_visualization"}),
    ],
)
def test_degrade(blocks, messages, given_up):
    """What Slack names or points at is given up; else the newest kind that was used."""
    assert frozenset(given_up) == degrade(NOTHING, blocks, messages)


def test_degrade_ends():
    """
    What was learnt stays; then all newer blocks are given up, all blocks, and there is no more.
    """
    refused = frozenset({"data_visualization"})

    assert refused | {"data_table"} == degrade(refused, [DATA_TABLE, TEXT])

    refused, steps = NOTHING, []
    every = [CHART, DATA_TABLE, container("t", [TEXT]), PLAIN_TABLE, context("c")]
    while refused is not None:
        left = [] if refused == ALL_BLOCKS else [b for b in every if b["type"] not in refused]
        refused = degrade(refused, left)
        steps.append(refused)

    assert [1, 2, 3, 4, 5, None] == [step and len(step) for step in steps]
    assert ALL_BLOCKS == steps[-2]
