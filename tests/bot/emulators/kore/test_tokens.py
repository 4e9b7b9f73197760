import base64
import json

import httpx
import pytest

from bot.emulators.kore.api import TOKEN_PATH, KoreApi
from tests.fakes import FakeClock

GOOD = {
    "grant_type": "client_credentials",
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
}
DENIED = {
    "message": "User is not authorized to access this resource with an explicit deny",
    "error": "Invalid or expired token",
}


async def bearer(ask: httpx.AsyncClient) -> dict[str, str]:
    told = (await ask.post(TOKEN_PATH, data=GOOD)).json()
    return {"Authorization": f"Bearer {told['access_token']}"}


async def test_a_token(clock: FakeClock, ask: httpx.AsyncClient):
    """The right credentials in a form give a bearer for an hour, a JWT that says so itself."""
    told = (await ask.post(TOKEN_PATH, data=GOOD)).json()
    claims = json.loads(base64.urlsafe_b64decode(told["access_token"].split(".")[1] + "=="))

    assert ("Bearer", 3600) == (told["token_type"], told["expires_in"])
    assert clock.now().timestamp() + 3600 == claims["exp"]
    assert isinstance(told["scope"], str)


async def test_no_token(ask: httpx.AsyncClient):
    """Wrong forms and wrong credentials are refused in the shapes of the token API."""
    for form, status, keys in (
        ({}, 400, {"code", "message"}),
        (GOOD | {"grant_type": "password"}, 400, {"code", "message"}),
        (GOOD | {"client_id": "x"}, 401, {"error", "error_description"}),
        (GOOD | {"client_secret": "x"}, 401, {"error", "error_description"}),
        (GOOD | {"client_secret": "pässword"}, 401, {"error", "error_description"}),
        (GOOD | {"client_secret": ""}, 401, {"error", "error_description"}),
        ({"grant_type": "client_credentials"}, 401, {"error", "error_description"}),
    ):
        answer = await ask.post(TOKEN_PATH, data=form)

        assert status == answer.status_code, (form, status, keys)
        assert keys == set(answer.json()), (form, status, keys)


async def test_without_a_header(api: KoreApi):
    """Without an Authorization header the gateway answers 401, without a code."""
    transport = httpx.ASGITransport(api.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kore.test") as client:
        answer = await client.get("/v1/Sims")

    assert (401, {"message": "Unauthorized"}) == (answer.status_code, answer.json())


@pytest.mark.parametrize(
    "authorization",
    ["Bearer x", "Bearer ", "x", "Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ=", "bearer"],
)
async def test_with_a_bad_header(ask: httpx.AsyncClient, authorization: str):
    """Any other header is denied with 403, HTTP Basic with the right credentials included."""
    answer = await ask.get("/v1/Sims", headers={"Authorization": authorization})

    assert (403, DENIED) == (answer.status_code, answer.json())


async def test_tokens_expire(clock: FakeClock, api: KoreApi, ask: httpx.AsyncClient):
    """A token holds until its last second, or until all are expired; a new one holds again."""
    first = await bearer(ask)
    clock.move(3599)
    statuses = [(await ask.get("/v1/Sims", headers=first)).status_code]
    clock.move(1)
    expired = await ask.get("/v1/Sims", headers=first)
    second = await bearer(ask)
    statuses.append((await ask.get("/v1/Sims", headers=second)).status_code)
    api.tokens.expire_all()
    later = [await ask.get("/v1/Sims", headers=each) for each in (second, await bearer(ask))]
    statuses += [each.status_code for each in later]

    assert (403, DENIED) == (expired.status_code, expired.json())
    assert [200, 200, 403, 200] == statuses


async def test_expiry_may_be_text(api: KoreApi, ask: httpx.AsyncClient):
    """The lifetime can be set, and told as text, as the documentation shows it."""
    api.tokens.seconds = 60
    api.tokens.expires_in_as_text = True
    told = (await ask.post(TOKEN_PATH, data=GOOD)).json()

    assert "60" == told["expires_in"]
