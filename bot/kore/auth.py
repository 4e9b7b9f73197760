"""KORE's access token as httpx.Auth: fetched when needed, renewed before it runs out.

Source: docs.korewireless.com, developers/api-management/auth. An expired token and a missing scope
both come back as 403 (or 401), so one renewal and one more try tell them apart.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace

import httpx

from bot.clock import Clock
from bot.kore.cache import SingleFlight
from bot.kore.errors import KoreBadAnswer, KoreDenied, KoreUnavailable

REFUSALS = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
SHARE_OF_LIFE = 0.1
LONGEST_MARGIN = 300.0
WITHOUT_EXPIRY = 3600.0
RENEW_AGAIN_AFTER = 30.0


@dataclass(frozen=True, slots=True)
class Token:
    """What to show KORE; times are on the clock's monotonic scale, in seconds."""

    bearer: str = field(repr=False)
    renew_at: float
    expires_at: float


class Bearer(httpx.Auth, ABC):
    """Shows a token to the origin of the API only."""

    def __init__(self, api: httpx.URL) -> None:
        self._api = api

    @abstractmethod
    async def bearer(self) -> str:
        """Return the token that is shown now."""

    @abstractmethod
    async def renewed(self, used: str) -> str | None:
        """Return a token other than the `used` one, which KORE refused; None if there is none."""

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send with the token; when KORE refuses it, once more with a new one."""
        check_origin(self._api, request.url)
        bearer = await self.bearer()
        request.headers["Authorization"] = f"Bearer {bearer}"
        answer = yield request
        if answer.status_code in REFUSALS and (renewed := await self.renewed(bearer)):
            request.headers["Authorization"] = f"Bearer {renewed}"
            yield request


class StaticBearer(Bearer):
    """A token that somebody else takes care of."""

    def __init__(self, api: httpx.URL, access_token: str) -> None:
        super().__init__(api)
        self._bearer = access_token

    async def bearer(self) -> str:
        """Return it."""
        return self._bearer

    async def renewed(self, used: str) -> str | None:  # noqa: ARG002 -- there is no other
        """Return none."""
        return None


class ClientCredentials(Bearer):
    """Trades id and secret for a token; however many wait for one, it is asked for once."""

    def __init__(  # noqa: PLR0913 -- each is a collaborator or a part of the credentials
        self,
        api: httpx.URL,
        token_url: str,
        client_id: str,
        client_secret: str,
        *,
        transport: httpx.AsyncBaseTransport,
        clock: Clock,
        timeout: httpx.Timeout,
    ) -> None:
        super().__init__(api)
        self._token_url = token_url
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        }
        self._transport = transport
        self._clock = clock
        self._timeout = timeout
        self._token: Token | None = None
        self._renewals: SingleFlight[Token] = SingleFlight()

    async def bearer(self) -> str:
        """Return a token that holds, fetched or renewed if need be."""
        return (await self._current()).bearer

    async def renewed(self, used: str) -> str:
        """Return a newer token than the `used` one."""
        return (await self._renew(used)).bearer

    async def aclose(self) -> None:
        """Stop a renewal under way."""
        await self._renewals.close()

    async def _current(self) -> Token:
        """Return a valid token; one that will soon run out serves while KORE gives no other."""
        token, now = self._token, self._clock.monotonic()
        if token is None or now >= token.expires_at:
            return await self._renew(token.bearer if token else None)
        if now < token.renew_at:
            return token
        try:
            return await self._renew(token.bearer)
        except (httpx.TransportError, KoreUnavailable, KoreBadAnswer):
            self._token = replace(token, renew_at=now + RENEW_AGAIN_AFTER)
            return token

    async def _renew(self, used: str | None) -> Token:
        newest = self._token
        if newest and used and newest.bearer != used:
            return newest
        return await self._renewals.join("token", self._fetch)

    async def _fetch(self) -> Token:
        request = httpx.Request(
            "POST",
            self._token_url,
            data=self._form,
            headers={"Accept": "application/json", "Cache-Control": "no-cache"},
            extensions={"timeout": self._timeout.as_dict()},
        )
        answer = await self._transport.handle_async_request(request)
        self._token = self._read(answer.status_code, await answer.aread())
        return self._token

    def _read(self, status: int, body: bytes) -> Token:
        if status in (*REFUSALS, httpx.codes.BAD_REQUEST):
            raise KoreDenied(
                "KORE refuses our client id or secret. "
                "Tell an admin; `simsessions doctor` shows it.",
                status=status,
            )
        if status != httpx.codes.OK:
            raise KoreUnavailable(
                "KORE gives out no access tokens right now. Try again in a minute.", status=status
            )
        try:
            answer = json.loads(body)
            life = float(answer.get("expires_in") or WITHOUT_EXPIRY)
            bearer = str(answer["access_token"])
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise KoreBadAnswer(
                "KORE's token answer could not be read. Try again in a minute."
            ) from error
        margin = min(LONGEST_MARGIN, life * SHARE_OF_LIFE)
        now = self._clock.monotonic()
        return Token(bearer, now + life - margin, now + life)


def check_origin(api: httpx.URL, url: httpx.URL) -> None:
    """Refuse to show the token to anybody but KORE. Raises KoreBadAnswer."""
    if (url.scheme, url.host, url.port) != (api.scheme, api.host, api.port):
        raise KoreBadAnswer(
            "KORE pointed to a foreign address; it was not followed. Tell an admin."
        )
