"""KORE's access token: fetched when needed, renewed before it runs out.

Source: docs.korewireless.com, developers/api-management/auth. An expired token and a missing scope
both come back as 403 (or 401), so one renewal and one more try tell them apart.
"""

import asyncio
import json
import math
import re
from dataclasses import dataclass, field, replace

import httpx

from bot.clock import Clock
from bot.kore.cache import SingleFlight
from bot.kore.errors import (
    PROXY_WANTS_PASSWORD,
    SOMEBODY_ELSE,
    KoreBadAnswer,
    KoreDenied,
    KoreUnavailable,
    read_refusal,
)

REFUSALS = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
MARGIN_SHARE = 0.1
MAX_MARGIN = 300.0
DEFAULT_LIFETIME = 3600.0
RENEW_AGAIN_AFTER = 30.0
SHORTEST_LIFETIME = 30.0
LONGEST_LIFETIME = 2 * 366 * 86400.0
_BEARER = re.compile(r"[!-~]{1,8000}")


@dataclass(frozen=True, slots=True)
class Token:
    """What is shown to KORE; times are on the clock's monotonic scale, in seconds."""

    bearer: str = field(repr=False)
    renew_at: float
    expires_at: float


class StaticBearer:
    """A token from the settings, which cannot be renewed."""

    def __init__(self, access_token: str) -> None:
        self._bearer = access_token

    def valid_bearer(self) -> str:
        """Return the token."""
        return self._bearer

    async def bearer(self) -> str:
        """Return the token."""
        return self._bearer

    async def newer_bearer(self, used: str, status: int) -> None:
        """Return None: there is no other."""


class ClientCredentials:
    """Exchanges id and secret for a token, once for all who wait for it."""

    def __init__(  # noqa: PLR0913 -- each is a collaborator or a part of the credentials
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        *,
        transport: httpx.AsyncBaseTransport,
        clock: Clock,
        timeout: httpx.Timeout,
    ) -> None:
        self._token_url = token_url
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        }
        self._transport = transport
        self._clock = clock
        self._timeout = timeout
        self._seconds = (timeout.connect or 0) + (timeout.read or 0)
        self._token: Token | None = None
        self._renewals: SingleFlight[Token] = SingleFlight()

    def valid_bearer(self) -> str | None:
        """Return the token if it can be used as it is; None if it must be fetched or renewed."""
        token = self._token
        return token.bearer if token and self._clock.monotonic() < token.renew_at else None

    async def bearer(self) -> str:
        """Return a valid token; one that soon expires serves while KORE gives no other."""
        token, now = self._token, self._clock.monotonic()
        if token is None or now >= token.expires_at:
            return await self._renew(token.bearer if token else None)
        if now < token.renew_at:
            return token.bearer
        try:
            return await self._renew(token.bearer)
        except (httpx.RequestError, TimeoutError, KoreUnavailable, KoreBadAnswer):
            self._token = replace(token, renew_at=now + RENEW_AGAIN_AFTER)
            return token.bearer

    async def newer_bearer(self, used: str, status: int) -> str | None:
        """Return another token where `status` says that KORE refused the `used` one, or None."""
        return await self._renew(used) if status in REFUSALS else None

    async def aclose(self) -> None:
        """Stop a renewal under way."""
        await self._renewals.close()

    async def _renew(self, used: str | None) -> str:
        newest = self._token
        if newest and used and newest.bearer != used:
            return newest.bearer
        return (await self._renewals.join("token", self._fetch)).bearer

    async def _fetch(self) -> Token:
        request = httpx.Request(
            "POST",
            self._token_url,
            data=self._form,
            headers={"Accept": "application/json", "Cache-Control": "no-cache"},
            extensions={"timeout": self._timeout.as_dict()},
        )
        # for the whole exchange: one byte a second never runs into the time-out of a read
        async with asyncio.timeout(self._seconds):
            response = await self._transport.handle_async_request(request)
            body = await response.aread()
        self._token = self._read(response.status_code, body)
        return self._token

    def _read(self, status: int, body: bytes) -> Token:
        if status in (*REFUSALS, httpx.codes.BAD_REQUEST):
            if read_refusal(body) is None:
                raise KoreUnavailable.because(SOMEBODY_ELSE.format(status), status=status)
            raise KoreDenied(
                "KORE refuses our client id or secret. "
                "Tell an admin; `simsessions doctor` shows it.",
                status=status,
            )
        if status == httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
            raise KoreUnavailable.because(PROXY_WANTS_PASSWORD, status=status)
        if status != httpx.codes.OK:
            raise KoreUnavailable(f"KORE gives out no access tokens (HTTP {status})", status=status)
        try:
            payload = json.loads(body)
            lifetime = float(payload.get("expires_in") or 0)
            bearer = payload["access_token"]
        except Exception as error:  # a foreign body may break any reader in a way of its own
            raise KoreBadAnswer.unreadable(body, _ANSWER) from error
        if not (isinstance(bearer, str) and _BEARER.fullmatch(bearer) and math.isfinite(lifetime)):
            raise KoreBadAnswer.unreadable(body, _ANSWER)
        # one that never was valid would be fetched anew for each request
        lifetime = lifetime if lifetime > 0 else DEFAULT_LIFETIME
        lifetime = min(max(lifetime, SHORTEST_LIFETIME), LONGEST_LIFETIME)
        margin = min(MAX_MARGIN, lifetime * MARGIN_SHARE)
        now = self._clock.monotonic()
        return Token(bearer, now + lifetime - margin, now + lifetime)


_ANSWER = "KORE's token answer"
Bearer = StaticBearer | ClientCredentials
"""A token that is shown to KORE."""
