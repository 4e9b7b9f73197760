"""Charts as Slack draws them, and in words where a workspace cannot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.blocks.kit import Block
from bot.blocks.text import clean
from bot.blocks.units import grouped

_TITLE = 50
_NAME = 20
_CATEGORIES = 20
_SERIES = 6
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Chart:
    """Numbers along one axis: each series has one finite number for each category."""

    title: str
    categories: Sequence[str]
    series: Mapping[str, Sequence[float]]


def as_chart(chart: Chart) -> Block:
    """Draw bars: at most 20 categories and 6 series; what is beyond is not drawn."""
    categories = [clean(name, _NAME) for name in chart.categories[:_CATEGORIES]]
    return {
        "type": "data_visualization",
        "title": clean(chart.title, _TITLE),
        "chart": {
            "type": "bar",
            "series": [
                _series(name, categories, values)
                for name, values in list(chart.series.items())[:_SERIES]
            ],
            "axis_config": {"categories": categories},
        },
    }


def _series(name: str, categories: Sequence[str], values: Sequence[float]) -> Block:
    points = zip(categories, values, strict=False)
    return {
        "name": clean(name, _NAME),
        "data": [{"label": label, "value": value} for label, value in points],
    }


def as_words(chart: Chart) -> list[str]:
    """Write each series as a line: its bars, and the highest with its category."""
    return [_line(chart, name, values) for name, values in chart.series.items()]


def _line(chart: Chart, name: str, values: Sequence[float]) -> str:
    top = max(values)
    if not top:
        return f"{chart.title}, {name}: none"
    bars = "".join(_BARS[round(value / top * (len(_BARS) - 1))] for value in values)
    at = chart.categories[list(values).index(top)]
    first, last = chart.categories[0], chart.categories[-1]
    return f"{chart.title}, {name}: {bars} ({first} to {last}; most {grouped(top)}, {at})"
