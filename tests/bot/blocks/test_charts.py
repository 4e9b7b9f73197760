"""Charts in blocks and in words."""

from bot.blocks.charts import Chart, as_chart, as_words
from bot.sandbox.slack_api.blocks.whole import blocks_faults

CHART = Chart("Sessions per day", ["3 Jan", "4 Jan", "5 Jan"], {"sessions": [1, 0, 9]})


def test_as_chart():
    """
    Every series has one point for every category.
    """
    block = as_chart(CHART)

    assert [] == blocks_faults([block], "message")
    assert {
        "name": "sessions",
        "data": [
            {"label": "3 Jan", "value": 1},
            {"label": "4 Jan", "value": 0},
            {"label": "5 Jan", "value": 9},
        ],
    } == block["chart"]["series"][0]


def test_a_chart_keeps_its_limits():
    """
    Twenty categories, six series and short names are drawn of any number and length.
    """
    names = [f"{n} " + "x" * 50 for n in range(40)]
    block = as_chart(Chart("t" * 200, names, {name: [1.5] * 40 for name in names}))

    assert [] == blocks_faults([block], "message")
    assert 20 == len(block["chart"]["axis_config"]["categories"])


def test_as_words():
    """
    In words a chart is a line with its highest value and where that is.
    """
    assert ["Sessions per day, sessions: ▂▁█ (3 Jan to 5 Jan; most 9, 5 Jan)"] == as_words(CHART)


def test_a_chart_of_nothing_in_words():
    """
    A series of zeros is said to be none.
    """
    assert ["T, up: none"] == as_words(Chart("T", ["a"], {"up": [0]}))
