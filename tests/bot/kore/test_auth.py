import asyncio
import json
from dataclasses import replace

import httpx
import pytest

from bot.emulators.kore.faults import slow_body
from bot.kore.connect import open_kore
from bot.kore.errors import KoreBadAnswer, KoreDenied, KoreUnavailable
from bot.kore.requester import RetryPolicy
from tests.builders import SID
from tests.kore_rig import ORIGIN

TOKEN = "/api-services/v1/auth/token"


class Gate:
    """KORE's gate alone: gives out tokens t1, t2, … and lets in those it is told to."""

    def __init__(self, *, lets_in=None, life=3600, refusal=403):
        self.lets_in = lets_in
        self.life = life
        self.refusal = refusal
        self.token_answers = []
        self.tokens = 0
        self.shown = []

    async def __call__(self, request):
        if request.url.path == TOKEN:
            await asyncio.sleep(0)
            return self._token(request)
        self.shown.append(request.headers["authorization"])
        bearer = self.shown[-1].removeprefix("Bearer ")
        if self.lets_in is not None and bearer not in self.lets_in:
            return httpx.Response(self.refusal, json={"error": "Invalid or expired token"})
        return httpx.Response(200, json={"sid": SID})

    def _token(self, request):
        self.tokens += 1
        self.form = request.content.decode()
        if self.token_answers:
            return self.token_answers.pop(0)
        answer = {"access_token": f"t{self.tokens}", "expires_in": self.life}
        return httpx.Response(200, json=answer)


@pytest.fixture
def connect(clock, config):
    clients = []

    def connect_(gate, **changes):
        client = open_kore(replace(config, **changes), clock, transport=httpx.MockTransport(gate))
        clients.append(client)
        return client

    return connect_


async def ask(kore, times=1):
    return await asyncio.gather(*(kore.sim(f"sim-{n}", fresh=True) for n in range(times)))


async def test_one_token_for_all(connect):
    """However many wait for the first token, it is asked for once, in the form KORE documents."""
    gate = Gate()
    await ask(connect(gate), 20)

    assert (1, {"Bearer t1"}) == (gate.tokens, set(gate.shown))
    assert (
        "grant_type=client_credentials&client_id=sandbox-client&client_secret=sandbox-secret"
        == gate.form
    )


@pytest.mark.parametrize(
    ("life", "used"), [(3600, 3299), ("3600", 3299), (3600.0, 3299), (60, 53)], ids=repr
)
async def test_renewed_before_it_runs_out(connect, clock, life, used):
    """
    The life is a number or a quoted one; renewal comes five minutes before its end, not earlier.

    Of a life of one minute nine tenths are used.
    """
    gate = Gate(life=life)
    kore = connect(gate)
    await ask(kore)
    clock.move(used)
    await ask(kore)
    before = gate.tokens
    clock.move(2)
    await ask(kore)

    assert (1, 2) == (before, gate.tokens)


@pytest.mark.parametrize("refusal", [401, 403])
async def test_refused_once(connect, refusal):
    """On a 401 or a 403 the token is renewed once, however many it met, and all go through."""
    gate = Gate(refusal=refusal)
    kore = connect(gate)
    await ask(kore)
    gate.lets_in = {"t2"}
    await ask(kore, 10)

    assert 2 == gate.tokens


@pytest.mark.parametrize("refusal", [401, 403])
async def test_refused_twice(connect, clock, refusal):
    """Refused with a fresh token, it is the scope: said clearly, and not tried on and on."""
    gate = Gate(lets_in=set(), refusal=refusal)
    with pytest.raises(KoreDenied, match="lacks read access"):
        await ask(connect(gate))

    assert (2, 2, []) == (gate.tokens, len(gate.shown), clock.slept)


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_wrong_credentials(connect, status):
    """A refused id or secret is said so, is not tried again, and does not stand in the error."""
    gate = Gate()
    gate.token_answers = [httpx.Response(status, json={"error": "invalid_client"})]
    with pytest.raises(KoreDenied, match="client id or secret") as caught:
        await ask(connect(gate))

    assert 1 == gate.tokens
    assert "sandbox-secret" not in f"{caught.value!r} {caught.value.__cause__!r}"


async def test_a_token_endpoint_that_stumbles(connect):
    """A 503 of the token endpoint is tried again like any other."""
    gate = Gate()
    gate.token_answers = [httpx.Response(503), httpx.Response(200, text="<html>")]
    await ask(connect(gate))

    assert (3, ["Bearer t3"]) == (gate.tokens, gate.shown)


async def test_a_token_endpoint_that_is_down(connect):
    """Everybody shares one failure; nobody waits for the others' tries to end first."""
    gate = Gate()
    gate.token_answers = [httpx.Response(503) for _ in range(100)]
    kore = connect(gate, retry=RetryPolicy(tries=1))
    answers = await asyncio.gather(
        *(kore.sim(f"sim-{n}") for n in range(5)), return_exceptions=True
    )

    assert [KoreUnavailable] * 5 == [type(answer) for answer in answers]
    assert {"KORE gives out no access tokens (HTTP 503). Try again in a minute."} == set(
        map(str, answers)
    )
    assert 1 == gate.tokens


