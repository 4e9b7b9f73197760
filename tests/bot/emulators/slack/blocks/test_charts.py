"""Charts: pies, and series over categories."""

import pytest

from bot.emulators.slack.blocks.charts import DATA_VISUALIZATION
from tests.bot.emulators.slack.blocks.samples import chart, pie

TWENTY = tuple(f"day {n}" for n in range(20))
TWELVE = tuple(f"series {n}" for n in range(12))


def faults(drawn, title="Packets"):
    block = {"title": title, "chart": drawn}
    return list(DATA_VISUALIZATION(block, ""))


@pytest.mark.parametrize(
    "drawn",
    [chart("line"), chart("bar"), chart("area", TWENTY, TWELVE), pie(0.5), pie(*range(1, 13))],
)
def test_a_chart_within_its_limits_is_right(drawn):
    """20 categories, 12 series, 12 segments and negative values are allowed."""
    assert [] == faults(drawn, "x" * 50)


def changed(**axis):
    drawn = chart()
    drawn["axis_config"] |= axis
    return drawn


def without_a_point():
    drawn = chart()
    del drawn["series"][1]["data"][0]
    return drawn


def valued(value):
    drawn = chart()
    drawn["series"][0]["data"][0]["value"] = value
    return drawn


COMPLETE = "must contain exactly one entry for every category"


def test_a_chart_beyond_its_limits_is_named():
    """Each limit is told."""
    for drawn, fault in (
        (chart(categories=(*TWENTY, "x")), "no more than 20 items allowed"),
        (chart(names=(*TWELVE, "x")), "no more than 12 items allowed"),
        (chart(names=()), "no fewer than 1 items allowed"),
        (chart(names=("up", "up")), '`name` "up" already exists'),
        (chart(names=("x" * 21,)), "must be less than 21 characters"),
        (chart(categories=("x" * 21,)), "must be less than 21 characters"),
        (changed(categories=["Mon"]), COMPLETE),
        (changed(categories=["Mon", "Tue", "Wed"]), COMPLETE),
        (changed(x_label="x" * 51), "must be less than 51 characters"),
        (without_a_point(), COMPLETE),
        (valued(None), "missing required field: value"),
        (valued("1"), "must provide a number"),
        (valued(float("inf")), "must provide a number"),
        (pie(1, 0), "must be greater than 0"),
        (pie(1, -1), "must be greater than 0"),
        (pie(*range(1, 14)), "no more than 12 items allowed"),
        ({"type": "pie", "segments": []}, "no fewer than 1 items allowed"),
        ({"type": "line"}, "missing required field: series"),
        (chart("scatter"), "unsupported type: scatter"),
    ):
        assert any(said.startswith(fault) for said in faults(drawn)), (drawn, fault)


def test_a_title_has_fifty_characters():
    """One more is too long; none is too short."""
    assert 1 == len(faults(chart(), "x" * 51))
    assert 1 == len(faults(chart(), ""))
