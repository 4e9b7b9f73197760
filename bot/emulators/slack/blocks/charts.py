"""Limits of data_visualization: pies, and charts over categories.

From docs.slack.dev/reference/block-kit/blocks/data-visualization-block.
"""

from collections.abc import Iterator
from typing import Any

from bot.emulators.slack.blocks.composition import BLOCK_ID
from bot.emulators.slack.blocks.schema import array, fault, number, shape, string, typed, unique

LABEL = string(20)


def _positive(value: dict[str, Any], at: str) -> Iterator[str]:
    if value["value"] <= 0:
        yield fault("must be greater than 0", f"{at}/value")


def _complete(chart: dict[str, Any], at: str) -> Iterator[str]:
    """Every series has one point for every category, and no others."""
    categories = sorted(chart["axis_config"]["categories"])
    for index, series in enumerate(chart["series"]):
        if sorted(point["label"] for point in series["data"]) != categories:
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
_SEGMENT = shape({"label": LABEL, "value": number}, {}, _positive)
_PIE = shape({"segments": array(_SEGMENT, 1, 12)})
CHART = typed({"pie": _PIE, **dict.fromkeys(("line", "bar", "area"), _OVER_CATEGORIES)})
DATA_VISUALIZATION = shape({"title": string(50), "chart": CHART}, {"block_id": BLOCK_ID})
