"""The answers against KORE's own OpenAPI files, which are not part of this repository."""

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_schema_validator import OAS30Validator

from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import TOKEN_PATH, KoreApi
from bot.emulators.kore.fleet import Fleet
from tests.fakes import FakeClock

HERE = "SIMSESSIONS_SPECS"
SPECS = os.environ.get(HERE)
WIRELESS, TOKENS = "kore-programmable-wireless-v1.json", "kore_token_api_v1.json"
pytestmark = pytest.mark.skipif(
    not SPECS, reason=f"set {HERE} to a folder with {WIRELESS} and {TOKENS} of KORE's OpenAPI"
)
STORIES = [story for story in all_stories() if story.conforms]


def with_null(part: Any) -> Any:
    """Let what is nullable be null also where it is an enum: KORE's text says so of each."""
    if isinstance(part, list):
        return [with_null(each) for each in part]
    if not isinstance(part, dict):
        return part
    read = {name: with_null(value) for name, value in part.items()}
    nullable = read.get("nullable") is True and "enum" in read
    return read | {"enum": [*read["enum"], None]} if nullable else read


def faults_of(file: str, path: str, method: str, answer: httpx.Response) -> list[str]:
    """Return what is wrong with an answer by the schema that a file declares for its status."""
    spec = with_null(json.loads((Path(SPECS or "") / file).read_text()))
    declared = spec["paths"][path][method]["responses"]
    schema = declared[str(answer.status_code)]["content"]["application/json"]["schema"]
    validator: Any = OAS30Validator(schema | {"components": spec["components"]})
    errors = validator.iter_errors(answer.json())
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


@pytest.fixture
def api(clock: FakeClock) -> KoreApi:
    """Return the stories that keep to the schema, and a fleet."""
    return KoreApi(clock, stories=STORIES, sims=40)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_stories_conform(ask: httpx.AsyncClient, api: KoreApi, clock: FakeClock, story: Any):
    """The SIM, the sessions, the usage and the plan of every story fit the schema."""
    sim = story.sim(clock.now())
    path = f"/v1/Sims/{sim['sid']}"
    for declared, asked in (
        ("/v1/Sims/{Sid}", path),
        ("/v1/Sims/{Sid}/DataSessions", f"{path}/DataSessions"),
        ("/v1/Sims/{Sid}/UsageRecords", f"{path}/UsageRecords?Granularity=daily&PageSize=7"),
        ("/v1/RatePlans/{Sid}", f"/v1/RatePlans/{sim['rate_plan_sid'] or 'fleet-1gb'}"),
    ):
        answer = await ask.get(asked)

        assert 200 == answer.status_code
        assert [] == faults_of(WIRELESS, declared, "get", answer), asked


async def test_the_fleet_conforms(ask: httpx.AsyncClient):
    """The sessions of the generated fleet fit the schema."""
    for place in range(10):
        answer = await ask.get(f"/v1/Sims/{Fleet(40)[place].card.sid}/DataSessions?PageSize=1000")

        assert [] == faults_of(WIRELESS, "/v1/Sims/{Sid}/DataSessions", "get", answer), place


async def test_lists_and_refusals_conform(ask: httpx.AsyncClient):
    """Lists, their `meta` and their refusals fit the schema."""
    for path, query in (
        ("/v1/Sims", ""),
        ("/v1/Sims", "?PageSize=3"),
        ("/v1/Sims", "?Status=active&PageSize=1000"),
        ("/v1/Sims", "?PageSize=0"),
        ("/v1/Sims", "?PageToken=x"),
        ("/v1/RatePlans", ""),
        ("/v1/RatePlans", "?PageSize=1"),
    ):
        answer = await ask.get(path + query)

        assert [] == faults_of(WIRELESS, path, "get", answer), (path, query)


@pytest.mark.parametrize(
    "path",
    ["/v1/Sims/{Sid}", "/v1/Sims/{Sid}/DataSessions", "/v1/Sims/{Sid}/UsageRecords",
     "/v1/RatePlans/{Sid}"],
)  # fmt: skip
async def test_not_found_conforms(ask: httpx.AsyncClient, path: str):
    """What is not there is refused in the envelope of the schema."""
    answer = await ask.get(path.replace("{Sid}", "nobody"))

    assert 404 == answer.status_code
    assert [] == faults_of(WIRELESS, path, "get", answer)


async def test_tokens_conform(ask: httpx.AsyncClient):
    """Tokens and their refusals fit the schema of the token API."""
    for form, status in (
        (
            {
                "grant_type": "client_credentials",
                "client_id": KoreApi.client_id,
                "client_secret": KoreApi.client_secret,
            },
            200,
        ),
        ({}, 400),
        ({"grant_type": "client_credentials"}, 401),
    ):
        answer = await ask.post(TOKEN_PATH, data=form)

        assert status == answer.status_code, (form, status)
        assert [] == faults_of(TOKENS, "/v1/auth/token", "post", answer), (form, status)


async def test_the_check_bites(ask: httpx.AsyncClient):
    """An answer that does not fit is found out."""
    answer = await ask.get("/v1/Sims")
    spoilt = httpx.Response(200, json={"sims": [answer.json()["sims"][0] | {"sid": 7}]})

    assert 1 == len(faults_of(WIRELESS, "/v1/Sims", "get", spoilt))
