"""The settings that lead `lookup` to a KORE stand-in, as lines to copy into a shell."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.emulators.kore.api import KoreApi


def exports(api: "KoreApi", url: str) -> Iterator[str]:
    """Return the lines; `url` is where the stand-in listens."""
    from bot.emulators.kore.api import TOKEN_PATH  # noqa: PLC0415 -- the caller has it already

    yield f"export KORE_API_URL={url} KORE_TOKEN_URL={url}{TOKEN_PATH}"
    yield f"export KORE_CLIENT_ID={api.client_id}"
    yield f"export KORE_CLIENT_SECRET={api.client_secret}"
