"""What holds for all blocks of a message together."""

from collections.abc import Collection
from typing import Any

MESSAGE_BLOCKS = 50


def message_faults(blocks: object, unknown: Collection[str] = ()) -> list[str]:
    """Give all that is wrong with a message's blocks, in Slack's words."""
    found: list[dict[str, Any]] = blocks if isinstance(blocks, list) else []
    return [
        f"unsupported type: {b['type']} [json-pointer:/blocks/{i}/type]"
        for i, b in enumerate(found)
        if b.get("type") in unknown
    ]
