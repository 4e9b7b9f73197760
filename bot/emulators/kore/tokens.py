"""The token endpoint: client credentials in a form, a bearer that expires; and the check of it."""

import base64
import json
import secrets
from datetime import timedelta
from urllib.parse import parse_qs

from bot.clock import Clock
from bot.emulators.kore.http import Response, json_response

AN_HOUR = 3600
UNAUTHORIZED = json_response({"message": "Unauthorized"}, 401)
DENIED = json_response(
    {
        "message": "User is not authorized to access this resource with an explicit deny",
        "error": "Invalid or expired token",
    },
    403,
)
_BAD_CLIENT = json_response(
    {
        "error": "invalid_client",
        "error_description": "Invalid client or Invalid client credentials",
    },
    401,
)


class Tokens:
    """Issues bearers that live `seconds`, and knows which of them still hold."""

    def __init__(self, clock: Clock, client_id: str, client_secret: str) -> None:
        self._clock = clock
        self._client = (client_id, client_secret)
        self._expiry: dict[str, float] = {}
        self.seconds = AN_HOUR
        self.expires_in_as_text = False

    def ask(self, form: bytes) -> Response:
        """Answer one request for a token: `grant_type`, `client_id` and `client_secret`."""
        fields = parse_qs(form.decode("latin-1"))
        if fields.get("grant_type") != ["client_credentials"]:
            return json_response(
                {"code": 400, "message": "grant_type must be client_credentials"}, 400
            )
        given = (fields.get("client_id", [""])[0], fields.get("client_secret", [""])[0])
        if not secrets.compare_digest(repr(given).encode(), repr(self._client).encode()):
            return _BAD_CLIENT
        expires_in = str(self.seconds) if self.expires_in_as_text else self.seconds
        bearer = {"access_token": self.issue(), "expires_in": expires_in}
        return json_response(bearer | {"token_type": "Bearer", "scope": "email"})

    def issue(self) -> str:
        """Make a token that holds from now on: a JWT in its looks, as KORE's are."""
        expiry = self._clock.now() + timedelta(seconds=self.seconds)
        claims = {"exp": int(expiry.timestamp()), "azp": self._client[0]}
        parts: tuple[dict[str, object], ...] = ({"alg": "RS256", "typ": "JWT"}, claims)
        token = ".".join([*map(_encoded, parts), secrets.token_urlsafe(32)])
        self._expiry[token] = expiry.timestamp()
        return token

    def expire_all(self) -> None:
        """Let every token given out so far be worth nothing."""
        self._expiry.clear()

    def refusal(self, authorization: str | None) -> Response | None:
        """Return 401 without a header, 403 for a token unknown or expired, None where it holds."""
        if not authorization:
            return UNAUTHORIZED
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return DENIED
        return None if self._expiry.get(token, 0) > self._clock.now().timestamp() else DENIED


def _encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