NO_TOKENS = [
    b"",
    b"[]",
    b"{}",
    b'{"access_token":"t","expires_in":"soon"}',
    b'"t"',
    b'{"access_token":"a\\r\\nb"}',
    b'{"access_token":"' + b"a" * 1_000_000 + b'"}',
    b'{"access_token":"t","expires_in":NaN}',
    b'{"access_token":null,"expires_in":3600}',
    b'{"access_token":123}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("body", NO_TOKENS)
async def test_no_token_in_the_answer(connect, body):
    """A token answer that makes no sense is KORE's bad answer."""
    gate = Gate()
    gate.token_answers = [httpx.Response(200, content=body) for _ in range(10)]
    with pytest.raises(KoreBadAnswer, match=r"could not be read\. Try again in a minute"):
        await ask(connect(gate))


@pytest.mark.parametrize("life", [-5, 0, "-1e9", "0.0", None, False, True, 1e-9, "5e-324"])
async def test_a_life_that_is_none_is_the_usual_one(connect, life):
    """No new token is fetched for each request, nor where it is absurdly short."""
    gate = Gate()
    body = {"access_token": "t", "expires_in": life}
    gate.token_answers = [httpx.Response(200, json=body) for _ in range(9)]
    client = connect(gate)
    for _ in range(3):
        await ask(client)

    assert 1 == gate.tokens


async def test_a_token_that_drips(wired, live):
    """A token that comes a byte at a time is given up, and asked for again by the next."""
    live.faults.add(slow_body("token", pause=0.05, parts=1000))
    kore = wired(read_timeout=0.2, connect_timeout=0.2, retry=RetryPolicy(tries=1))
    with pytest.raises(KoreUnavailable):
        await asyncio.gather(*(kore.sim(name) for name in "ab"))

    assert SID == (await kore.sim(SID)).value.sid


async def test_without_a_life(connect):
    """A token that does not tell its life is used all the same."""
    gate = Gate()
    gate.token_answers = [httpx.Response(200, content=json.dumps({"access_token": "x"}))]
    await ask(connect(gate))

    assert ["Bearer x"] == gate.shown


async def test_a_token_of_ones_own(connect):
    """A given access token is shown as it is, and a refusal is final: there is nothing to renew."""
    gate = Gate(lets_in={"mine"})
    kore = connect(gate, access_token="mine")
    await ask(kore)
    gate.lets_in = set()
    with pytest.raises(KoreDenied):
        await ask(kore)

    assert (0, ["Bearer mine", "Bearer mine"]) == (gate.tokens, gate.shown)


async def test_an_asker_who_leaves_during_the_renewal(connect):
    """Who stops waiting for the token does not take it from the others."""
    gate = Gate()
    kore = connect(gate)
    leaver = asyncio.create_task(kore.sim("sim-x"))
    stayer = asyncio.create_task(kore.sim("sim-y"))
    await asyncio.sleep(0)
    leaver.cancel()

    assert SID == (await stayer).value.sid
    assert 1 == gate.tokens


def test_secrets_do_not_show(config):
    """Neither secret nor token stands in the settings' repr."""
    shown = repr(replace(config, access_token="mine"))

    assert "sandbox-secret" not in shown
    assert "mine" not in shown
    assert ORIGIN in shown


async def test_a_renewal_that_fails_while_the_old_token_is_good(connect, clock):
    """In the last minutes of a token a token endpoint that is down harms none, and is let be."""
    gate = Gate()
    kore = connect(gate, retry=RetryPolicy(tries=1))
    await ask(kore)
    clock.move(3400)
    gate.token_answers = [httpx.Response(503) for _ in range(10)]
    await ask(kore)
    await ask(kore)
    asked = gate.tokens
    clock.move(250)
    with pytest.raises(KoreUnavailable):
        await kore.sim("another")

    assert ["Bearer t1"] * 3 == gate.shown
    assert 2 == asked


async def test_refused_after_a_renewal_that_failed(connect, clock):
    """A token that was kept in use for want of another is still renewed when KORE refuses it."""
    gate = Gate()
    kore = connect(gate)
    await ask(kore)
    clock.move(3400)
    gate.token_answers = [httpx.Response(503)]
    await ask(kore, 2)
    gate.lets_in = {f"t{gate.tokens + 1}"}
    await ask(kore, 2)

    assert "Bearer t1" != gate.shown[-1]


FOREIGN = ["//evil.test/v1/Sims", "/v1/Sims@evil.test", "https://evil.test/", "@evil.test/"]


@pytest.mark.parametrize("target", FOREIGN)
@pytest.mark.parametrize("access_token", [None, "mine"], ids=["credentials", "token"])
async def test_the_token_goes_to_kore_alone(clock, config, target, access_token):
    """What looks like another origin is a path of KORE's."""
    asked = []

    async def gate(request):
        asked.append(str(request.url.join("/")))
        return await Gate()(request)

    transport = httpx.MockTransport(gate)
    kore = open_kore(replace(config, access_token=access_token), clock, transport=transport)
    await kore._requester._http.get(target)
    await kore.aclose()

    assert {f"{ORIGIN}/"} == set(asked)


@pytest.mark.parametrize(
    ("api_url", "asked"),
    [
        ("http://[::1]:8080", "http://[::1]:8080/v1/Sims/"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]/v1/Sims/"),
        ("https://köre.test", "https://xn--kre-sna.test/v1/Sims/"),
        ("HTTPS://Kore.Test:443", "https://kore.test/v1/Sims/"),
    ],
)
async def test_an_address_is_asked_however_it_is_written(connect, api_url, asked):
    """An IPv6 address keeps its brackets, a name beyond ASCII is asked for as DNS has it."""
    gate, seen = Gate(), []

    async def noting(request):
        seen.append(str(request.url))
        return await gate(request)

    await ask(connect(noting, api_url=api_url))

    assert f"{asked}sim-0" == seen[-1]
