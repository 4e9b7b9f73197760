"""Limits of data_visualization: pies, and charts over categories.

From docs.slack.dev/reference/block-kit/blocks/data-visualization-block.
"""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack_api.blocks.composition import BLOCK_ID
from bot.sandbox.slack_api.blocks.schema import (
    array,
    fault,
    number,
    shape,
    string,
    typed,
    unique,
)

LABEL = string(20)


def _positive(value: object, at: str) -> Iterator[str]:
    wrong = list(number(value, at))
    yield from wrong
    if not wrong and isinstance(value, (int, float)) and value <= 0:
        yield fault("must be greater than 0", at)


def _complete(chart: dict[str, Any], at: str) -> Iterator[str]:
    """Every series has one point for every category, and no others."""
    axis, series = chart.get("axis_config"), chart.get("series")
    categories = axis.get("categories") if isinstance(axis, dict) else None
    if not isinstance(categories, list) or not isinstance(series, list):
        return
    for index, one in enumerate(series):
        data = one.get("data") if isinstance(one, dict) else None
        labels = [p.get("label") for p in data or () if isinstance(p, dict)]
        if sorted(map(str, labels)) != sorted(map(str, categories)):
            said = "must contain exactly one entry for every category"
            yield fault(said, f"{at}/series/{index}/data")


_POINT = shape({"label": LABEL, "value": number})
_SERIES = shape({"name": LABEL, "data": array(_POINT, 1, 20)})
_AXES = shape(
    {"categories": array(LABEL, 1, 20)},
    {"x_label": string(50), "y_label": string(50)},
)
_OVER_CATEGORIES = shape(
    {"series": array(_SERIES, 1, 12), "axis_config": _AXES},
    {},
    unique("name", "series"),
    _complete,
)
_PIE = shape({"segments": array(shape({"label": LABEL, "value": _positive}), 1, 12)})
CHART = typed({"pie": _PIE, **dict.fromkeys(("line", "bar", "area"), _OVER_CATEGORIES)})
DATA_VISUALIZATION = shape({"title": string(50), "chart": CHART}, {"block_id": BLOCK_ID})
