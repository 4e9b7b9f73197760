"""The server as a process of its own, which the SDK's client starts and talks to over pipes."""

import asyncio

import pytest

from tests.bot.mcp.conftest import ABOUT_PUMP_7, given_up, noted, refused, told

MANY = 50


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_every_tool_answers(stdio, mode):
    """Clients new and old list the tools and call each of them; errors come as answers too."""
    async with stdio(mode=mode) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        answers = {name: await told(client, name, **asked) for name, asked in ABOUT_PUMP_7.items()}
        error = await refused(client, "look_up_sim", sim="pmp-7")

    assert names == set(answers)
    causes = {answers[name]["cause"] for name in ("look_up_sim", "explain_verdict")}
    causes |= {answers[name]["sims"][0]["cause"] for name in ("triage_sims", "find_sims")}
    assert {"barred_after_flapping"} == causes
    assert "sim_not_found" == error["kind"]


async def test_fifty_calls_at_once(stdio):
    """Fifty calls over one connection are all answered, each with its own SIM."""
    names = ["pump-7", "truck-42"] * (MANY // 2)
    async with stdio() as client:
        answers = await asyncio.gather(*(told(client, "look_up_sim", sim=name) for name in names))

    assert names == [answer["sim"]["unique_name"] for answer in answers]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_cancelled_call_comes_to_nothing(stdio, kore, tmp_path, mode):
    """What a client gives up is answered to nobody and noted nowhere; its session goes on."""
    async with stdio(mode=mode) as client:
        await given_up(client, kore)

    assert ["truck-42", "pump-7"] == await noted(kore, tmp_path)


async def test_redaction_is_an_option(stdio):
    """With --redact an agent of this machine sees no number of card or device either."""
    async with stdio("--redact") as client:
        answer = await told(client, "look_up_sim", sim="pump-7")

    assert "redacted" == answer["sim"]["iccid"]
