"""Limits of a view, a modal or a Home tab, as a whole."""

import json
from collections.abc import Collection, Iterator
from typing import Any

from bot.emulators.slack.blocks.composition import plain_text
from bot.emulators.slack.blocks.schema import Check, boolean, fault, shape, string, typed
from bot.emulators.slack.blocks.whole import FileReady, blocks_faults

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
