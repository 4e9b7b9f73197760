"""Which rung is drawn, and which comes next when Slack refuses one."""

import pytest

from bot.blocks.kit import Screen, container, context, divider, fields, section
from bot.blocks.ladder import ALL_TEXT, NOTHING, draw_table, lowered, retreat
from bot.blocks.tables import Table

TABLE = Table("Caption", ("a", "b"), (("1", "2"),))
CHART = {"type": "data_visualization"}
DATA_TABLE = {"type": "data_table"}
PLAIN_TABLE = {"type": "table"}
TEXT = section("text")


@pytest.mark.parametrize(
    ("refused", "kinds"),
    [
        (NOTHING, ["data_table"]),
        ({"data_visualization", "container"}, ["data_table"]),
        ({"data_table"}, ["table"]),
        ({"data_table", "table"}, ["section"]),
        (ALL_TEXT, ["section"]),
    ],
)
def test_draw_table(refused, kinds):
    """
    The highest rung that was not refused is drawn.
    """
    drawn = draw_table(TABLE, frozenset(refused))

    assert kinds == [block["type"] for block in drawn.blocks]


def test_the_lowest_rung_is_text():
    """
    Where no block may be used, all words of the blocks stand in the text.
    """
    blocks = [TEXT, *fields([("Label", "value")]), context("small", "print"), divider()]
    drawn = Screen("title", blocks)

    assert Screen("text\n*Label* value\nsmall\nprint", []) == lowered(drawn, ALL_TEXT)
    assert drawn is lowered(drawn, NOTHING)


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
def test_retreat(blocks, messages, given_up):
    """
    What Slack names or points at is given up; else the newest kind that was used.
    """
    assert frozenset(given_up) == retreat(NOTHING, blocks, messages)


def test_retreat_adds_to_what_is_known():
    """
    What was learnt before stays learnt.
    """
    refused = frozenset({"data_visualization"})

    assert refused | {"data_table"} == retreat(refused, [DATA_TABLE, TEXT])


def test_retreat_ends():
    """
    Step by step everything is given up: all newer blocks, then all blocks, then there is no more.
    """
    refused, steps = NOTHING, []
    every = [CHART, DATA_TABLE, container("t", [TEXT]), PLAIN_TABLE, context("c")]
    while refused is not None:
        left = [] if refused == ALL_TEXT else [b for b in every if b["type"] not in refused]
        refused = retreat(refused, left)
        steps.append(refused)

    assert [1, 2, 3, 4, 5, None] == [step and len(step) for step in steps]
    assert ALL_TEXT == steps[-2]
