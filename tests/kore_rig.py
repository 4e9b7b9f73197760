"""The real client before the stand-in for KORE, with no socket between, for all tests above it."""

from typing import Any

import httpx

from bot.clock import Clock
from bot.emulators.kore.api import TOKEN_PATH, KoreApi
from bot.kore.client import KoreClient
from bot.kore.connect import KoreConfig, open_kore

ORIGIN = "https://kore.test"


def kore_config(api: KoreApi, **options: Any) -> KoreConfig:
    """Return what leads to the stand-in; `options` are further fields."""
    return KoreConfig(
        api_url=ORIGIN,
        token_url=f"{ORIGIN}{TOKEN_PATH}",
        client_id=api.client_id,
        client_secret=api.client_secret,
        **options,
    )


def kore_client(api: KoreApi, clock: Clock, *, app: Any = None, **options: Any) -> KoreClient:
    """Return a client of the stand-in, or of `app` that stands before it; the caller closes it."""
    transport = httpx.ASGITransport(app=app or api.app)
    return open_kore(kore_config(api, **options), clock, transport=transport)
