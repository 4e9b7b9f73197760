"""What holds for the blocks of one message or view together, and for a view as a whole."""

import json
from collections.abc import Callable, Collection, Iterator
from itertools import chain
from typing import Any

from bot.emulators.slack.blocks.layout import DATA_TABLE_CHARACTERS, Surface, blocks_on, characters
from bot.emulators.slack.blocks.schema import (
    Check,
    array,
    boolean,
    fault,
    plain_text,
    shape,
    string,
    typed,
)

Blocks = list[dict[str, Any]]
FileReady = Callable[[dict[str, Any]], bool]
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
CHARTS = 2
MARKDOWN_CHARACTERS = 12_000


def blocks_faults(
    blocks: object,
    surface: Surface,
    *,
    at: str = "/blocks",
    unknown: Collection[str] = (),
    file_ready: FileReady = lambda _: True,
) -> list[str]:
    """Return all that is wrong with the blocks of a surface, in Slack's words."""
    most = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    found = list(array(blocks_on(surface, unknown), 0, most)(blocks, at))
    if found or not isinstance(blocks, list):
        return found
    rules = (_one_table, _charts, _markdown, _data_tables)
    together = chain.from_iterable(rule(blocks, at) for rule in rules)
    return [*_block_ids(blocks, at), *_files(blocks, at, file_ready), *together]


def _block_ids(blocks: Blocks, at: str) -> Iterator[str]:
    seen: set[str] = set()
    for place, block in _placed(blocks, at):
        name = block.get("block_id")
        if name in seen:
            yield fault(f'`block_id` "{name}" already exists', f"{place}/block_id")
        seen |= {name} if name else set()


def _one_table(blocks: Blocks, at: str) -> Iterator[str]:
    if len(_of("table", blocks)) > 1:
        yield fault("only_one_table_allowed", at)


def _data_tables(blocks: Blocks, at: str) -> Iterator[str]:
    if sum(map(characters, _of("data_table", blocks))) > DATA_TABLE_CHARACTERS:
        said = f"must be less than {DATA_TABLE_CHARACTERS + 1} characters over all data tables"
        yield fault(said, at)


def _charts(blocks: Blocks, at: str) -> Iterator[str]:
    if len(_of("data_visualization", blocks)) > CHARTS:
        yield fault("too many data_visualization blocks", at)


def _markdown(blocks: Blocks, at: str) -> Iterator[str]:
    if sum(len(block["text"]) for block in _of("markdown", blocks)) > MARKDOWN_CHARACTERS:
        yield fault(f"must be less than {MARKDOWN_CHARACTERS + 1} characters over all markdown", at)


def _files(blocks: Blocks, at: str, ready: FileReady) -> Iterator[str]:
    for place, block in _placed(blocks, at):
        for spot, image in _images(place, block):
            file = image.get("slack_file")
            if file is not None and not ready(file):
                yield fault("invalid slack file", f"{spot}/slack_file")


def _images(place: str, block: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield place, block
    for key in ("accessory", "hero_image", "icon"):
        if isinstance(block.get(key), dict):
            yield f"{place}/{key}", block[key]
    for index, inner in enumerate(block.get("elements") or ()):
        if inner.get("type") == "image":
            yield f"{place}/elements/{index}", inner


def _placed(blocks: Blocks, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for index, block in enumerate(blocks):
        place = f"{at}/{index}"
        yield place, block
        yield from _placed(block.get("child_blocks") or [], f"{place}/child_blocks")
        if block["type"] == "carousel":
            yield from _placed(block["elements"], f"{place}/elements")


def _of(kind: str, blocks: Blocks) -> Blocks:
    return [block for _, block in _placed(blocks, "") if block.get("type") == kind]


VIEW_BYTES = 250_000


def _anything(_: object, __: str) -> Iterator[str]:
    yield from ()


_COMMON: dict[str, Check] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}


def _inputs_need_submit(view: dict[str, Any], at: str) -> Iterator[str]:
    blocks = view["blocks"]
    kinds = (
        [b.get("type") for b in blocks if isinstance(b, dict)] if isinstance(blocks, list) else []
    )
    if "input" in kinds and not view.get("submit"):
        yield fault("missing required field: submit", at)


_VIEWS = {
    "modal": shape(
        {"title": plain_text(24), "blocks": _anything},
        {
            **_COMMON,
            "submit": plain_text(24),
            "close": plain_text(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
        _inputs_need_submit,
    ),
    "home": shape({"blocks": _anything}, _COMMON),
}


def view_faults(
    view: object,
    kinds: Collection[str],
    *,
    unknown: Collection[str] = (),
    file_ready: FileReady = lambda _: True,
) -> list[str]:
    """Return all that is wrong with a view of one of these kinds, in Slack's words."""
    found = list(typed({kind: _VIEWS[kind] for kind in kinds})(view, "/view"))
    if not isinstance(view, dict) or view.get("type") not in kinds:
        return found
    return found + blocks_faults(
        view.get("blocks"),
        view["type"],
        at="/view/blocks",
        unknown=unknown,
        file_ready=file_ready,
    )


def is_too_large(view: object) -> bool:
    """Whether a view is over 250 KB as JSON."""
    return len(json.dumps(view).encode()) > VIEW_BYTES
