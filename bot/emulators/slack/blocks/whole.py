"""The blocks of one message or view together: their limits, all within them, and their ids."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain

from bot.emulators.slack.blocks.elements import ELEMENTS
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
from bot.emulators.slack.people import Ids, Json

Blocks = list[Json]
FileReady = Callable[[Json], bool]
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


def _images(place: str, block: Json) -> Iterator[tuple[str, Json]]:
    yield place, block
    for key in ("accessory", "hero_image", "icon"):
        if isinstance(block.get(key), dict):
            yield f"{place}/{key}", block[key]
    for index, inner in enumerate(block.get("elements") or ()):
        if inner.get("type") == "image":
            yield f"{place}/elements/{index}", inner


def _placed(blocks: Iterable[Json], at: str) -> Iterator[tuple[str, Json]]:
    for index, block in enumerate(blocks):
        place = f"{at}/{index}"
        yield place, block
        yield from _placed(block.get("child_blocks") or [], f"{place}/child_blocks")
        if block.get("type") == "carousel":
            yield from _placed(block["elements"], f"{place}/elements")


def _of(kind: str, blocks: Blocks) -> Blocks:
    return [block for _, block in _placed(blocks, "") if block.get("type") == kind]


INTERACTIVE = ELEMENTS.keys() - {"image"}


def elements(block: Json) -> Iterator[Json]:
    """Return what can be clicked or filled in in one block, without its children's."""
    several = [*block.get("elements", ()), *block.get("actions", ())]
    for element in (*several, block.get("accessory"), block.get("element")):
        if isinstance(element, dict) and element.get("type") in INTERACTIVE:
            yield element


def flat(blocks: Iterable[Json]) -> Iterator[Json]:
    """Return every block, those inside of others too."""
    return (block for _, block in _placed(blocks, ""))


def named(blocks: Iterable[Json], ids: Ids) -> tuple[Json, ...]:
    """Return copies in which each block has a block_id, each interactive element an action_id."""
    return tuple(_name_block(block, ids) for block in blocks)


def _name_block(block: Json, ids: Ids) -> Json:
    copy = {"block_id": ids.make("", 5), **block}
    inner = "elements" if block.get("type") == "carousel" else "child_blocks"
    if inner in copy:
        copy[inner] = list(named(copy[inner], ids))
    for key in {"elements", "actions"} & set(copy) - {inner}:
        copy[key] = [_name_element(one, ids) for one in copy[key]]
    for key in {"accessory", "element"} & set(copy):
        copy[key] = _name_element(copy[key], ids)
    return copy


def _name_element(element: Json, ids: Ids) -> Json:
    if element.get("type") in INTERACTIVE:
        return {"action_id": ids.make("", 5), **element}
    return element


VIEW_BYTES = 250_000


def _anything(_: object, __: str) -> Iterator[str]:
    yield from ()


_COMMON: dict[str, Check] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}


def _inputs_need_submit(view: Json, at: str) -> Iterator[str]:
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
