"""Limits of every block, tables and charts too, and the surfaces on which each may stand.

From slack_sdk's models (3.47), docs.slack.dev/reference/block-kit/blocks and Slack's changelogs of
2026; table, data_table and data_visualization have modules of their own.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal

from bot.emulators.slack.blocks.elements import (
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    element,
)
from bot.emulators.slack.blocks.schema import (
    ALT_TEXT,
    BLOCK_ID,
    IMAGE,
    RICH_TEXT,
    RICH_TEXT_OBJECT,
    SLACK_FILE,
    TEXTS,
    URL,
    Check,
    Extra,
    array,
    boolean,
    fault,
    integer,
    just_one_of,
    not_both,
    number,
    one_of,
    plain_text,
    shape,
    some_of,
    string,
    text,
    typed,
    unique,
)


def block(
    needed: Mapping[str, Check], maybe: Mapping[str, Check] | None = None, *extras: Extra
) -> Check:
    """Allow a block with these fields, and with an id."""
    return shape(needed, {**(maybe or {}), "block_id": BLOCK_ID}, *extras)


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


TABLE = block(
    {"rows": array(array(CELL, 1, 20), 1, 100)},
    {"column_settings": array(column, 0, 20)},
    _budget(TABLE_CHARACTERS),
)
DATA_TABLE = block(
    {"caption": string(), "rows": array(array(CELL, 1, 20), 2, 201)},
    {"page_size": integer(1, 100), "row_header_column_index": integer(0, 19)},
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
DATA_VISUALIZATION = block({"title": string(50), "chart": CHART})


Surface = Literal["message", "modal", "home"]
_IMAGE = typed({"image": IMAGE})


def _no_dispatched_files(value: dict[str, Any], at: str) -> Iterator[str]:
    inner = value.get("element")
    if (
        value.get("dispatch_action")
        and isinstance(inner, dict)
        and inner.get("type") == "file_input"
    ):
        yield fault("unsupported type: file_input", f"{at}/element/type")


def _task_card(*states: str) -> Check:
    return block(
        {"task_id": string(), "title": string()},
        {
            "type": one_of("task_card"),
            "status": one_of(*states),
            "details": RICH_TEXT_OBJECT,
            "output": RICH_TEXT_OBJECT,
            "sources": array(typed({"url": shape({"url": string(URL)}, {"text": string()})}), 0),
        },
    )


_STATES = ("in_progress", "complete", "error")
CARD = block(
    {},
    {
        "hero_image": _IMAGE,
        "icon": _IMAGE,
        "slack_icon": typed({"icon": shape({"name": string()})}),
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "subtext": text(200),
        "actions": array(element(frozenset({"button"})), 1, 3),
    },
    some_of("hero_image", "title", "actions", "body"),
    not_both("icon", "slack_icon"),
    unique("action_id", "actions"),
)
SIMPLE: dict[str, Check] = {
    "section": block(
        {},
        {
            "text": text(3000),
            "fields": array(text(2000), 1, 10),
            "accessory": element(IN_SECTION),
            "expand": boolean,
        },
        some_of("text", "fields"),
    ),
    "header": block({"text": plain_text(150)}, {"level": integer(1, 4)}),
    "context": block({"elements": array(typed({"image": IMAGE, **TEXTS}), 1, 10)}),
    "divider": block({}),
    "image": block(
        {"alt_text": string(ALT_TEXT)},
        {
            "image_url": string(URL),
            "slack_file": SLACK_FILE,
            "title": plain_text(2000),
        },
        just_one_of("image_url", "slack_file"),
    ),
    "actions": block(
        {"elements": array(element(IN_ACTIONS), 1, 25)}, {}, unique("action_id", "elements")
    ),
    "input": block(
        {"label": plain_text(2000), "element": element(IN_INPUT)},
        {"hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean},
        _no_dispatched_files,
    ),
    "rich_text": RICH_TEXT,
    "video": block(
        {
            "alt_text": string(),
            "title": plain_text(199),
            "thumbnail_url": string(URL),
            "video_url": string(URL),
        },
        {
            "title_url": string(URL),
            "description": plain_text(199),
            "provider_icon_url": string(URL),
            "provider_name": string(),
            "author_name": string(49),
        },
    ),
    "table": TABLE,
}

_CONTAINER = block(
    {"child_blocks": array(typed(SIMPLE), 1, 10)},
    {
        "title": plain_text(150),
        "rich_text_title": RICH_TEXT_OBJECT,
        "subtitle": text(150),
        "icon": _IMAGE,
        "width": one_of("narrow", "standard", "wide", "full"),
        "is_collapsible": boolean,
        "default_collapsed": boolean,
        "has_header_divider": boolean,
    },
    some_of("title", "rich_text_title"),
    not_both("has_header_divider", "is_collapsible"),
)
_AUTH_PROVIDER = block(
    {"value": string(150), "name": plain_text(75), "is_connected": boolean},
    {
        "description": plain_text(150),
        "connected_identity": plain_text(75),
        "connected_context": plain_text(75),
        "icon_url": string(URL),
        "auth_url": string(URL),
        "disconnect_url": string(URL),
        "accessory": element(frozenset({"overflow"})),
    },
)
BLOCKS: dict[str, Check] = {
    **SIMPLE,
    "card": CARD,
    "carousel": block({"elements": array(typed({"card": CARD}), 1, 10)}),
    "alert": block(
        {"text": text(200)}, {"level": one_of("default", "info", "warning", "error", "success")}
    ),
    "markdown": block({"text": string(12_000)}),
    "data_table": DATA_TABLE,
    "data_visualization": DATA_VISUALIZATION,
    "container": _CONTAINER,
    "context_actions": block(
        {"elements": array(element(IN_CONTEXT_ACTIONS), 1, 5)}, {}, unique("action_id", "elements")
    ),
    "task_card": _task_card(*_STATES),
    "plan": block(
        {"title": string()},
        {"tasks": array(_task_card("pending", *_STATES), 0), "status": string()},
    ),
    "auth_provider": _AUTH_PROVIDER,
}
_EVERYWHERE = frozenset({
    "section", "header", "context", "divider", "image", "actions", "input", "rich_text", "video",
    "card",
})  # fmt: skip
# Blocks `file` and `call` stand for remote files and calls, which this workspace has none of.
SURFACES: dict[Surface, frozenset[str]] = {
    "message": _EVERYWHERE | {
        "carousel", "markdown", "table", "data_table", "data_visualization", "container",
        "context_actions", "task_card", "plan", "auth_provider",
    },
    "modal": _EVERYWHERE | {"alert"},
    "home": _EVERYWHERE | {"carousel"},
}  # fmt: skip


def blocks_on(surface: Surface, unknown: Collection[str] = ()) -> Check:
    """Return the check of one block on a surface; `unknown` types are not known there yet."""
    return typed({name: BLOCKS[name] for name in SURFACES[surface] - set(unknown)})
