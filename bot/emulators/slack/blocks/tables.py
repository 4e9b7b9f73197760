"""Limits of tables and charts: rows, columns, cells, series and the characters of a message.

From docs.slack.dev/reference/block-kit/blocks: table-block, data-table-block and
data-visualization-block.
"""

from collections.abc import Iterator
from typing import Any

from bot.emulators.slack.blocks.composition import BLOCK_ID, RICH_TEXT
from bot.emulators.slack.blocks.schema import (
    Extra,
    array,
    boolean,
    fault,
    integer,
    number,
    one_of,
    shape,
    string,
    typed,
    unique,
)

TABLE_CHARACTERS = 10_000
DATA_TABLE_CHARACTERS = 20_000
_RAW = {
    "raw_text": shape({"text": string()}),
    "raw_number": shape({"value": number, "text": string()}),
}
HEADER_CELL = typed(_RAW)
CELL = typed({**_RAW, "rich_text": RICH_TEXT})
_COLUMN = shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})


def column(value: object, at: str) -> Iterator[str]:
    """Allow a column's settings, or null to skip one."""
    if value is not None:
        yield from _COLUMN(value, at)


def cell_length(cell: dict[str, Any]) -> int:
    """Count the characters of a cell; of rich text, those of every part."""
    return len(cell.get("text", "")) + sum(map(cell_length, cell.get("elements", ())))


def characters(block: dict[str, Any]) -> int:
    """Count the characters of all cells of a table."""
    return sum(cell_length(cell) for row in block["rows"] for cell in row)


def _budget(most: int) -> Extra:
    def check(value: dict[str, Any], at: str) -> Iterator[str]:
        if characters(value) > most:
            yield fault(f"must be less than {most + 1} characters over all cells", f"{at}/rows")

    return check


def _rectangle(value: dict[str, Any], at: str) -> Iterator[str]:
    for index, row in enumerate(value["rows"]):
        if len(row) != len(value["rows"][0]):
            yield fault("all rows must have the same number of cells", f"{at}/rows/{index}")


def _header(value: dict[str, Any], at: str) -> Iterator[str]:
    header = value["rows"][0]
    for index, cell in enumerate(header):
        yield from HEADER_CELL(cell, f"{at}/rows/0/{index}")
    if value.get("row_header_column_index", 0) >= len(header):
        yield fault("must be the index of a column", f"{at}/row_header_column_index")


TABLE = shape(
    {"rows": array(array(CELL, 1, 20), 1, 100)},
    {"column_settings": array(column, 0, 20), "block_id": BLOCK_ID},
    _budget(TABLE_CHARACTERS),
)
DATA_TABLE = shape(
    {"caption": string(), "rows": array(array(CELL, 1, 20), 2, 201)},
    {
        "page_size": integer(1, 100),
        "row_header_column_index": integer(0, 19),
        "block_id": BLOCK_ID,
    },
    _rectangle,
    _header,
    _budget(DATA_TABLE_CHARACTERS),
)


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
